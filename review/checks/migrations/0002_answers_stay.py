"""An answer to a finding stays as it was written."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("checks", "0001_initial")]

    operations = [ProtectRows("findinganswer")]
