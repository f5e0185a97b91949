"""The rosters that stand are put into the audit chain, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_contents"), ("rights", "0002_rosters")]

    operations = [RecordContents("roster", "rosterrow")]
