"""The chain's arithmetic: what a record's hash is made of."""

import hashlib
import json
from datetime import UTC

from portal.audit.models import AuditRecord

GENESIS = "0" * 64


def compute_hash(entry: AuditRecord) -> str:
    """SHA-256 over the canonical JSON of everything the record says, and of the hash before it."""
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
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
