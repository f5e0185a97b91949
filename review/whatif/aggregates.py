"""What two computations of the same claims amount to: sums by group, who gains and loses, what runs out. Pure.

All sums are whole fen in int64, added up exactly: a float would lose fen where a million claims are added. Groups come
in the order of their codes, so that the same claims give the same figures, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engine.batch import OUTCOME_CODES, QuotaUse, Simulation
from policies.engine.terms import Outcome
from review.whatif.enums import FORMAT

Ints = NDArray[Any]
Bools = NDArray[np.bool_]

_PAYABLE, _RECOGNISED, _REFUSED, *_WAITING = (
    OUTCOME_CODES.index(outcome)
    for outcome in (Outcome.PAYABLE, Outcome.RECOGNISED, Outcome.REFUSED, Outcome.NO_AMOUNT, Outcome.UNDETERMINED)
)
# Columns of every row of sums.
COLUMNS = ("claims", "payable", "recognised", "refused", "waiting", "amount", "city", "district")
# Bounds of a claim's change, in fen, for the histogram; the same on both sides of zero.
STEPS = tuple(yuan * 100 for yuan in (1_000, 5_000, 10_000, 50_000, 100_000, 500_000))
MOST_MOVERS = 2_000
MOST_REASONS = 200


@dataclass(frozen=True, slots=True)
class Claims:
    """What both sides share: groups of each claim as codes, and the names behind the codes.

    `call` is the call that a claim was made in ("" for none); `day` is the day of filing as an ordinal; `ids` are what
    a mover is known by.
    """

    ids: Ints
    item: Ints
    region: Ints
    size: Ints
    kind: Ints
    call: Ints
    day: Ints
    year: Ints
    items: tuple[str, ...]
    regions: tuple[str, ...]
    sizes: tuple[str, ...]
    kinds: tuple[str, ...]
    calls: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def taken(self, chosen: Bools) -> Claims:
        """The chosen claims alone."""
        columns = ("ids", "item", "region", "size", "kind", "call", "day", "year")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


@dataclass(frozen=True, slots=True)
class Side:
    """One computation, without what a report does not show; per claim, as `Simulation` has it."""

    outcome: Ints
    paid: Ints
    city: Ints
    district: Ints
    reason: Ints
    reasons: tuple[str, ...]
    quotas: tuple[QuotaUse, ...]
    caps: tuple[Cap, ...]

    @classmethod
    def of(cls, simulation: Simulation, chosen: Bools | None = None) -> Side:
        """What a simulation says of the chosen claims (of all of them); only what is payable counts as a sum."""
        payable = simulation.outcome == _PAYABLE
        divided = payable & simulation.divided

        def taken(values: Ints) -> Ints:
            return values if chosen is None else values[chosen]

        return cls(
            outcome=taken(simulation.outcome),
            paid=taken(np.where(payable, simulation.amount, 0)),
            city=taken(np.where(divided, simulation.city, 0)),
            district=taken(np.where(divided, simulation.district, 0)),
            reason=taken(simulation.reason),
            reasons=simulation.reason_codes,
            quotas=simulation.quotas,
            caps=tuple(Cap(use.group, use.codes, use.cap, len(use.used), use.full) for use in simulation.buckets),
        )


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit's buckets: what one holds at most (fen), how many there are, and how many have nothing left."""

    group: str
    codes: tuple[str, ...]
    fen: int
    buckets: int
    full: int


def compare(claims: Claims, before: Side, after: Side) -> dict[str, Any]:
    """Everything the report shows, as JSON of whole numbers and strings."""
    years = sorted({int(year) for year in np.unique(claims.year)})
    dimensions: dict[str, tuple[Ints, tuple[str, ...]]] = {
        "items": (claims.item, claims.items),
        "regions": (claims.region, claims.regions),
        "sizes": (claims.size, claims.sizes),
        "kinds": (claims.kind, claims.kinds),
        "calls": (claims.call, claims.calls),
        "years": (np.searchsorted(years, claims.year), tuple(map(str, years))),
    }
    found: dict[str, Any] = {name: _groups(codes, names, before, after) for name, (codes, names) in dimensions.items()}
    everything = np.zeros(len(claims), dtype=np.int8)
    totals = _groups(everything, ("total",), before, after)
    nothing = [0] * len(COLUMNS)
    return {
        "format": FORMAT,
        "columns": list(COLUMNS),
        "total": totals[0] if totals else ["total", nothing, nothing],
        **found,
        "changes": _changes(before, after),
        "reasons": _reasons(claims, before, after),
        "days": _days(claims.day, before, after),
        "quotas": _quotas(before, after),
        "caps": _caps(before, after),
    }


def sums_by_code(codes: Ints, values: Ints, size: int) -> Ints:
    """Exact sums of `values` by code, of which there are `size`."""
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, codes, values)
    return sums


