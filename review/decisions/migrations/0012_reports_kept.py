"""What a panel or an auditor reported stays as it was recorded."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("review", "0011_procedures")]

    # SQLite made the table of decisions anew for its new column, without its triggers.
    operations = [ProtectRows("stagereport"), ProtectRows("decision")]
