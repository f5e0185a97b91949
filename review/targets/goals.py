"""What a target item aims at: comparison, value, unit, years. Pure; whether it is met, the engine says."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from policies.engine import Item
from policies.engine.operations.measure import Measure
from policies.engine.operations.registry import read_operations
from review.targets.figures import figure_text

_YEAR = re.compile(r"\d{4}")
_YEAR_IN_CODE = re.compile(r"-t-\d\d-")
# Targets that are the same measure though their ids do not say so, and those that are not though they look it:
# enterprises that became IP-intensive within 2022 are no stock of them at the end of 2023.
_SERIES = {"sz2021-25-t-firms": "sz2021-t-pledgefirms", "sz2021-t-22-dense": "sz2021-t-dense-new"}
# The plan says these twice, in its aims and again under a task: one value is measured for both.
_RESTATED = {
    "bh2024-t-platform2": "bh2024-t-platform",
    "bh2024-t-agency2": "bh2024-t-agency",
    "bh2024-t-served2": "bh2024-t-served",
    "bh2024-t-talent2": "bh2024-t-talent",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A target: `target` (None where a word is wanted) in `unit`, due at the end of each of `years`.

    `measured_as` is the code of the target whose measurements count for this one too, mostly its own.
    """

    code: str
    title: str
    op: str
    target: Decimal | None
    wanted: str
    unit: str
    years: tuple[int, ...]
    series: str
    measured_as: str

    @property
    def words(self) -> str:
        """The comparison in words: 不低于 4,000 件, 超过 1,000 家, 自 1 单起达成（区间）."""
        if self.target is None:
            return f"达到“{self.wanted}”"
        figure = figure_text(self.target, self.unit)
        return {">=": f"不低于 {figure}", ">": f"超过 {figure}", "range": f"区间，自 {figure}起达成"}[self.op]

    @property
    def is_restated(self) -> bool:
        return self.measured_as != self.code

    @property
    def is_yearly(self) -> bool:
        """Whether every one of several years has its own value."""
        return len(self.years) > 1


def goal_of(rules: Item) -> Goal:
    """The aim of a target item. ValueError for one that measures nothing, or of which no year is known.

    A deadline without a year is the end of the item's effect.
    """
    step = next((step for step in read_operations(rules.steps) if isinstance(step, Measure)), None)
    years = _years(step.deadline, rules.effective_to) if step else ()
    if step is None or not years:
        raise ValueError(f"{rules.id} is no target with a year")
    return Goal(
        code=rules.id,
        title=rules.title,
        op=step.op,
        target=None if step.target is None or step.equals is not None else Decimal(step.target),
        wanted=step.equals or "",
        unit=step.unit,
        years=years,
        series=_SERIES.get(rules.id, _YEAR_IN_CODE.sub("-t-", rules.id)),
        measured_as=_RESTATED.get(rules.id, rules.id),
    )


def _years(words: str, effective_to: date | None) -> tuple[int, ...]:
    named = [int(year) for year in _YEAR.findall(words)]
    if not named and effective_to is not None:
        named = [(effective_to - timedelta(days=1)).year]
    return tuple(range(named[0], named[-1] + 1)) if "每年" in words else tuple(named[-1:])


def deadline(year: int) -> date:
    """The last day on which a target of a year may be met."""
    return date(year, 12, 31)
