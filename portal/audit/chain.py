"""What a record's hash is made of."""

from datetime import UTC
from typing import Any

from portal.audit.models import AuditRecord
from portal.audit.offline import sha256, text_of
from portal.audit.sealing import has_salt, restored


def fields_of(entry: AuditRecord) -> dict[str, Any]:
    """Everything the record says, and the hash before it.

    Of sealed numbers it has the hash of the text that is encrypted, salt included: that stays when keys rotate, lets
    nobody guess a number, and can be checked without knowing any.
    """
    # Records from before numbers were sealed are hashed with the numbers in them. A migration's model may have none.
    sealed = getattr(entry, "sealed", "")
    is_salted = bool(sealed) and has_salt(sealed)
    before, after = restored(entry.before, entry.after, "" if is_salted else sealed)
    fields = {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "action": entry.action,
        "target": [entry.target_type, entry.target_id, entry.target_label],
        "region": entry.region_code,
        "before": before,
        "after": after,
        "previous": entry.previous_hash,
    }
    if entry.contents:
        fields["contents"] = entry.contents
    if is_salted:
        fields["sealed"] = sha256(sealed.encode()).hex()
    return fields


def compute_hash(entry: AuditRecord) -> str:
    """SHA-256 over the canonical JSON of the record's fields."""
    return sha256(text_of(fields_of(entry))).hex()
