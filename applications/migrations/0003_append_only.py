"""What the engine answered and what happened to a claim stays as it was."""

from django.db import migrations

from portal.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_defence_lines_and_claim_numbers")]

    operations = [
        ProtectRows("assessment"),
        ProtectRows("claimevent"),
    ]
