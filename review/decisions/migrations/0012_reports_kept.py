"""What a panel or an auditor reported stays as it was recorded."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("review", "0011_procedures")]

    operations = [ProtectRows("stagereport")]
