"""What a record's hash is made of."""

from datetime import UTC
from typing import Any

from portal.audit.models import AuditRecord
from portal.audit.offline import sha256, text_of


def fields_of(entry: AuditRecord) -> dict[str, Any]:
    """Everything the record says, and the hash before it."""
    fields = {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "action": entry.action,
        "target": [entry.target_type, entry.target_id, entry.target_label],
        "region": entry.region_code,
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous_hash,
    }
    if entry.contents:
        fields["contents"] = entry.contents
    return fields


def compute_hash(entry: AuditRecord) -> str:
    """SHA-256 over the canonical JSON of the record's fields."""
    return sha256(text_of(fields_of(entry))).hex()
