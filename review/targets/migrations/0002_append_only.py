"""Measured values and progress are only ever added to."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("targets", "0001_initial")]

    operations = [
        ProtectRows("measurement"),
        ProtectRows("progressentry"),
    ]
