"""Claims as columns: what a simulation reads. Whole fen, day numbers and codes; no float, no text per claim.

A population is many questions of the scalar engine (docs/engine.md, "Asking") laid out by column. Claims stand in the
order in which they were filed: the ledgers of a simulation fill up in that order. Nothing is changed once it is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engine.facts import MAX_COUNT, MAX_LINES, MAX_ROWS
from policies.engine.money import MAX_FEN
from policies.engine.terms import APPLICANT_KINDS, LEDGERS

IntArray = NDArray[Any]
BoolArray = NDArray[np.bool_]

KINDS: tuple[str, ...] = tuple(APPLICANT_KINDS)
SIZES = ("", "micro", "small", "medium", "large")


class PopulationError(ValueError):
    """A population that cannot be read: which table and column, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Facts given as lists of words (countries): line r's words are `words[codes[starts[r]:starts[r + 1]]]`.

    `given` marks the lines that give a list; the others give a number, which stands in the column's values.
    """

    starts: IntArray
    codes: IntArray
    given: BoolArray


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of a table's lines.

    `values` by the fact's type: money in fen; integers as they are; booleans 0 or 1; dates as `date.toordinal()`;
    numbers as `values / scale`; choices and texts as an index into `words`. `present` is None where every line states
    the fact; values of absent facts mean nothing. `spoken` marks lines of a number fact whose value is a word.
    """

    values: IntArray
    present: BoolArray | None = None
    scale: int = 1
    words: Sequence[str] = ()
    spoken: BoolArray | None = None
    lists: Lists | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A fact that is given row by row (interest payments).

    Line r's rows are `starts[r]:starts[r + 1]` of `amount` (fen) and `paid_on` (day number, 0 where none is stated).
    """

    starts: IntArray
    amount: IntArray
    paid_on: IntArray
    present: BoolArray | None = None


@dataclass(frozen=True, slots=True)
class LineTable:
    """The lines of all claims under one item, in the order of the claims and of the lines within each.

    `claim`: the line's claim, ascending. `count`: so many equal ones (None: one each). `subject`: a number for the
    right, loan or project the line is about, the same wherever the ledger would take it for the same thing, in any
    item; -1 where the line names none. `paid`: fen that this subject had from the item before, by those of `LEDGERS`
    that are of subjects, the same on every line of a claim that names it; what claims state of such a ledger as a whole
    then counts nothing. `times`: how often it was paid before, likewise.
    """

    item: str
    claim: IntArray
    count: IntArray | None = None
    subject: IntArray | None = None
    paid: Mapping[str, IntArray] = field(default_factory=dict)
    times: Mapping[str, IntArray] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.claim)


@dataclass(frozen=True, slots=True)
class Population:
    """Claims in filing order, one item each, with one table of lines per item.

    `item`: index into `tables`. `applicant`: any number, another for each applicant. `kind`: index into `KINDS`.
    `region`: index into `regions` (names or GB/T 2260 codes), -1 for none. `on`: the day the claim is asked as of
    (`date.toordinal()`), for lines that do not state the item's own date. `year`: the year of the yearly caps (None:
    that of `on`). `size`: index into `SIZES`, for reports only. `unmet`: index into `unmet_sets`, the codes of
    conditions that an officer found missing, -1 for none. `readings`: index into `reading_sets`, settings by name as a
    question names them, which go before those of the simulation; -1 for none, and names that the catalogue does not
    have are left out. `paid` holds what claims state as paid before (fen by name of `LEDGERS`), `times_before` how
    often (by ledger, "" for all others), `once_group` and `rank` (0: none) likewise; `rank` is the place that a yearly
    selection gave the claim, and goes before the order of filing, `ranked` among how many claims (0: not known).
    `companies`: any number for the group of companies that the applicant belongs to, -1 for none. `assume`: missing
    facts of conditions count as met.
    """

    tables: tuple[LineTable, ...]
    item: IntArray
    applicant: IntArray
    kind: IntArray
    region: IntArray
    on: IntArray
    regions: tuple[str, ...] = ()
    year: IntArray | None = None
    size: IntArray | None = None
    unmet: IntArray | None = None
    unmet_sets: tuple[tuple[str, ...], ...] = ()
    readings: IntArray | None = None
    reading_sets: tuple[Mapping[str, Any], ...] = ()
    paid: Mapping[str, IntArray] = field(default_factory=dict)
    once_group: BoolArray | None = None
    times_before: Mapping[str, IntArray] = field(default_factory=dict)
    rank: IntArray | None = None
    ranked: IntArray | None = None
    companies: IntArray | None = None
    assume: bool = False

    def __len__(self) -> int:
        return len(self.item)

    @property
    def item_codes(self) -> tuple[str, ...]:
        """The items' ids; claims hold an index into them."""
        return tuple(table.item for table in self.tables)

    def years(self, claims: IntArray | slice = slice(None)) -> IntArray:
        """The year of the yearly caps of some claims, by default of all."""
        return self.year[claims] if self.year is not None else years_of(self.on[claims])

    def of_claims(self, where: IntArray, tables: tuple[LineTable, ...]) -> "Population":
        """The claims at these positions, with their own tables."""
        given = {name: getattr(self, name) for name in _OF_CLAIMS}
        taken: dict[str, Any] = {name: None if values is None else values.take(where) for name, values in given.items()}
        return replace(self, tables=tables, **_take_each(self, where), **taken)

    def check(self) -> None:
        """Raise PopulationError for shapes and values that the scalar engine would not read either.

        After this, int64 holds every sum of the steps: see `policies.engine.columns.arithmetic`.
        """
        size = len(self)
        _same_length("claims", size, {"applicant": self.applicant, "kind": self.kind, "region": self.region})
        _same_length("claims", size, {"on": self.on, "year": self.year, "unmet": self.unmet, "rank": self.rank})
        _same_length("claims", size, {"ranked": self.ranked})
        _same_length("claims", size, {"readings": self.readings, "companies": self.companies})
        _same_length("claims", size, {"once_group": self.once_group, **self.paid})
        _same_length("claims", size, {f"times_before.{name}": times for name, times in self.times_before.items()})
        _within("claims", "item", self.item, 0, len(self.tables) - 1)
        _within("claims", "kind", self.kind, 0, len(KINDS) - 1)
        _within("claims", "region", self.region, -1, len(self.regions) - 1)
        _within("claims", "on", self.on, 1, LAST_DAY)
        _within("claims", "applicant", self.applicant, -_MOST_IDS, _MOST_IDS)
        for name, values in (
            ("rank", self.rank),
            ("ranked", self.ranked),
            *((f"times_before.{of}", own) for of, own in self.times_before.items()),
        ):
            if values is not None:
                _within("claims", name, values, 0, MAX_COUNT)
        if self.companies is not None:
            _within("claims", "companies", self.companies, -1, _MOST_IDS)
        if self.unmet is not None:
            _within("claims", "unmet", self.unmet, -1, len(self.unmet_sets) - 1)
        if self.readings is not None:
            _within("claims", "readings", self.readings, -1, len(self.reading_sets) - 1)
        for name, paid in self.paid.items():
            if name not in LEDGERS:
                raise PopulationError(f"claims: no ledger is named {name}")
            _within("claims", name, paid, 0, MAX_FEN)
        if len(set(self.item_codes)) != len(self.tables):
            raise PopulationError("claims: two tables have one item")
        for number, table in enumerate(self.tables):
            _check_table(table, self.item, number)
        if sum(_claims_of(table) for table in self.tables) < size:
            seen = np.zeros(size, dtype=np.bool_)
            for table in self.tables:
                seen[table.claim] = True
            raise PopulationError(f"claims: claim {int(seen.argmin())} has no line")


