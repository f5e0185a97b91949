"""Where an item's rules change their answer: the sums, counts and days named in them, and their neighbours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from policies.engine.conditions.registry import family_of
from policies.engine.limits.registry import read_limits
from policies.engine.model import Item
from policies.engine.money import parse_ratio, parse_yuan
from policies.engine.operations.registry import read_operations
from policies.engine.schema import used_facts
from policies.engine.spec import DAY, FACTOR, RATIO, YUAN, Kind

# Tried besides what the rules name: nothing, a fen, odd fen, and what a form is likely to hold.
_PLAIN_FEN = (0, 1, 2, 3, 99, 100, 101, 99_999, 1_000_001)
_MIDSUMMER = (6, 15)


@dataclass(frozen=True)
class Edges:
    """Values of an item's rules: `fen` and `days` without neighbours, `numbers` by fact (exact, without neighbours).

    `words` are values of choices and texts by fact, `counts` numbers of equal ones worth trying.
    """

    fen: tuple[int, ...]
    days: tuple[int, ...]
    numbers: dict[str, tuple[Fraction, ...]]
    words: dict[str, tuple[str, ...]]
    counts: tuple[int, ...]
    used: tuple[str, ...]

    def fen_around(self) -> list[int]:
        """Every sum, a fen less and a fen more, and plain ones."""
        return sorted({*_PLAIN_FEN, *(fen + step for fen in self.fen for step in (-1, 0, 1))})

    def days_around(self) -> list[int]:
        """Every day, the day before and the day after."""
        return sorted({day + step for day in self.days for step in (-1, 0, 1)})


def edges_of(versions: Sequence[Item]) -> Edges:
    """The edges of an item in all its versions, under any reading of them."""
    found = [_edges_of(item) for item in versions]
    return Edges(
        fen=tuple(sorted({fen for one in found for fen in one.fen})),
        days=tuple(sorted({day for one in found for day in one.days})),
        numbers=_merged([one.numbers for one in found]),
        words=_merged([one.words for one in found]),
        counts=tuple(sorted({count for one in found for count in one.counts})),
        used=tuple(dict.fromkeys(name for one in found for name in one.used)),
    )


def _merged(parts: list[dict[str, tuple[Any, ...]]]) -> dict[str, tuple[Any, ...]]:
    merged: dict[str, tuple[Any, ...]] = {}
    for part in parts:
        for name, values in part.items():
            merged[name] = tuple(dict.fromkeys((*merged.get(name, ()), *values)))
    return merged


def _edges_of(item: Item) -> Edges:
    used = dict.fromkeys([*used_facts(item.content), *(field for field, _ in _tests(item))])
    types = {fact.name: fact for fact in item.facts}
    numbers: dict[str, list[Fraction]] = {}
    words: dict[str, list[str]] = {}
    for field, test in _tests(item):
        _note_test(field, test, numbers, words)
    named = [edge for operation in read_operations(item.steps) for edge in operation.edges()]
    named += [edge for limit in read_limits(item.limits) for edge in limit.edges()]
    for name, value in named:
        if isinstance(value, str):
            words.setdefault(name, []).append(value)
        else:
            numbers.setdefault(name, []).append(value)
    for name, fact in types.items():
        if fact.choices:
            words[name] = [value for value, _ in fact.choices]
    return Edges(
        fen=tuple(sorted(_sums(item))),
        days=tuple(sorted(_days(item))),
        numbers={name: tuple(found) for name, found in numbers.items()},
        words={name: tuple(dict.fromkeys(found)) for name, found in words.items() if found},
        counts=tuple(sorted(_counts(item))),
        used=tuple(name for name in used if name in types and name != item.subject),
    )


def _tests(item: Item) -> Iterable[tuple[str, dict[str, Any]]]:
    for condition in item.content["conditions"]:
        if condition["test"]:
            yield condition["field"], condition["test"]
    steps = [test for step in read_operations(item.steps) for _, test in step.tests()]
    unless = [condition.get("unless") for condition in item.content["conditions"]]
    scaled = [(limit.get("scale") or {}).get("only") for limit in item.limits]
    for only in filter(None, (*steps, *scaled, *unless)):
        yield only["field"], {name: bound for name, bound in only.items() if name != "field"}


def _note_test(
    field: str, test: dict[str, Any], numbers: dict[str, list[Fraction]], words: dict[str, list[str]]
) -> None:
    (name, bound), *_ = test.items()
    family = family_of(name)
    edge, values = family.bound(name, bound), family.choices(bound)
    if edge is not None:
        numbers.setdefault(field, []).append(edge.number)
    elif values:
        words.setdefault(field, []).extend(value for value in values if isinstance(value, str))
        words[field].append("其他")


def _stated(item: Item, kind: Kind) -> set[Any]:
    """The values of one kind that the item's steps state."""
    found = set()
    for step in read_operations(item.steps):
        for attribute, key in step.declared().items():
            value = getattr(step, attribute)
            if key.kind is kind:
                found.add(value)
            elif key.kind.values is kind:
                found.update(value.values() if isinstance(value, Mapping) else (fen for _, fen in value))
    return found - {None}


def _sums(item: Item) -> set[int]:
    """Sums that steps and limits name, and what a share has to be taken of to give them."""
    named = _stated(item, YUAN) | {parse_yuan(limit["yuan"]) for limit in item.limits if "yuan" in limit}
    ratios = (
        _stated(item, RATIO)
        | _stated(item, FACTOR)
        | {parse_ratio(limit["scale"]["ratio"]) for limit in item.limits if "scale" in limit}
    )
    inverse = {-(-fen * ratio.denominator // ratio.numerator) for fen in named for ratio in ratios}
    shares = {fen * ratio.numerator // ratio.denominator for fen in named for ratio in ratios}
    return named | inverse | shares or {1_000_000}


def _days(item: Item) -> set[int]:
    found = set()
    for period in item.content["effect"]:
        found |= {date.fromisoformat(period[key]) for key in ("from", "to") if period.get(key)}
    found |= {date.fromisoformat(s.default) for s in item.settings if s.kind == "date" and isinstance(s.default, str)}
    found |= _stated(item, DAY)
    for _, test in _tests(item):
        found |= {date.fromisoformat(day) for name, day in test.items() if family_of(name).takes(name) == "day"}
    start = item.effective_from or date(2024, 7, 1)
    month, day = _MIDSUMMER
    found |= {start.replace(year=start.year + 1, month=month, day=day), date(2024, 2, 29)}
    return {moment.toordinal() for moment in found}


def _counts(item: Item) -> set[int]:
    found = {1, 2, 3}
    for spec in [*item.steps, *item.limits]:
        for key in ("n", "count"):
            if key in spec:
                found |= {max(spec[key] + step, 1) for step in (-1, 0, 1)} | {2 * spec[key]}
    return {min(count, 1_000_000) for count in found}
