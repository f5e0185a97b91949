"""Pages of long lists. A cursor names the last row shown, so that every page costs the same, however deep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet

from portal.core.numbers import whole_number

M = TypeVar("M", bound=Model)

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
# Every number of so many digits is one that both databases hold.


class Sliced(Protocol[T_co]):
    """A query or a sequence, of which a stretch can be taken."""

    def __getitem__(self, stretch: slice, /) -> Iterable[T_co]: ...


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, its own cursor ("" for the first), and that of the next page ("" on the last)."""

    rows: list[T]
    next_cursor: str
    after: str = ""

    def map(self, convert: Callable[[T], U]) -> Page[U]:
        """The same page with every row converted."""
        return Page([convert(row) for row in self.rows], self.next_cursor, self.after)


def paginate(
    rows: QuerySet[M], *, after: str, size: int, by: str = "", key: str = "pk", oldest_first: bool = False
) -> Page[M]:
    """The page after a cursor, newest first: by the moment `by` and the key, or by the key alone. One query.

    A cursor that makes no sense gives the first page.
    """
    sign, onwards, seen = ("", "gt", "lte") if oldest_first else ("-", "lt", "gte")
    moment, number = _read_moment(after) if by else (None, whole_number(after))
    if moment is not None:
        # Written as <= with an exclusion, not with OR: so both databases walk their index.
        rows = rows.filter(**{f"{by}__{onwards}e": moment}).exclude(**{by: moment, f"{key}__{seen}": number})
    elif number is not None:
        rows = rows.filter(**{f"{key}__{onwards}": number})
    order = (f"{sign}{by}", f"{sign}{key}") if by else (f"{sign}{key}",)
    found = list(rows.order_by(*order)[: size + 1])
    shown = found[:size]
    return Page(shown, _write_cursor(shown[-1], by=by, key=key) if len(found) > size else "", after)


def paginate_fixed(rows: Sliced[T], *, after: str, size: int) -> tuple[Page[T], int]:
    """The page of a list that no longer changes after so many rows of its own order, and how many these are.

    One query where the rows are one.

    A cursor that makes no sense gives the first page.
    """
    start = whole_number(after) or 0
    found = list(rows[start : start + size + 1])
    return Page(found[:size], str(start + size) if len(found) > size else "", after if start else ""), start


def _write_cursor(row: Model, *, by: str, key: str) -> str:
    number: int = getattr(row, key)
    if not by:
        return str(number)
    moment: datetime = getattr(row, by)
    return f"{(moment - _EPOCH) // _TICK}-{number}"


def _read_moment(cursor: str) -> tuple[datetime | None, int | None]:
    """The moment and the number of a cursor; nothing where it makes no sense."""
    ticks, _, number = cursor.partition("-")
    read = whole_number(ticks), whole_number(number)
    if read[0] is None or read[1] is None:
        return None, None
    try:
        return _EPOCH + read[0] * _TICK, read[1]
    except OverflowError:
        return None, None