_OF_CLAIMS = (
    *("item", "applicant", "kind", "region", "on", "year", "size", "unmet", "readings"),
    *("once_group", "rank", "ranked", "companies"),
)
_BY_LEDGER = ("paid", "times_before")


def _take_each(population: Population, where: IntArray) -> dict[str, Any]:
    """What some claims state, ledger by ledger."""
    return {name: {of: one.take(where) for of, one in getattr(population, name).items()} for name in _BY_LEDGER}


LAST_DAY = 3_652_059  # 9999-12-31
_MOST_IDS = 2**40


def years_of(days: IntArray) -> IntArray:
    """Calendar years of day numbers, exactly."""
    if not len(days):
        return days.astype(np.int16)
    # Few days stand for many claims: the years of all days between the first and the last are looked up.
    first = int(days.min())
    span = np.arange(first, int(days.max()) + 1) - _EPOCH
    years: IntArray = (span.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970).astype(np.int16)
    return years.take(days - first)


_EPOCH = 719_163  # date(1970, 1, 1).toordinal()


def _same_length(where: str, size: int, columns: Mapping[str, IntArray | None]) -> None:
    for name, values in columns.items():
        if values is not None and len(values) != size:
            raise PopulationError(f"{where}: {name} has {len(values)} values for {size} rows")


