"""Schemes, draws and declared conflicts stay as they were written."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("panels", "0001_initial")]

    operations = [ProtectRows("scheme"), ProtectRows("draw"), ProtectRows("conflict")]
