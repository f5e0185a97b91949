"""What officials concluded and what the public was shown stays as it was."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        ProtectRows("decision"),
        ProtectRows("linedecision"),
        ProtectRows("creditsnapshot"),
        ProtectRows("publicityentry"),
    ]