def _table(codes: Ints, side: Side, size: int) -> list[list[int]]:
    """One row of COLUMNS for each code."""
    columns = [
        np.bincount(codes, minlength=size),
        np.bincount(codes[side.outcome == _PAYABLE], minlength=size),
        np.bincount(codes[side.outcome == _RECOGNISED], minlength=size),
        np.bincount(codes[side.outcome == _REFUSED], minlength=size),
        np.bincount(codes[np.isin(side.outcome, _WAITING)], minlength=size),
        *(sums_by_code(codes, sums, size) for sums in (side.paid, side.city, side.district)),
    ]
    return np.column_stack(columns).tolist()


def _groups(codes: Ints, names: Sequence[str], before: Side, after: Side) -> list[list[Any]]:
    """`[name, before, after]` of every group that has claims."""
    size = len(names)
    rows = zip(names, _table(codes, before, size), _table(codes, after, size), strict=True)
    return [[name, one, other] for name, one, other in rows if one[0]]


def _changes(before: Side, after: Side) -> dict[str, Any]:
    """How many gain and lose how much, and how the changes are spread."""
    change = after.paid - before.paid
    gains, losses = change > 0, change < 0
    bounds = np.array([*(-step for step in reversed(STEPS)), 0, *STEPS], dtype=np.int64)
    # A change of exactly a bound belongs to the smaller step, on both sides of zero.
    places = np.where(gains, np.searchsorted(bounds, change, side="left"), np.searchsorted(bounds, change, "right"))
    moved = change != 0
    size = len(bounds) + 1
    counts = np.bincount(places[moved], minlength=size)
    sums = sums_by_code(places[moved], change[moved], size)
    return {
        "winners": [int(gains.sum()), int(change[gains].sum())],
        "losers": [int(losses.sum()), int(change[losses].sum())],
        "unchanged": int(len(change) - moved.sum()),
        "newly_payable": int(((before.paid == 0) & gains).sum()),
        "no_longer_payable": int(((after.paid == 0) & losses).sum()),
        "bounds": bounds.tolist(),
        "spread": np.column_stack([counts, sums]).tolist(),
    }


def movers(claims: Claims, before: Side, after: Side) -> list[list[Any]]:
    """The claims whose sum changes most: `[id, item, before, after]`, gains and losses alike, largest change first."""
    one, other = before.paid, after.paid
    change = other - one
    found = []
    for chosen in (np.flatnonzero(change > 0), np.flatnonzero(change < 0)):
        order = np.lexsort((claims.ids[chosen], -np.abs(change[chosen])))
        found += chosen[order][:MOST_MOVERS].tolist()
    found.sort(key=lambda at: (-abs(int(change[at])), int(claims.ids[at])))
    return [[int(claims.ids[at]), claims.items[int(claims.item[at])], int(one[at]), int(other[at])] for at in found]


def _reasons(claims: Claims, before: Side, after: Side) -> list[list[Any]]:
    """`[item, code, before, after]`: how many claims of an item were refused for what, the most frequent first."""
    counted: dict[tuple[str, str], list[int]] = {}
    for place, side in enumerate((before, after)):
        refused = (side.outcome == _REFUSED) & (side.reason >= 0)
        size = max(len(side.reasons), 1)
        pairs, counts = np.unique(
            claims.item[refused].astype(np.int64) * size + side.reason[refused], return_counts=True
        )
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            key = (claims.items[pair // size], side.reasons[pair % size])
            counted.setdefault(key, [0, 0])[place] = count
    ranked = sorted(counted.items(), key=lambda row: (-max(row[1]), row[0]))
    return [[*key, *counts] for key, counts in ranked[:MOST_REASONS]]


def _days(day: Ints, before: Side, after: Side) -> list[list[int]]:
    """`[day, before, after]`: what the claims filed on each day come to, for a budget to run out on one of them."""
    days, codes = np.unique(day, return_inverse=True)
    sums = [sums_by_code(codes, side.paid, len(days)) for side in (before, after)]
    return np.column_stack([days, *sums]).tolist()


def _quotas(before: Side, after: Side) -> list[list[Any]]:
    """`[group, city, year, before, after]`, each side `[places, asked, taken]`, or None where there is no quota."""
    found: dict[tuple[str, str, int], list[list[int] | None]] = {}
    for place, side in enumerate((before, after)):
        for use in side.quotas:
            sides = found.setdefault((use.group, use.city, use.year), [None, None])
            sides[place] = [use.places, use.asked, use.taken]
    return [[*key, *sides] for key, sides in sorted(found.items())]


def _caps(before: Side, after: Side) -> list[list[Any]]:
    """`[group, code, before, after]`, each side `[fen, buckets, full]`, of limits that some bucket has used up."""
    found: dict[tuple[str, str], list[list[int] | None]] = {}
    for place, side in enumerate((before, after)):
        for cap in side.caps:
            sides = found.setdefault((cap.group, cap.codes[0]), [None, None])
            sides[place] = [cap.fen, cap.buckets, cap.full]
    return [[*key, *sides] for key, sides in sorted(found.items()) if any(side and side[2] for side in sides)]
