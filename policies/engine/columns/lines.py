"""The lines of one item while its rules run over them: facts by name, and what the steps have made so far."""

import copy
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from policies.engine.columns.arithmetic import either, pick, put_where, sums_between
from policies.engine.columns.population import KINDS, BoolArray, Column, IntArray, LineTable, Lists, Rows

NONE = -1


class Lines:
    """The columns of a table with the days and kinds of its claims, and the state that steps change.

    `day` is the day of each line, `filed` that of its claim. `amount` is fen and counts where `has`; `reason` is the
    first refusal's code number, NONE without; `measured` is 1 or 0 for a target met or missed, NONE without; `running`
    are lines that no step has stopped.
    """

    def __init__(self, table: LineTable, *, day: IntArray, filed: IntArray, kind: IntArray, assume: bool) -> None:
        size = len(table)
        self.table = table
        self.day = day
        self.filed = filed
        self.kind = kind
        self.assume = assume
        self.count = np.ones(size, dtype=np.int64) if table.count is None else table.count.astype(np.int64, copy=False)
        self.amount = np.zeros(size, dtype=np.int64)
        # Whether a step set the amount of some lines already.
        self._is_set = False
        self.has = np.zeros(size, dtype=np.bool_)
        self.missing = np.zeros(size, dtype=np.bool_)
        self.decision = np.zeros(size, dtype=np.bool_)
        self.title = np.zeros(size, dtype=np.bool_)
        self.measured = np.full(size, NONE, dtype=np.int8)
        self.reason = np.full(size, NONE, dtype=np.int16)
        self.running = np.ones(size, dtype=np.bool_)
        self.kept: dict[str, BoolArray] = {}
        self.paid: dict[str, IntArray] = {}
        # Facts that steps worked out.
        self.derived: dict[str, Column] = {}
        self._nothing = np.zeros(size, dtype=np.bool_)
        self._all = np.ones(size, dtype=np.bool_)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> Column:
        """A fact's column; of a fact that no line states, an empty one."""
        if name == "applicant_kind":
            return Column(self.kind, words=KINDS)
        if name in self.derived:
            return self.derived[name]
        return self.table.columns.get(name) or Column(np.zeros(len(self), dtype=np.int64), self._nothing)

    def numbers(self, name: str) -> tuple[IntArray, int, BoolArray]:
        """A fact as whole numbers, by what they are to be divided, and where it is one; of rows and lists how many."""
        rows = self.table.rows.get(name)
        if rows is not None:
            return np.diff(rows.starts), 1, self.present(name)
        column, stated = self.column(name), self.present(name)
        values = column.values
        if column.lists is not None:
            values = either(column.lists.given, np.diff(column.lists.starts), values)
        return values, column.scale, stated if column.spoken is None else stated & ~column.spoken

    def words_stated(self, name: str) -> BoolArray:
        """Where a fact is stated and is one word or number, and no list of them."""
        column, stated = self.column(name), self.present(name)
        return stated if column.lists is None else stated & ~column.lists.given

    def present(self, name: str) -> BoolArray:
        """Which lines state the fact."""
        if name in ("on", "claimed_on"):
            return self._all
        rows = self.table.rows.get(name)
        present = rows.present if rows is not None else self.column(name).present
        return present if present is not None else self._all

    def days(self, name: str) -> IntArray:
        """A date fact as day numbers; `on` is the day of the line, `claimed_on` that of the claim."""
        if name == "claimed_on":
            return self.filed
        return self.day if name == "on" else self.column(name).values

    def sum(self, name: str) -> tuple[IntArray, BoolArray]:
        """A fact as fen and where it is stated; rows are added up, after what earlier steps left of them."""
        rows = self.table.rows.get(name)
        present = self.present(name)
        if rows is None:
            return self.column(name).values.astype(np.int64, copy=False), present
        kept = self.kept.get(name)
        return sums_between(rows.amount if kept is None else rows.amount * kept, rows.starts), present

    def total(self, names: Sequence[str], *, largest: bool = False) -> tuple[IntArray, BoolArray]:
        """The sum (or the largest) of those facts that are given, and where any is."""
        values, present = self.sum(names[0])
        found, stated = values * present, present
        for name in names[1:]:
            values, present = self.sum(name)
            given, stated = values * present, stated | present
            (np.maximum if largest else np.add)(found, given, out=found)
        return found, stated

    def stated_or_zero(self, name: str | None) -> IntArray:
        """A fact as a whole number, zero where it is not stated."""
        if name is None:
            return np.zeros(len(self), dtype=np.int64)
        values, present = self.sum(name)
        return values * present

    def filter_rows(self, name: str, keep: BoolArray) -> None:
        """Leave out the remaining rows of a fact where `keep` is false."""
        kept = self.kept.get(name)
        self.kept[name] = keep if kept is None else kept & keep

    def refuse(self, where: BoolArray, code: int) -> None:
        """Note a reason on lines that have none yet."""
        put_where(self.reason, where & (self.reason == NONE), code)

    def set_amount(self, fen: IntArray | int, where: BoolArray) -> None:
        """Give lines their amount."""
        if self._is_set:
            put_where(self.amount, where, fen)
        else:
            self.amount = np.multiply(fen, where, dtype=np.int64)
        self._is_set = True
        self.has |= where

    def stop_missing(self, where: BoolArray) -> None:
        """A fact is missing: these lines go no further."""
        self.missing |= where
        self.running &= ~where

    def fresh(self) -> "Lines":
        """The same lines before any step."""
        return Lines(self.table, day=self.day, filed=self.filed, kind=self.kind, assume=self.assume)

    def part(self, where: IntArray) -> "Lines":
        """The lines at ascending positions `where`, before any step."""
        day, filed, kind = (pick(column, where) for column in (self.day, self.filed, self.kind))
        return Lines(take_lines(self.table, where), day=day, filed=filed, kind=kind, assume=self.assume)

    def let_go_of_facts(self) -> None:
        """Keep what the steps left, and nothing that only steps read: they are not run again."""
        self.table = replace(self.table, columns={}, rows={})
        self.derived, self.kept = {}, {}

    def after_steps(self, where: IntArray) -> "Lines":
        """The lines at ascending positions `where` as the steps left them; they have let go of their facts."""
        part = copy.copy(self)
        part.table = take_lines(self.table, where)
        for name in ("count", *_STATE):
            setattr(part, name, pick(getattr(self, name), where))
        return part

    def take(self, other: "Lines", where: IntArray) -> None:
        """Put the state of `other`, which holds the lines at `where`, in its place here."""
        self._is_set = True
        for name in _STATE:
            getattr(self, name)[where] = getattr(other, name)


