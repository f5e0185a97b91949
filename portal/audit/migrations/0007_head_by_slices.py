"""The chain's head moves over all records of a transaction at once, and only to a record that stands there."""

from django.db import migrations

from portal.core.triggers import CheckUpdate, ProtectRows

_GAP = """(SELECT COUNT(*) FROM audit_auditrecord WHERE sequence > OLD.sequence AND sequence <= NEW.sequence)
    <> NEW.sequence - OLD.sequence"""
_OTHER = "NOT EXISTS (SELECT 1 FROM audit_auditrecord WHERE sequence = NEW.sequence AND hash = NEW.hash)"


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_sealed")]

    operations = [
        ProtectRows("chainhead", writable=["sequence", "hash"], allowed="NEW.sequence > OLD.sequence"),
        CheckUpdate(
            "chainhead",
            name="audit_head_is_the_last_record",
            refused=f"{_OTHER} OR {_GAP}",
            says="append-only: the head of the chain is its last record",
        ),
    ]
