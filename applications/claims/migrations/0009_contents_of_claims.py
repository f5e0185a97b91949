"""The submitted claims that stand are put into the audit chain with their lines, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_sealed"), ("applications", "0008_known_organisations")]

    operations = [RecordContents("claim", "claimline")]
