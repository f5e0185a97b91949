"""Write what is encrypted anew under the newest key: after a key was added, and where values were never encrypted."""

from typing import TypeVar

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.db import transaction
from django.db.models import F, Model, TextField
from django.db.models.functions import Cast

from portal.core.encrypted_fields import EncryptedField, KeyedHashField
from portal.core.encryption import current_mark, decrypt, encrypt

_SLICE = 200
FieldOfKind = TypeVar("FieldOfKind", EncryptedField, KeyedHashField)


def rotate_fields(apps: Apps = current_apps) -> int:
    """Encrypt every value under the newest key, with the hashes; how many rows changed. May run while the portal runs.

    Rows are written in slices of their own, so nobody waits long, and only where nobody changed them meanwhile. A
    migration hands its own models over.
    """
    changed = sum(_rotate(model) for model in apps.get_models() if _fields(model, EncryptedField))
    authenticators = apps.get_model("mfa", "Authenticator")._base_manager
    for pk in authenticators.values_list("pk", flat=True):
        with transaction.atomic():
            held = authenticators.select_for_update().get(pk=pk)
            secrets = {name: held.data[name] for name in ("secret", "seed") if name in held.data}
            if not all(value.startswith(current_mark()) for value in secrets.values()):
                held.data |= {name: encrypt(decrypt(value)) for name, value in secrets.items()}
                held.save(update_fields=["data"])
                changed += 1
    return changed


def _fields(model: type[Model], kind: type[FieldOfKind]) -> list[FieldOfKind]:
    return [field for field in model._meta.concrete_fields if isinstance(field, kind)]


def _rotate(model: type[Model]) -> int:
    fields, hashes = _fields(model, EncryptedField), _fields(model, KeyedHashField)
    # Cast: the stored text as it is, not deciphered.
    raw = {f"raw_{field.name}": Cast(F(field.name), TextField()) for field in fields}
    rows = model._base_manager.annotate(**raw).order_by("pk")
    changed, page = 0, list(rows[:_SLICE])
    while page:
        with transaction.atomic():
            for row in page:
                stored = {name: getattr(row, name) for name in raw}
                hashed = {field.name: getattr(row, field.name) for field in hashes}
                for field in hashes:
                    field.pre_save(row, add=False)
                fresh = all(text.startswith(current_mark()) for text in stored.values() if text)
                if not fresh or any(getattr(row, name) != value for name, value in hashed.items()):
                    values = {field.name: getattr(row, field.name) for field in (*fields, *hashes)}
                    changed += model._base_manager.annotate(**raw).filter(pk=row.pk, **stored).update(**values)
        page = list(rows.filter(pk__gt=page[-1].pk)[:_SLICE])
    return changed
