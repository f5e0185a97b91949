"""The rows that stand are put into the audit chain, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_contents"), ("review", "0003_decided")]

    operations = [RecordContents("decision", "linedecision", "creditsnapshot", "publicitylist", "publicityentry", "objection")]
