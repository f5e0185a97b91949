"""The events of notices that stand are put into the audit chain, as new ones are from now on."""

from django.db import migrations

from portal.audit.operations import RecordContents


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_sealed"), ("notices", "0008_money_notices")]

    operations = [RecordContents("noticeevent")]
