"""The rows that stand are put into the audit chain, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_contents"), ("treasury", "0003_carry_over")]

    operations = [RecordContents("budgetline", "account", "entry", "posting")]
