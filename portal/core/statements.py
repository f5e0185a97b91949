"""Statements that every request of a kind sends, worded alike each time: planned once for a connection."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.db import connection, connections
from django.db.models import Model, QuerySet

Row = TypeVar("Row")
# Values by which the places of keys, moments, days and numbers are found in a query: no query has them by itself.
A_KEY, A_MOMENT, A_DAY = -7_000_000_000_000_001, datetime(1, 2, 3, 4, 5, 6, 7, UTC), date(1, 2, 3)
ANOTHER_KEY, ANOTHER_DAY, A_NUMBER = A_KEY - 1, date(1, 2, 4), 2_000_000_011


def prepared() -> AbstractContextManager[None]:
    """Statements of the block are prepared, where the database is PostgreSQL.

    Joining twenty tables by their keys takes a millisecond, and planning it fifty.
    """
    found: AbstractContextManager[None] = getattr(connection, "preparing", nullcontext)()
    return found


def prepared_cursor() -> Any:
    """A cursor for SQL of one's own that is prepared."""
    with prepared():
        return connection.cursor()


class Lookup(Generic[Row]):
    """A query of the ORM that differs in nothing but its values: put into SQL once a process, and prepared.

    `build` makes it of its values; `samples` are as many values of the same types that stand nowhere else in it.
    Putting a query into SQL takes the ORM longer than PostgreSQL takes to answer it.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *samples: object) -> None:
        self._build, self._samples = build, samples
        self._worded: tuple[QuerySet[Any, Row], Any, str, list[tuple[int, Any]]] | None = None

    def first(self, *values: object) -> Row | None:
        """The first row for these values; None where there is none. One query."""
        return next(iter(self(*values)), None)

    def __call__(self, *values: object) -> list[Row]:
        """The rows for these values, read now. One query."""
        if connection.vendor != "postgresql":
            return list(self._build(*values))
        if self._worded is None:
            self._worded = self._word()
        made, compiler, sql, parameters = self._worded
        asked = copy(compiler)
        asked.connection = connections[made.db]
        asked.as_sql = lambda: (sql, tuple(values[place] if place >= 0 else value for place, value in parameters))
        rows = made.all()
        rows.query.get_compiler = lambda *_, **__: asked  # type: ignore[method-assign]
        with prepared():
            return list(rows)

    def of(self, parent: Model, name: str) -> list[Row]:
        """The rows of a parent, found by its key, each with the parent under this name."""
        rows = self(parent.pk)
        for row in rows:
            setattr(row, name, parent)
        return rows

    def _word(self) -> tuple[QuerySet[Any, Row], Any, str, list[tuple[int, Any]]]:
        made = self._build(*self._samples)
        compiler: Any = made.query.get_compiler(made.db)
        sql, parameters = compiler.as_sql()
        if missing := [sample for sample in self._samples if sample not in parameters]:
            raise ValueError(f"The query does not ask for {missing}.")
        samples = list(self._samples)
        return made, compiler, sql, [(samples.index(one) if one in samples else -1, one) for one in parameters]


class LookupAmong(Generic[Row]):
    """A query about rows with some keys, asked mostly about one: then prepared as `Lookup` does.

    `build` makes it of a collection of keys and its other values, of whose types `samples` are.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *samples: object) -> None:
        self._build = build
        self._of_one = Lookup(lambda key, *values: build([key], *values), A_KEY, *samples)

    def __call__(self, keys: Collection[int], *values: object) -> list[Row]:
        """The rows for these keys and values, read now. One query."""
        return self._of_one(*keys, *values) if len(keys) == 1 else list(self._build(keys, *values))
