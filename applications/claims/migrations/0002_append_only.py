"""What the engine answered and what happened to a claim stays as it was."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]

    operations = [
        ProtectRows("assessment"),
        ProtectRows("claimevent"),
    ]