def _within(where: str, name: str, values: IntArray, low: int, high: int) -> None:
    if values.dtype.kind not in "iu":
        raise PopulationError(f"{where}: {name} is {values.dtype}, and must be whole numbers")
    if len(values) and (values.min() < low or values.max() > high):
        raise PopulationError(f"{where}: {name} has values outside {low} to {high}")


def _check_table(table: LineTable, items: IntArray, number: int) -> None:
    where, size, claim = table.item, len(table), table.claim
    if size:
        _within(where, "claim", claim, 0, len(items) - 1)
        if (claim[1:] < claim[:-1]).any():
            raise PopulationError(f"{where}: lines are not in the order of their claims")
        if (items.take(claim) != number).any():
            raise PopulationError(f"{where}: a line belongs to a claim of another item")
        if (many := claim[MAX_LINES:] == claim[:-MAX_LINES]).any():
            raise PopulationError(f"claims: claim {int(claim[many.argmax()])} has more than {MAX_LINES} lines")
    paid = {f"paid.{name}": fen for name, fen in table.paid.items()}
    times = {f"times.{name}": often for name, often in table.times.items()}
    _same_length(where, size, {"count": table.count, "subject": table.subject, **paid, **times})
    if table.count is not None:
        _within(where, "count", table.count, 1, MAX_COUNT)
    if table.subject is not None:
        _within(where, "subject", table.subject, -1, _MOST_IDS)
    for name, fen in paid.items():
        _within(where, name, fen, 0, MAX_FEN)
    for name, often in times.items():
        _within(where, name, often, 0, MAX_COUNT)
    for name, column in table.columns.items():
        _same_length(where, size, {name: column.values, f"{name}.present": column.present})
        if column.values.dtype.kind not in "iub":
            raise PopulationError(f"{where}: {name} is {column.values.dtype}, and must be whole numbers")
    for name, rows in table.rows.items():
        _check_rows(where, name, rows, size)


def _claims_of(table: LineTable) -> int:
    """How many claims have lines in a table."""
    return int(np.count_nonzero(table.claim[1:] != table.claim[:-1])) + bool(len(table))


def _check_rows(where: str, name: str, rows: Rows, size: int) -> None:
    starts = rows.starts
    _same_length(where, size + 1, {f"{name}.starts": starts})
    _same_length(where, size, {f"{name}.present": rows.present})
    lengths = np.diff(starts)
    if int(starts[0]) or (lengths < 0).any() or int(starts[-1]) != len(rows.amount):
        raise PopulationError(f"{where}: {name} does not hold the rows its starts name")
    if size and lengths.max() > MAX_ROWS:
        raise PopulationError(f"{where}: {name} has more than {MAX_ROWS} rows on a line")
    _same_length(where, len(rows.amount), {f"{name}.paid_on": rows.paid_on})
    _within(where, f"{name}.amount", rows.amount, 0, MAX_FEN)
    _within(where, f"{name}.paid_on", rows.paid_on, 0, LAST_DAY)


def check_facts(table: LineTable, types: Mapping[str, str]) -> None:
    """Raise PopulationError for stated facts that the scalar engine's readers would refuse; `types` by fact."""
    for name, column in table.columns.items():
        kind = types[name]
        low, high = _BOUNDS.get(kind, (-_MOST_NUMBER, _MOST_NUMBER))
        if kind in ("choice", "text"):
            low, high = 0, len(column.words) - 1
        stated = np.ones(len(table), dtype=np.bool_) if column.present is None else column.present
        if column.spoken is not None:
            _stated_within(table.item, name, column.values, stated & column.spoken, (0, len(column.words) - 1))
            stated = stated & ~column.spoken
        if column.lists is not None:
            stated = stated & ~column.lists.given
            _within(table.item, name, column.lists.codes, 0, len(column.words) - 1)
        _stated_within(table.item, name, column.values, stated, (low, high))


_BOUNDS = {"money": (0, MAX_FEN), "integer": (0, MAX_COUNT), "boolean": (0, 1), "date": (1, LAST_DAY)}
_MOST_NUMBER = 2**62


def _stated_within(where: str, name: str, values: IntArray, stated: BoolArray, bounds: tuple[int, int]) -> None:
    """Values of facts that are not stated may be anything."""
    low, high = bounds
    if values.dtype.kind == "b":
        return
    if len(values) and values.min() >= low and values.max() <= high:
        return
    if (stated & ((values < low) | (values > high))).any():
        raise PopulationError(f"{where}: {name} has values outside {low} to {high}")
