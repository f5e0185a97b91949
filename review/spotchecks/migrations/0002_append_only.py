"""How a sample was drawn stays as it was written."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("spotchecks", "0001_initial")]

    operations = [ProtectRows("sample")]
