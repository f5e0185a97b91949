"""The rows that stand are put into the audit chain, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_contents"), ("funding", "0006_carry_parts")]

    operations = [RecordContents("award", "awardpart", "payment")]
