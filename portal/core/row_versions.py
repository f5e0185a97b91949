"""Whether rows are still what they were, asked of the database itself, so that what was worked out of them can be kept.

PostgreSQL gives every version of a row its own `(xmin, ctid)`: whoever wrote it, by whatever statement, on whichever
host. A value kept under the digest of the rows it came from is therefore never shown after one of them has changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection
from django.db.models import Model

Kept = TypeVar("Kept")
# What nobody asks for again is dropped by itself.
_KEPT_SECONDS = 15 * 60


def kept(
    key: str, version: str, make: Callable[[], Kept], *, is_current: Callable[[Kept], bool] = lambda _: True
) -> Kept:
    """What `make` gave under this key and version of its rows, made anew where nothing is kept or it is not current.

    Without a version (see `rows_version`) nothing is kept. The value must be picklable and never None.
    """
    if not version:
        return make()
    name = f"kept:{key}:{version}"
    found: Kept | None = cache.get(name)
    if found is None or not is_current(found):
        found = make()
        cache.set(name, found, _KEPT_SECONDS)
    return found


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table that meet a condition in SQL, or all of them."""

    model: type[Model]
    condition: str = "TRUE"
    parameters: Sequence[Any] = ()


def rows_version(*sources: Rows) -> str:
    """A digest of the present versions of all these rows, in one query; "" on a database that has no row versions.

    Take it before reading the rows: a change in between then makes the next reader work anew.
    """
    if connection.vendor != "postgresql":
        return ""
    digests = ", ".join(
        # No rows are a state of their own, which `concat_ws` would pass over.
        "COALESCE((SELECT md5(string_agg(xmin::text || ctid::text, ' ' ORDER BY ctid))"  # noqa: S608 - no value of a user
        f" FROM \"{rows.model._meta.db_table}\" WHERE {rows.condition}), 'none')"
        for rows in sources
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(concat_ws('.', {digests}))", [value for rows in sources for value in rows.parameters]
        )
        (digest,) = cursor.fetchone()
    return str(digest)