_STATE = ("amount", "has", "missing", "decision", "title", "measured", "reason")


def take_lines(table: LineTable, where: IntArray) -> LineTable:
    """The table's lines at the positions `where`."""
    return replace(
        table,
        claim=pick(table.claim, where),
        count=None if table.count is None else pick(table.count, where),
        subject=None if table.subject is None else pick(table.subject, where),
        paid={name: pick(fen, where) for name, fen in table.paid.items()},
        times={name: pick(often, where) for name, often in table.times.items()},
        columns={name: _take_column(column, where) for name, column in table.columns.items()},
        rows={name: _take_rows(rows, where) for name, rows in table.rows.items()},
    )


def slice_lines(table: LineTable, begin: int, end: int) -> LineTable:
    """The table's lines from `begin` to `end`, without a copy of them."""
    part = slice(begin, end)
    return replace(
        table,
        claim=table.claim[part],
        count=None if table.count is None else table.count[part],
        subject=None if table.subject is None else table.subject[part],
        paid={name: fen[part] for name, fen in table.paid.items()},
        times={name: often[part] for name, often in table.times.items()},
        columns={name: _slice_column(column, begin, end) for name, column in table.columns.items()},
        rows={name: _slice_rows(rows, begin, end) for name, rows in table.rows.items()},
    )


def _slice_column(column: Column, begin: int, end: int) -> Column:
    part, lists = slice(begin, end), column.lists
    if lists is not None:
        starts = lists.starts[begin : end + 1]
        lists = Lists(starts - starts[0], lists.codes[starts[0] : starts[-1]], lists.given[part])
    return replace(
        column,
        values=column.values[part],
        present=None if column.present is None else column.present[part],
        spoken=None if column.spoken is None else column.spoken[part],
        lists=lists,
    )


def _slice_rows(rows: Rows, begin: int, end: int) -> Rows:
    starts = rows.starts[begin : end + 1]
    within = slice(int(starts[0]), int(starts[-1]))
    present = None if rows.present is None else rows.present[begin:end]
    return Rows(starts - starts[0], rows.amount[within], rows.paid_on[within], present)


def _take_column(column: Column, where: IntArray) -> Column:
    lists = column.lists
    if lists is not None:
        starts, within = _runs(lists.starts, where)
        lists = Lists(starts, lists.codes[within], lists.given[where])
    return replace(
        column,
        values=pick(column.values, where),
        present=None if column.present is None else pick(column.present, where),
        spoken=None if column.spoken is None else pick(column.spoken, where),
        lists=lists,
    )


def _take_rows(rows: Rows, where: IntArray) -> Rows:
    starts, within = _runs(rows.starts, where)
    present = None if rows.present is None else rows.present[where]
    return Rows(starts, rows.amount[within], rows.paid_on[within], present)


def _runs(starts: IntArray, where: IntArray) -> tuple[IntArray, IntArray]:
    """The starts of the chosen runs when put end to end, and the positions of their elements."""
    lengths = (starts[1:] - starts[:-1])[where]
    fresh = np.zeros(len(where) + 1, dtype=np.int64)
    np.cumsum(lengths, out=fresh[1:])
    within = np.arange(fresh[-1]) + np.repeat(starts[where] - fresh[:-1], lengths)
    return fresh, within
