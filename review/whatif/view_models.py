"""The rows of a report: groups, changes, places, ceilings and claims, in yuan. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from applications.claims.models import Claim
from portal.core.money import format_wan_yuan, format_yuan, to_fen, to_yuan

BEFORE, AFTER = "现行政策", "模拟方案"


@dataclass(frozen=True, slots=True)
class Sums:
    """One group under one set of rules. Sums in yuan.

    Every claim is one of four: payable, `recognised` (a title without a sum), refused, or `waiting` for a person or a
    fact.
    """

    claims: int
    payable: int
    recognised: int
    refused: int
    waiting: int
    amount: Decimal
    city: Decimal
    district: Decimal

    @classmethod
    def of(cls, row: Sequence[int]) -> Sums:
        claims, payable, recognised, refused, waiting, amount, city, district = row
        return cls(claims, payable, recognised, refused, waiting, to_yuan(amount), to_yuan(city), to_yuan(district))

    @property
    def undivided(self) -> Decimal:
        """What falls to neither city nor district: its document does not divide it, or a province or town bears it."""
        return self.amount - self.city - self.district


@dataclass(frozen=True, slots=True)
class Row:
    """One group under both sets of rules."""

    key: str
    label: str
    before: Sums
    after: Sums
    note: str = ""

    @property
    def change(self) -> Decimal:
        return self.after.amount - self.before.amount

    @property
    def percent(self) -> str:
        """The change in per cent of what it is under the rules in force."""
        return percent(self.change, self.before.amount)

    @property
    def change_text(self) -> str:
        return signed(self.change)


def signed(amount: Decimal) -> str:
    """A change with its sign, to the fen."""
    return f"{amount:+,.2f}" if amount else "0.00"


def moved(amount: Decimal) -> str:
    """A change in words, to the fen."""
    if not amount:
        return "不变"
    return f"{'增加' if amount > 0 else '减少'} {format_yuan(abs(amount))} 元"


def percent(change: Decimal, base: Decimal) -> str:
    """A change in per cent with one decimal, halves away from zero; a dash where there was nothing before."""
    if not base:
        return "—"
    tenths = (2000 * abs(to_fen(change)) + to_fen(base)) // (2 * to_fen(base))
    if change and not tenths:
        return "不足 0.1%"
    return f"{'-' if change < 0 else '+' if change else ''}{tenths // 10}.{tenths % 10}%"


def wan(amount: Decimal) -> str:
    """A sum for a chart, exact: in 万元 where it is short so, else in yuan."""
    short = format_wan_yuan(amount)
    return f"{short} 万元" if len(short.partition(".")[2]) <= 2 else f"{format_yuan(amount)} 元"


@dataclass(frozen=True, slots=True)
class Pair:
    """A sum under both sets of rules, in yuan."""

    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before

    @property
    def change_text(self) -> str:
        return signed(self.change)

    def plus(self, other: Pair) -> Pair:
        return Pair(self.before + other.before, self.after + other.after)


@dataclass(frozen=True, slots=True)
class TakeUp:
    """What comes on top of stored claims when more people file, or what is left of a made population when fewer do.

    Exact: each item's sum is multiplied and cut down to the fen, so that the total is the sum of its parts.
    """

    per_cent: int
    computed: Pair
    scaled: Pair
    is_generated: bool

    @property
    def lines(self) -> list[tuple[str, Pair]]:
        """The rows of the table; what is stored and what is assumed stand apart."""
        if self.is_generated:
            return [("全部模拟申报", self.computed), (f"按参与率 {self.per_cent}%", self.scaled)]
        return [
            ("已存申报", self.computed),
            (f"假设新增（{self.per_cent}%）", self.scaled),
            ("合计", self.computed.plus(self.scaled)),
        ]


@dataclass(frozen=True, slots=True)
class BudgetSide:
    """A year under one set of rules: its sum, what the budget leaves, and when it runs out (None: it does not)."""

    amount: Decimal
    left: Decimal
    out_on: date | None


@dataclass(frozen=True, slots=True)
class BudgetYear:
    """A year's budget under both sets of rules."""

    year: int
    before: BudgetSide
    after: BudgetSide

    @property
    def sides(self) -> list[tuple[str, BudgetSide]]:
        return [(BEFORE, self.before), (AFTER, self.after)]


@dataclass(frozen=True, slots=True)
class CallRow:
    """What the claims of a call come to, against its budget (None: it names none)."""

    title: str
    claims: int
    budget: Decimal | None
    sums: Pair

    @property
    def left(self) -> Pair | None:
        """What the budget leaves; below zero where it does not suffice."""
        if self.budget is None:
            return None
        return Pair(self.budget - self.sums.before, self.budget - self.sums.after)


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A quota's places in a year: how many there are, were asked for and were given, under both sets of rules."""

    label: str
    year: int
    before: Places | None
    after: Places | None


@dataclass(frozen=True, slots=True)
class Places:
    """Places of a quota. `cut` are those who had nothing else against them and found none."""

    places: int
    asked: int
    taken: int

    @property
    def cut(self) -> int:
        return self.asked - self.taken


@dataclass(frozen=True, slots=True)
class CapUse:
    """A ceiling in yuan, how many stand under it, and how many of them have reached it."""

    ceiling: Decimal
    buckets: int
    full: int


@dataclass(frozen=True, slots=True)
class CapRow:
    """A ceiling that somebody reached, under both sets of rules; None where it does not stand."""

    label: str
    before: CapUse | None
    after: CapUse | None

    @property
    def most(self) -> int:
        """How many reached it, under the rules where more did."""
        return max(side.full if side else 0 for side in (self.before, self.after))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the histogram: claims whose change lies in it, and what these changes come to."""

    label: str
    claims: int
    total: Decimal
    is_gain: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why claims of an item are refused, and how many under each set of rules."""

    item: str
    words: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def distance(self) -> int:
        return abs(self.change)


@dataclass(frozen=True, slots=True)
class Mover:
    """A claim whose sum changes: its number and applicant where the reader may see the claim, else neither."""

    claim: Claim | None
    place: int
    item: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before

    @property
    def change_text(self) -> str:
        return signed(self.change)
