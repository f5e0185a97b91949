"""The record is written once; the chain's head only moves on, one record at a time."""

from django.db import migrations

from portal.core.triggers import ProtectRows


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        ProtectRows("auditrecord"),
        ProtectRows("chainhead", writable=["sequence", "hash"], allowed="NEW.sequence = OLD.sequence + 1"),
    ]
