"""The content of rows in the chain: written with the deed, compared by `verify_audit`."""

import hashlib
import json
from collections.abc import Iterator

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from portal.audit.models import AuditRecord
from portal.audit.services import record_audit
from portal.core.actor import ActorContext

CONTENT = "content_sha256"


def content_hash(row: Model) -> str:
    """SHA-256 of a row's fields as the database holds them; what is empty counts nothing, so columns may be added."""
    return _hash_of(type(row)._base_manager.get(pk=row.pk))


def _hash_of(stored: Model) -> str:
    values = {field.attname: getattr(stored, field.attname) for field in stored._meta.concrete_fields}
    filled = {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}
    text = json.dumps(filled, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record_content(act: ActorContext, *, action: str, row: Model, region_code: str) -> AuditRecord:
    """Append a record that holds the hash of a row just written, in its transaction."""
    return record_audit(act, action=action, target=row, region_code=region_code, after={CONTENT: content_hash(row)})


def altered_rows() -> Iterator[str]:
    """Each row that is not as its last record in the chain says, or is gone, by its table and key."""
    last: dict[tuple[str, str], str] = {}
    records = AuditRecord.objects.filter(after__has_key=CONTENT).order_by("sequence")
    for target_type, target_id, after in records.values_list("target_type", "target_id", "after").iterator():
        last[target_type, target_id] = after[CONTENT]
    keys = list(last)
    for start in range(0, len(keys), 500):
        by_type: dict[str, list[str]] = {}
        for target_type, target_id in keys[start : start + 500]:
            by_type.setdefault(target_type, []).append(target_id)
        for target_type, ids in by_type.items():
            rows = {str(row.pk): row for row in apps.get_model(target_type)._base_manager.filter(pk__in=ids)}
            for target_id in ids:
                if target_id not in rows or _hash_of(rows[target_id]) != last[target_type, target_id]:
                    yield f"{target_type} {target_id}"
