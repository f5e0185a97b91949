"""Write what is encrypted anew under the newest key: after a key was added, and where values were never encrypted."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.db import transaction
from django.db.models import F, Model, TextField
from django.db.models.functions import Cast

from portal.accounts.models import User
from portal.audit.contents import CONTENTS
from portal.audit.services import record_contents
from portal.core.encrypted_fields import EncryptedField, KeyedHashField
from portal.core.encryption import current_mark, decrypt, encrypt, keyed_hashes

_SLICE = 200
FieldOfKind = TypeVar("FieldOfKind", EncryptedField, KeyedHashField)


def rotate_fields(apps: Apps = current_apps) -> int:
    """Encrypt every value under the newest key, with the hashes; how many rows changed. May run while the portal runs.

    Rows are written in slices of their own, so nobody waits long, and only where nobody changed them meanwhile. A
    migration hands its own models over.
    """
    changed = sum(_rotate(model) for model in apps.get_models() if _fields(model, EncryptedField))
    changed += sum(_rotate_digests(apps, number) for number in _identity_numbers(apps))
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


def unknown_digests() -> int:
    """How many people are known by a digest without its number: the older keys are needed until they give it."""
    known = {keyed_hashes(number)[0] for number in _identity_numbers(current_apps)}
    held = User.objects.exclude(identity_digest="")
    return len(set(held.values_list("identity_digest", flat=True)) - known)


def _with(apps: Apps, column: str, *names: str) -> list[Any]:
    """The tables of people that have a column; those of an early migration have not."""
    models = [apps.get_model("accounts", name) for name in names]
    return [model for model in models if any(field.name == column for field in model._meta.concrete_fields)]


def _identity_numbers(apps: Apps) -> Iterator[str]:
    """The ID numbers that digests are made of, as applicants and officials gave them."""
    for column, name in (("resident_id", "Applicant"), ("identity_number", "Appointment")):
        for model in _with(apps, column, name):
            rows, last = model._base_manager.order_by("pk").values_list("pk", column), 0
            # By keys: a cursor left open by a run that breaks off would break the next transaction.
            while page := list(rows.filter(pk__gt=last)[:_SLICE]):
                yield from (number for _, number in page if number)
                last = page[-1][0]


def _rotate_digests(apps: Apps, number: str) -> int:
    """Write the digest of a number anew, for all accounts of its holder at once: they are compared by it."""
    newest, *others = keyed_hashes(number)
    older = set(others) - {newest}
    with transaction.atomic():
        held = _with(apps, "identity_digest", "User", "Appointment")
        changed = [(m, list(m._base_manager.select_for_update().filter(identity_digest__in=older))) for m in held]
        for model, rows in changed:
            model._base_manager.filter(pk__in=[row.pk for row in rows]).update(identity_digest=newest)
        if apps is current_apps:
            record_contents(row for _, rows in changed for row in rows if row._meta.label_lower in CONTENTS)
        return sum(len(rows) for _, rows in changed)


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
