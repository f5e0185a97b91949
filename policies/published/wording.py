"""An item's rules in the words of a poster: how much, for whom, within which bounds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any

from policies.engine.describe import label_of
from policies.engine.guards import chosen
from policies.engine.limits.registry import read_limits
from policies.engine.model import Item
from policies.engine.money import parse_yuan
from policies.engine.operations.base import Operation
from policies.engine.operations.registry import read_operations
from policies.engine.stages import sums_of
from policies.engine.terms import Outcome
from portal.core.money import WAN, format_wan_yuan, format_yuan, to_yuan


@dataclass(frozen=True, slots=True)
class AmountWords:
    """How much, as a heading: words before the figure, the figure, and the bounds that come after it."""

    lead: str
    figure: str
    bounds: tuple[str, ...]
    is_stated: bool = True

    @property
    def in_one_line(self) -> str:
        return " ".join(filter(None, (self.lead, self.figure)))


def short_sum(yuan: str | Decimal) -> str:
    """A round sum in few characters: `5 万元`, `5,000 元`, `0.05 元`."""
    amount = Decimal(yuan)
    if amount >= WAN and amount % 100 == 0:
        return f"{format_wan_yuan(amount)} 万元"
    return f"{format_yuan(amount).removesuffix('.00')} 元"


@dataclass(frozen=True, slots=True)
class _ShortWords:
    """What an item's operations make their headings and bounds with."""

    rules: Item
    settings: Mapping[str, Any]
    # By how much the steps after a sum may raise it.
    factor: Fraction = Fraction(1)

    def label(self, name: str, value: str = "") -> str:
        return label_of(self.rules)(name, value)

    def sum(self, fen: int) -> str:
        return short_sum(to_yuan(int(fen * self.factor)))


def amount_words(rules: Item) -> AmountWords:
    """What the item pays, from its steps and limits under its default settings."""
    words = _ShortWords(rules, rules.defaults)
    steps = read_operations(step for step in rules.steps if chosen(step, words.settings))
    # A sum says more than the title it comes with; the title then stands among the bounds.
    found = _heading(steps, words)
    if found and found[0].endswith("最高"):
        raised = prod(max(step.largest_factor, Fraction(1)) for step in steps)
        found = _heading(steps, replace(words, factor=Fraction(raised)))
    lead, figure = found or ("金额", "由审定决定")
    bounds = [said for step in steps for said in step.all_bounds(words)]
    limits = read_limits(limit for limit in rules.limits if chosen(limit, words.settings))
    bounds += [said for limit in limits for said in limit.bounds(words)]
    return AmountWords(
        lead, figure, tuple(b for b in dict.fromkeys(bounds) if b != f"{lead} {figure}"), found is not None
    )


def _heading(steps: Sequence[Operation], words: _ShortWords) -> tuple[str, str] | None:
    headings = (step.headline(words) for step in sorted(steps, key=lambda step: step.heads_last))
    return next(filter(None, headings), None)


# The fact by which an applicant asks for less than a ceiling.
REQUESTED = "requested"
# What people weigh below a ceiling: asked by calculators where an item has it.
DECIDES = (REQUESTED, "budget", "stage")


def is_discretionary(rules: Item) -> bool:
    """Whether the document names only a ceiling, and people decide below it: nothing computes the sum."""
    steps = read_operations(step for step in rules.steps if chosen(step, rules.defaults))
    asked = {name for step in steps for name, _ in step.facts()}
    return any(step.is_ceiling for step in steps) and asked == {REQUESTED}


def as_shown(answer: Mapping[str, Any], rules: Item) -> dict[str, Any]:
    """An answer for a page, which says whether its sum is only a ceiling, and what is paid of it in which stage."""
    return {**answer, "is_ceiling": is_discretionary(rules), "stages": _stages(answer, rules)}


def _stages(answer: Mapping[str, Any], rules: Item) -> list[tuple[str, Decimal]]:
    """When each stage is paid, and how much that is in yuan; none where it is paid at once or nothing is."""
    if not rules.stages or answer["outcome"] != Outcome.PAYABLE:
        return []
    shares = [answer["city"], answer["district"], *(answer.get("others") or {}).values()]
    parts = [parse_yuan(yuan) for yuan in (shares if answer["city"] is not None else [answer["amount"]])]
    sums = sums_of([fen for fen in parts if fen], rules.stages)
    return [(stage.words, to_yuan(fen)) for stage, fen in zip(rules.stages, sums, strict=True)]


def fact_label(rules: Item, name: str) -> str:
    """The label of one of the item's facts; of a cell such as `interest_payments[2].paid_on`, its table's."""
    try:
        return rules.fact(name.split("[", maxsplit=1)[0]).label
    except KeyError:
        return name
