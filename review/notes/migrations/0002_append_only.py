"""Notes stay as they were written."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]

    operations = [ProtectRows("claimnote")]
