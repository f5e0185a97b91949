"""Whether rows are still what they were, asked of the database itself, so that what was worked out of them can be kept.

PostgreSQL gives every version of a row its own `(xmin, ctid)`: whoever wrote it, by whatever statement, on whichever
host. A value kept under the digest of the rows it came from is therefore never shown after one of them has changed.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

from django.core.cache import cache
from django.db import connection
from django.db.models import Model

from portal.core.statements import prepared_cursor

Kept = TypeVar("Kept")
# What nobody asks for again is dropped by itself.
_KEPT_SECONDS = 15 * 60


class KeptHere:
    """The newest value of each of at most `most` keys, in this process alone: nothing of it is written anywhere.

    Every reader gets a copy of its own; without `copies` the value itself, which nobody can change. The least recently
    asked value goes first.
    """

    def __init__(self, most: int, *, copies: bool = True) -> None:
        self.most = most
        self._write: Callable[[Any], Any] = pickle.dumps if copies else _itself
        self._read: Callable[[Any], Any] = pickle.loads if copies else _itself
        self._found: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, version: str, make: Callable[[], Kept]) -> Kept:
        """What `make` gave under this key and version of its rows, or gives now; without a version nothing is kept."""
        if not version:
            return make()
        with self._lock:
            known = self._found.get(key)
            if known is not None:
                self._found.move_to_end(key)
        if known is not None and known[0] == version:
            return cast("Kept", self._read(known[1]))
        made = make()
        self.set(key, version, made)
        return made

    def set(self, key: Hashable, version: str, value: Any) -> None:
        """Keep a value in place of an older one."""
        with self._lock:
            self._found[key] = version, self._write(value)
            self._found.move_to_end(key)
            if len(self._found) > self.most:
                self._found.popitem(last=False)


def _itself(value: Any) -> Any:
    return value


# Drawn parts of pages, some ten kilobytes each.
_here = KeptHere(1_000)


def kept(
    key: str, version: str, make: Callable[[], Kept], *, is_current: Callable[[Kept], bool] = lambda _: True
) -> Kept:
    """What `make` gave under this key and version of its rows, made anew where nothing is kept or it is not current.

    Kept for all hosts, and by each process for itself. Without a version (see `rows_version`) nothing is kept. The
    value must be picklable and never None.
    """
    if not version:
        return make()
    name = f"kept:{key}:{version}"
    found: Kept = _here.get(key, version, lambda: cache.get(name))
    if found is None or not is_current(found):
        found = make()
        cache.set(name, found, _KEPT_SECONDS)
        _here.set(key, version, found)
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
        # The order in which rows are met is no part of what they are; how many there are is.
        f"(SELECT concat(count(*), bit_xor(hashtextextended(xmin::text || ctid::text, 0)))"  # noqa: S608 - no value of a user
        f' FROM "{rows.model._meta.db_table}" WHERE {rows.condition})'
        for rows in sources
    )
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT md5(concat_ws('.', {digests}))", [value for rows in sources for value in rows.parameters]
        )
        (digest,) = cursor.fetchone()
    return str(digest)
