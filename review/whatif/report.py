"""A finished simulation as pages and sheets show it: sums in yuan, changes, words. Nothing here computes a claim."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from applications.claims.models import Claim
from policies.calls.models import Call
from policies.engine.terms import APPLICANT_KINDS
from portal.accounts.enums import SizeClass
from portal.core.money import ZERO, to_fen, to_yuan
from review.whatif.enums import ChangeKind, Source
from review.whatif.models import SimulationRun
from review.whatif.view_models import (
    AFTER,
    BEFORE,
    BudgetSide,
    BudgetYear,
    CallRow,
    CapRow,
    CapUse,
    Mover,
    Pair,
    Places,
    QuotaRow,
    Reason,
    Row,
    Step,
    Sums,
    TakeUp,
    moved,
    wan,
)

# Reasons that every item may have, in words; the others' words stand in the results.
_COMMON_REASONS = {
    "NOT_IN_FORCE": "事实不在政策施行期内",
    "APPLICANT_KIND": "不属于支持对象",
    "REGION": "不在适用地区",
    "NOTHING": "测算金额为零",
    "SET_OFF": "其他政策已就同一事项支持",
    "UNMET": "审核认为不符合条件",
    "MISSING": "缺少测算所需的事实",
    "CITY_SHARE": "提出的市级资金超过上限",
    "FEES": "费用余额为零",
}
MOST_TAKE_UP = 200
SHOWN_MOVERS = 20
# How many of each kind the first screen names.
SHOWN_FIRST = 3


class Report:
    """Everything in a finished run.

    `regions` names region codes; `claims` and `calls` are those that the reader may see, by id.
    """

    undivided_label = "未规定市区分担"

    def __init__(
        self,
        run: SimulationRun,
        *,
        regions: Mapping[str, str],
        claims: Mapping[int, Claim] | None = None,
        calls: Mapping[int, Call] | None = None,
    ) -> None:
        self.run = run
        self.results: dict[str, Any] = run.results or {}
        self.regions = regions
        self.claims = claims or {}
        self.calls = calls or {}

    @property
    def is_single(self) -> bool:
        """Whether there is nothing to compare with."""
        return self.run.change == ChangeKind.PUBLISHED

    @property
    def is_stored(self) -> bool:
        return self.run.source == Source.STORED

    @property
    def is_narrowed(self) -> bool:
        """Whether the report is about a part of the claims that share limits."""
        scope = self.run.scope
        return self.is_stored and any(scope.get(name) for name in ("years", "regions", "documents"))

    @cached_property
    def total(self) -> Row:
        return _row("", "合计", *self.results["total"][1:])

    @cached_property
    def items(self) -> list[Row]:
        """By item, in the order of the items' ids."""
        names = self.results["names"]
        rows = [
            _row(key, names[key][0], before, after, note=names[key][2]) for key, before, after in self.results["items"]
        ]
        return sorted(rows, key=lambda row: row.key)

    @cached_property
    def ranked_items(self) -> list[Row]:
        """By item, those that change most first, then those with the largest sums."""
        return sorted(self.items, key=lambda row: (-abs(row.change), -row.after.amount, row.key))

    @cached_property
    def documents(self) -> list[Row]:
        """By document: the sums of its items."""
        found: dict[str, list[list[int]]] = {}
        for key, before, after in self.results["items"]:
            document = self.results["names"][key][1]
            sums = found.setdefault(document, [[0] * len(before), [0] * len(after)])
            for kept, more in zip(sums, (before, after), strict=True):
                kept[:] = [one + other for one, other in zip(kept, more, strict=True)]
        labels = {name[1]: name[2] for name in self.results["names"].values()}
        return [_row(key, labels[key], *sums) for key, sums in sorted(found.items())]

    @cached_property
    def districts(self) -> list[Row]:
        """By district; made claims also come from places that the portal has no name for."""

        def label(key: str) -> str:
            return self.regions.get(key) or (f"其他地区（{key}）" if key.isdigit() else key or "未填写")

        return self._grouped("regions", label)

    @cached_property
    def sizes(self) -> list[Row]:
        order = ["", *SizeClass.values]
        labels = {"": "未划分规模", **dict(SizeClass.choices)}
        rows = self._grouped("sizes", lambda key: str(labels.get(key, key)))
        return sorted(rows, key=lambda row: -order.index(row.key) if row.key in order else 1)

    @cached_property
    def kinds(self) -> list[Row]:
        return self._grouped("kinds", lambda key: APPLICANT_KINDS.get(key, key))

    @cached_property
    def years(self) -> list[Row]:
        return self._grouped("years", lambda key: f"{key} 年")

    def _grouped(self, name: str, label: Callable[[str], str]) -> list[Row]:
        return [_row(key, label(key), before, after) for key, before, after in self.results[name]]

    @property
    def sides(self) -> list[tuple[str, Sums]]:
        return [(BEFORE, self.total.before), (AFTER, self.total.after)]

    def take_up(self, per_cent: int) -> TakeUp:
        """The sums at a take-up of so many per cent, item by item cut down to the fen."""

        def at(amount: Decimal) -> Decimal:
            return to_yuan(to_fen(amount) * per_cent // 100)

        nothing = Pair(ZERO, ZERO)
        scaled = nothing
        for row in self.items:
            scaled = scaled.plus(Pair(at(row.before.amount), at(row.after.amount)))
        computed = Pair(self.total.before.amount, self.total.after.amount)
        return TakeUp(per_cent, computed, scaled, is_generated=not self.is_stored)

    def budget_years(self, budget: Decimal | None) -> list[BudgetYear]:
        """When a yearly budget runs out, claims served in the order in which they were filed."""
        if budget is None:
            return []
        years: dict[int, list[tuple[date, int, int]]] = {}
        for ordinal, before, after in self.results["days"]:
            day = date.fromordinal(ordinal)
            years.setdefault(day.year, []).append((day, before, after))
        return [
            BudgetYear(
                year,
                _spent(((day, before) for day, before, _ in days), budget),
                _spent(((day, after) for day, _, after in days), budget),
            )
            for year, days in sorted(years.items())
        ]

    @cached_property
    def call_rows(self) -> list[CallRow]:
        """What the claims made in each call come to, against the call's own budget; the newest call first."""
        rows = []
        for key, before, after in reversed(self.results["calls"]):
            call = self.calls.get(int(key)) if key else None
            if call is not None:
                one, other = Sums.of(before), Sums.of(after)
                rows.append(CallRow(call.title, one.claims, call.budget, Pair(one.amount, other.amount)))
        return rows

    @cached_property
    def quotas(self) -> list[QuotaRow]:
        words = self.results["words"]["groups"]
        return [
            QuotaRow(words.get(group, group), year, *(Places(*side) if side else None for side in sides))
            for group, _, year, *sides in self.results["quotas"]
        ]

    @cached_property
    def caps(self) -> list[CapRow]:
        """Ceilings that somebody reached, those reached most often first."""
        words = self.results["words"]["groups"]
        rows = [
            CapRow(words.get(group, group), *(CapUse(to_yuan(side[0]), *side[1:]) if side else None for side in sides))
            for group, _, *sides in self.results["caps"]
        ]
        return sorted(rows, key=lambda row: (-row.most, row.label))

    @property
    def changes(self) -> dict[str, Any]:
        """Counts of claims that gain, lose, and stay."""
        return self.results["changes"]

    @property
    def total_moved(self) -> int:
        """How many claims come to another sum."""
        return int(self.changes["winners"][0] + self.changes["losers"][0])

    @property
    def gained(self) -> Decimal:
        return to_yuan(self.changes["winners"][1])

    @property
    def lost(self) -> Decimal:
        return to_yuan(self.changes["losers"][1])

    @property
    def verdict(self) -> str:
        """What changes for the budget, in a sentence."""
        before, after, counts = self.total.before, self.total.after, self.changes
        undivided = after.undivided - before.undivided
        rest = f"，{self.undivided_label}的{moved(undivided)}" if undivided else ""
        return (
            f"资助总额{moved(self.total.change)}：市级{moved(after.city - before.city)}，"
            f"区级{moved(after.district - before.district)}{rest}。"
            f"{counts['winners'][0]} 件增加，{counts['losers'][0]} 件减少，{counts['unchanged']} 件不变；"
            f"新增可支持 {counts['newly_payable']} 件，不再支持 {counts['no_longer_payable']} 件。"
        )

    @property
    def whom(self) -> list[tuple[str, list[Row]]]:
        """The groups that change most, under a heading each; where nothing is compared, those that get most."""
        groups = [
            ("事项", self.items),
            ("区县", self.districts),
            ("企业规模", self.sizes),
            ("主体类型", self.kinds),
        ]

        def weight(row: Row) -> Decimal:
            return row.after.amount if self.is_single else abs(row.change)

        ranked = [
            (title, [row for row in sorted(rows, key=weight, reverse=True) if weight(row)]) for title, rows in groups
        ]
        return [(title, rows[:SHOWN_FIRST]) for title, rows in ranked if rows]

    @property
    def moved_reasons(self) -> list[Reason]:
        """The reasons for which more or fewer claims are refused, those that change most."""
        return [reason for reason in self.reasons if reason.change][:SHOWN_FIRST]

    @cached_property
    def spread(self) -> list[Step]:
        """The histogram of changes, from the largest gain to the largest loss; steps without claims are left out."""
        bounds = [to_yuan(fen) for fen in self.changes["bounds"]]
        edges = list(zip([None, *bounds], [*bounds, None], strict=True))
        steps = [
            Step(_step_label(low, high), count, to_yuan(fen), is_gain=low is not None and low >= 0)
            for (low, high), (count, fen) in zip(edges, self.changes["spread"], strict=True)
        ]
        return [step for step in reversed(steps) if step.claims]

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why claims are refused: what changes most first, then what is most frequent."""
        names, words = self.results["names"], self.results["words"]["reasons"]
        reasons = [
            Reason(names[item][0], words.get(f"{item}|{code}") or _COMMON_REASONS.get(code, code), before, after)
            for item, code, before, after in self.results["reasons"]
        ]
        return sorted(reasons, key=lambda reason: -abs(reason.change))

    def movers(self, *, gains: bool, most: int | None = None) -> list[Mover]:
        """The claims that gain (or lose) most."""
        names = self.results["names"]
        chosen = [row for row in self.run.movers or [] if (row[3] > row[2]) == gains]
        return [
            Mover(self.claims.get(place), place, names[item][0], to_yuan(before), to_yuan(after))
            for place, item, before, after in chosen[:most]
        ]

    @property
    def stored(self) -> dict[str, Any] | None:
        """What was asked for, computed and granted of the same claims, in yuan, beside the simulation."""
        kept = self.results.get("stored")
        counts = ("undecided", "differing")
        return {k: v if k in counts else to_yuan(v) for k, v in kept.items()} if kept else None


def shown_ids(run: SimulationRun, *, most: int | None = SHOWN_MOVERS) -> list[int]:
    """Ids of the claims that a page shows: those that gain and that lose most. None of a made population."""
    if run.source != Source.STORED:
        return []
    rows = run.movers or []
    gains = [row[0] for row in rows if row[3] > row[2]]
    losses = [row[0] for row in rows if row[3] < row[2]]
    return gains[:most] + losses[:most]


def _row(key: str, label: str, before: Sequence[int], after: Sequence[int], *, note: str = "") -> Row:
    return Row(key, label, Sums.of(before), Sums.of(after), note)


def _spent(days: Iterable[tuple[date, int]], budget: Decimal) -> BudgetSide:
    """A year's sum against its budget; it runs out on the first day on which the sums so far go beyond it."""
    spent, out_on = 0, None
    for day, fen in days:
        spent += fen
        if out_on is None and spent > to_fen(budget):
            out_on = day
    amount = to_yuan(spent)
    return BudgetSide(amount, budget - amount, out_on)


def _step_label(low: Decimal | None, high: Decimal | None) -> str:
    gain = low is not None and low >= 0
    near, far = (low, high) if gain else (high, low)
    what = "增加" if gain else "减少"
    near_text = wan(abs(near or Decimal(0)))
    if far is None:
        return f"{what}超过 {near_text}"
    return f"{what} {wan(abs(far))}以内" if not near else f"{what} {near_text}至 {wan(abs(far))}"
