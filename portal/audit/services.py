"""Append to the audit chain, and verify it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from portal.act import Act
from portal.audit.models import AuditRecord, ChainHead


def record_audit(
    act: Act,
    *,
    action: str,
    target: models.Model,
    region_code: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditRecord:
    """Append one record inside the caller's transaction.

    Takes the chain head's lock and holds it until commit: call it last, after the rows it tells of are written.
    `before` and `after` hold only what changed; values must be JSON, dates or decimals.
    """
    with transaction.atomic():
        head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1)
        entry = AuditRecord(
            sequence=head.sequence + 1,
            at=act.at,
            actor=act.user,
            actor_name=act.actor_name[:40],
            address=act.address,
            action=action,
            target_type=target._meta.label_lower,
            target_id=str(target.pk),
            target_label=str(target)[:200],
            region_code=region_code,
            before=_plain(before),
            after=_plain(after),
            previous_hash=head.hash,
        )
        entry.hash = compute_hash(entry)
        entry.save(force_insert=True)
        ChainHead.objects.filter(pk=1).update(sequence=entry.sequence, hash=entry.hash)
    return entry


def compute_hash(entry: AuditRecord) -> str:
    """SHA-256 over the canonical JSON of everything the record says, and of the hash before it."""
    said = {
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
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values as JSON will give them back, so that the hash is the same when read again."""
    return json.loads(json.dumps(dict(values or {}), cls=DjangoJSONEncoder))
