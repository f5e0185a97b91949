"""The ledger of limits is only ever added to."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        ProtectRows("limitentry"),
    ]
