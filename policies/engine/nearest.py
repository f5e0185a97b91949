"""What would turn a refusal: the smallest change of one fact after which the engine's own answer is another. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from policies.engine.assessment import Assessment
from policies.engine.batch.edges import Edges, edges_of
from policies.engine.catalogue import Catalogue
from policies.engine.errors import QuestionError
from policies.engine.interpret import assess
from policies.engine.model import Fact, Item
from policies.engine.terms import Outcome

SUPPORTED = (Outcome.PAYABLE, Outcome.RECOGNISED, Outcome.NO_AMOUNT, Outcome.UNDETERMINED)
_STEPS = {"money": Fraction(1, 100), "integer": Fraction(1), "number": Fraction(1, 100)}
# So many values of one fact are tried, the nearest first.
_MOST_TRIED = 24


@dataclass(frozen=True)
class Change:
    """A value of one fact with which the line would be supported; `answer` is the engine's to it.

    `distance` is how far it lies from what is stated: in days, or in the fact's own unit; 0 for a choice.
    """

    fact: Fact
    stated: Any
    wanted: Any
    distance: Fraction
    answer: Assessment

    @property
    def words(self) -> str:
        """In words, with what is missing and by how much."""
        label, unit = self.fact.label, self.fact.unit or {"money": "元"}.get(self.fact.type, "")
        unit = f" {unit}" if unit else ""
        if self.fact.type == "date":
            side = "及以后" if self.wanted > self.stated else "及以前"
            return f"{label}为 {self.stated}，{self.wanted} {side}的才符合，相差 {int(self.distance)} 天"
        if self.fact.type in _STEPS:
            more = Fraction(str(self.wanted)) > Fraction(str(self.stated))
            side, gap = ("达到", "还差") if more else ("不超过", "超出")
            stated, wanted, distance = map(_plain, (self.stated, self.wanted, self.distance))
            return f"{label}现为 {stated}{unit}，{side} {wanted}{unit}即符合，{gap} {distance}{unit}"
        return f"{label}现为“{self._choice(self.stated)}”，为“{self._choice(self.wanted)}”的才符合"

    def _choice(self, value: Any) -> str:
        words = {True: "是", False: "否"} if self.fact.type == "boolean" else dict(self.fact.choices)
        return words.get(value, str(value))


def nearest_changes(catalogue: Catalogue, question: dict[str, Any], *, fixed: Collection[str] = ()) -> list[Change]:
    """For each stated fact of a question's one line, the nearest value that alone turns a refusal into support.

    Numbers and days come before choices, the closest first; facts named in `fixed` stay as they are. Empty where no
    single fact is in the way: several conditions fail, or none that a fact of the line could mend. Every change was
    put to the engine.
    """
    item = catalogue.items[question["item"]][-1]
    edges = edges_of([item])
    (line,) = question["lines"]
    found = []
    for fact in item.facts:
        asked = fact.name in edges.used or fact.name == item.as_of
        if not asked or fact.name in fixed or line.get(fact.name) in (None, ""):
            continue
        for wanted in _candidates(item, fact, line[fact.name], edges):
            answer = _asked(catalogue, question, line | {fact.name: wanted})
            if answer is not None and answer.outcome in SUPPORTED:
                stated = line[fact.name]
                found.append(Change(fact, stated, wanted, _distance(fact, stated, wanted), answer))
                break
    return sorted(
        found, key=lambda change: (change.fact.type not in _STEPS, change.fact.type != "date", change.distance)
    )


def _asked(catalogue: Catalogue, question: dict[str, Any], line: dict[str, Any]) -> Assessment | None:
    """The answer to the question with this line; None where the engine cannot read it."""
    try:
        return assess(catalogue, question | {"lines": [line]})
    except QuestionError:
        return None


def _candidates(item: Item, fact: Fact, stated: Any, edges: Edges) -> Iterable[Any]:
    """Values at which the item's rules change, the nearest to what is stated first."""
    values = list(dict.fromkeys(_values(item, fact, stated, edges)))
    values.sort(key=lambda value: _distance(fact, stated, value))
    return values[:_MOST_TRIED]


def _values(item: Item, fact: Fact, stated: Any, edges: Edges) -> Iterator[Any]:
    if fact.type == "date":
        starts = [item.effective_from] if item.effective_from else []
        for ordinal in [*edges.days_around(), *(day.toordinal() for day in starts)]:
            yield date.fromordinal(ordinal).isoformat()
    elif fact.type in _STEPS:
        for edge in edges.numbers.get(fact.name, ()):
            for number in (edge, edge - _STEPS[fact.type], edge + _STEPS[fact.type]):
                if number >= 0:
                    yield _written(fact, number)
    elif fact.type == "boolean":
        yield not stated
    elif fact.type == "choice":
        yield from (value for value, _ in fact.choices if value != stated)


def _written(fact: Fact, number: Fraction) -> Any:
    return int(number) if fact.type == "integer" else _plain(number)


def _distance(fact: Fact, stated: Any, wanted: Any) -> Fraction:
    if fact.type == "date":
        apart: timedelta = date.fromisoformat(wanted) - date.fromisoformat(stated)
        return Fraction(abs(apart.days))
    if fact.type in _STEPS:
        return abs(Fraction(str(wanted)) - Fraction(str(stated)))
    return Fraction(0)


def _plain(value: Any) -> str:
    """A number as people write it: no more places than it has."""
    number = Fraction(str(value))
    if number.denominator == 1:
        return f"{int(number):,}"
    return f"{Decimal(number.numerator) / Decimal(number.denominator):,.2f}"
