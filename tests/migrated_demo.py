"""Bring a stored database of an earlier version up to the newest one, and say in JSON what became of it.

Run in a process of its own, as a database is chosen once a process: DATABASE_URL and DATA_DIR name the database. With
`once`, of the pages about one kind of thing one is opened.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

# ruff: noqa: E402 - models are there only now
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications.claims.models import Claim
from applications.claims.services.replay import replay_assessments
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.core.clock import now
from portal.core.encrypted_fields import EncryptedField
from portal.core.encryption import decrypt
from portal.privacy.services.consent import give_consent
from review.funding.models import Award
from review.notices.models import Notice
from review.whatif.models import SimulationRun

# Django's own lists of tables and rights follow the code.
NOT_COMPARED = {"django_migrations", "django_content_type", "auth_permission"}


def main() -> None:
    """Migrate, check chain and answers, open pages; print what was found."""
    before = table_contents()
    run("migrate", verbosity=0, interactive=False)
    after = table_contents(before)
    changed = [
        f"{table}.{column}"
        for table, content in before.items()
        for column, (_, digest) in content.items()
        if after.get(table, {}).get(column, (0, ""))[1] != digest
    ]
    found = {
        "changed": changed,
        "chain": run("verify_audit", skip_files=True),
        "replayed": replayed(),
        "pages": opened_pages(1 if "once" in sys.argv else None),
        "in clear": numbers_in_clear(),
    }
    sys.stdout.write(json.dumps(found, ensure_ascii=False))


def run(command: str, **options: Any) -> str:
    """What a management command prints."""

    said = StringIO()
    call_command(command, stdout=said, **options)
    return said.getvalue()


Contents = dict[str, dict[str, tuple[int, str]]]


def table_contents(earlier: Contents | None = None) -> Contents:
    """How many rows, and a digest of each column's values in the order of the keys.

    After `earlier`, only of the columns that were there then, and of as many rows: a migration may add some.
    """

    found: Contents = {}
    with connection.cursor() as cursor:
        for table in earlier or connection.introspection.table_names(cursor):
            if table in NOT_COMPARED:
                continue
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - the database's own name
            values = list(zip(*cursor.fetchall(), strict=True))
            wanted = earlier[table] if earlier else names
            rows = len(values[0]) if values else 0
            if earlier:
                rows = next(iter(earlier[table].values()))[0]
            found[table] = {
                name: (rows, digest(values[names.index(name)][:rows] if values else ()))
                for name in wanted
                if name in names
            }
    return found


def digest(values: Any) -> str:
    """The same for equal values, however a database hands them back, and whether or not they are encrypted."""
    plain = [f"{value:.6f}" if isinstance(value, float | Decimal) else deciphered(str(value)) for value in values]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def deciphered(text: str) -> str:
    """The text itself, an object of JSON always written alike."""
    text = decrypt(text)
    return json.dumps(json.loads(text), sort_keys=True) if text.startswith('{"') else text


def replayed() -> dict[str, Any]:
    """How the stored assessments came out when asked again."""

    run_of_all = replay_assessments()
    return {"checked": run_of_all.checked, "differing": run_of_all.differing}


NUMBERS = {"phone", "contact_phone", "account_number", "resident_id", "identity_number"}


def numbers_of(value: Any, name: str = "") -> Iterator[str]:
    """The numbers of people and accounts in a value, at any depth."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from numbers_of(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from numbers_of(part, name)
    elif isinstance(value, str) and value and name in NUMBERS:
        yield value


def numbers_in_clear() -> list[str]:
    """Where a dump of the database has an ID number, an account or a telephone as it is, that the portal encrypts."""
    numbers: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                for value in model._base_manager.values_list(field.name, flat=True):
                    numbers |= set(numbers_of(value, field.name))
    assert len(numbers) > 20, numbers
    any_number = re.compile("|".join(map(re.escape, sorted(numbers))))
    with connection.cursor() as cursor:

        def holds(table: str) -> bool:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own name
            return any(any_number.search(str(row)) for row in cursor.fetchall())

        return [table for table in sorted(connection.introspection.table_names(cursor)) if holds(table)]


def opened_pages(most: int | None) -> dict[str, int]:
    """The status of pages about what was stored, each opened by somebody who may; of each kind so many, or all."""

    def client_of(user: User) -> Client:
        # Nobody of that version was asked to agree to a notice on personal data.
        give_consent(user, act=ActorContext(user=user, at=now()))
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        return client

    def official(role: Role, region: str) -> Client:
        found = User.objects.filter(appointments__role=role, appointments__region__code=region).order_by("pk").first()
        assert found is not None, (role, region)
        return client_of(found)

    found: dict[str, int] = {}
    for claim in Claim.objects.select_related("created_by").order_by("pk")[:most]:
        path = reverse("applications:claim", args=[claim.key])
        found[path] = client_of(claim.created_by).get(path).status_code
        if claim.submitted_at:
            path = reverse("review:claim", args=[claim.key])
            found[path] = official(Role.CITY_OFFICER, claim.city_id).get(path).status_code
    for award in Award.objects.select_related("claim").order_by("pk")[:most]:
        path = reverse("funding:payment", args=[award.claim.key])
        found[path] = official(Role.FINANCE, award.claim.city_id).get(path).status_code
    anybody = Client(headers={"host": "localhost"})
    for notice in Notice.objects.order_by("pk")[:most]:
        path = f"{reverse('notices:verify')}?code={notice.code}"
        found[path] = anybody.get(path, follow=True).status_code
    for name in ("policies:documents", "calls:list", "review:publicity_public"):
        found[name] = anybody.get(reverse(name)).status_code
    for simulation in SimulationRun.objects.select_related("asked_by").order_by("pk")[:most]:
        path = reverse("whatif:run", args=[simulation.key])
        found[path] = client_of(simulation.asked_by).get(path).status_code
    return found


if __name__ == "__main__":
    main()
