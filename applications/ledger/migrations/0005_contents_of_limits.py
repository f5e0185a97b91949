"""The rows that stand are put into the audit chain, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_head_by_slices"), ("ledger", "0004_recall")]

    operations = [RecordContents("limitbucket")]
