"""Mutations: change one number, bound, order or date of one item, and a worked case of that item has to notice."""

import copy
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from policies.engine import Catalogue, Item, catalogue_of, compile_item, load_catalogue
from policies.engine import money as money_module
from policies.engine import program as program_module
from policies.engine.money import parse_ratio, part_half_up
from tests.policies.engine.support import Case, cases_by_item, caught, worked_cases

Content = dict[str, Any]
Mutant = tuple[str, Content]

FLIPS = {"at_least": "over", "over": "at_least", "not_above": "under", "not_below": "over"}
OPS = {">": ">=", ">=": ">"}


def changed(content: Content, label: str, change: Callable[[Content], object]) -> Mutant:
    mutant = copy.deepcopy(content)
    change(mutant)
    return label, mutant


def plus(yuan: str, fen: int) -> str:
    return str(Decimal(yuan) + Decimal(fen) / 100)


def number_mutants(content: Content) -> Iterator[Mutant]:
    """Every sum by a fen, every ratio by a percent, every whole number by one."""
    for section in ("steps", "limits"):
        for at, spec in enumerate(content[section]):
            if "if" not in spec or all(spec["if"].values()):
                for key, value in neighbours(content, spec):
                    yield changed(content, f"{section}[{at}].{key} -> {value}", setter(section, at, key, value))


def neighbours(content: Content, spec: Content) -> Iterator[tuple[str, Any]]:
    """Each number of a step or limit with the values next to it."""
    for key in ("yuan", "base_at_most"):
        if key in spec:
            yield key, plus(spec[key], -1)
            # A limit of the same sum cuts a higher standard back: nobody could notice.
            if spec.get("do") != "standard" or not capped_at(content, spec["yuan"]):
                yield key, plus(spec[key], 1)
    if "ratio" in spec:
        yield "ratio", f"{int(parse_ratio(spec['ratio']) * 100) + 1}%"
    for key in ("count", "n", "months"):
        if key in spec:
            yield from ((key, spec[key] + step) for step in (-1, 1) if spec[key] + step > 0)


def capped_at(content: Content, yuan: str) -> bool:
    return any(limit.get("yuan") == yuan and all(limit.get("if", {}).values()) for limit in content["limits"])


def setter(section: str, at: int, key: str, value: Any) -> Callable[[Content], object]:
    return lambda mutant: mutant[section][at].__setitem__(key, value)


def popper(section: str, at: int) -> Callable[[Content], object]:
    return lambda mutant: mutant[section].pop(at)


def mover(at: int) -> Callable[[Content], object]:
    return lambda mutant: mutant["steps"].insert(1, mutant["steps"].pop(at))


def bound_mutants(content: Content) -> Iterator[Mutant]:
    """Every comparison made strict, or less strict; every condition that tests a fact left out."""
    for at, condition in enumerate(content["conditions"]):
        test = condition["test"]
        if not test or ("if" in condition and not all(condition["if"].values())):
            continue
        (kind, bound), *_ = test.items()
        if kind in FLIPS:
            flipped = {FLIPS[kind]: bound}
            label = f"conditions[{at}] {kind} -> {FLIPS[kind]}"
            yield changed(content, label, setter("conditions", at, "test", flipped))
        if condition["needed"]:
            yield changed(content, f"conditions[{at}] dropped", popper("conditions", at))
    for at, step in enumerate(content["steps"]):
        if step.get("op") in OPS:
            yield changed(content, f"steps[{at}].op flipped", setter("steps", at, "op", OPS[step["op"]]))


def structure_mutants(content: Content) -> Iterator[Mutant]:
    """Every limit and the split left out; the halving put before the fee ceiling."""
    for at, limit in enumerate(content["limits"]):
        if "if" not in limit or all(limit["if"].values()):
            yield changed(content, f"limits[{at}] dropped", popper("limits", at))
    if content["split"]:
        yield changed(content, "split -> 61%", lambda mutant: mutant["split"].__setitem__("city", "61%"))
    halves = [
        at
        for at, step in enumerate(content["steps"])
        if step.get("code") == "HALF" and step["if"]["half_after_ceiling"]
    ]
    for at in halves:
        yield changed(content, "half moved to the front", mover(at))


def mutants(item: Item) -> list[Mutant]:
    content = copy.deepcopy(dict(item.content))
    return [*number_mutants(content), *bound_mutants(content), *structure_mutants(content)]


def with_item(catalogue: Catalogue, content: Content) -> Catalogue:
    items = [
        compile_item(content) if item.id == content["id"] else item
        for versions in catalogue.items.values()
        for item in versions
    ]
    return catalogue_of(catalogue.documents.values(), items)


# A mutation that changes no answer at all, with the reason why none can notice.
EQUIVALENT: dict[tuple[str, str], str] = {
    ("wx2020-05-riskcomp", "steps[0].base_at_most -> 10000000.01"): "80 % of a fen is nothing after rounding down",
}


@pytest.mark.parametrize("item_id", sorted(load_catalogue().items))
def test_every_mutation_of_an_item_is_noticed_by_a_case_of_it(item_id: str) -> None:
    catalogue = load_catalogue()
    cases = cases_by_item()[item_id]

    survivors = [
        label
        for label, content in mutants(catalogue.items[item_id][0])
        if (item_id, label) not in EQUIVALENT and caught(with_item(catalogue, content), cases) is None
    ]

    assert not survivors


def moved(day: str | None, days: int) -> str | None:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat() if day else None


@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.parametrize(
    ("document", "key"), [("wx2020", "from"), ("sz2021", "from"), ("sz2021", "to")], ids=["wx from", "sz from", "sz to"]
)
def test_a_first_or_last_day_moved_by_one_is_noticed(document: str, key: str, days: int) -> None:
    catalogue = load_catalogue()
    items = []
    for item in (item for versions in catalogue.items.values() for item in versions):
        content = copy.deepcopy(dict(item.content))
        if item.document_id == document:
            content["effect"][-1][key] = moved(content["effect"][-1][key], days)
        items.append(compile_item(content))

    assert caught(catalogue_of(catalogue.documents.values(), items), list(worked_cases())) is not None


def part_up(fen: int, ratio: Fraction) -> int:
    return -(-fen * ratio.numerator // ratio.denominator)


@pytest.mark.parametrize("rounding", [part_half_up, part_up], ids=["half up", "up"])
def test_another_rounding_is_noticed(rounding: Callable[[int, Fraction], int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money_module, "part_down", rounding)

    assert caught(fresh(), list(worked_cases())) is not None


def test_a_policy_that_ends_a_day_late_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(self: program_module.Program, day: date) -> bool:
        start, end = self.effective_from, self.effective_to
        return start is not None and start <= day and (end is None or day <= end)

    monkeypatch.setattr(program_module.Program, "in_force", lax)

    assert caught(fresh(), list(worked_cases())) is not None


def test_the_unchanged_catalogue_passes_every_case() -> None:
    cases: list[Case] = list(worked_cases())

    assert caught(fresh(), cases) is None


def fresh() -> Catalogue:
    """The package's items, compiled anew."""
    catalogue = load_catalogue()
    items = [item for versions in catalogue.items.values() for item in versions]
    return catalogue_of(catalogue.documents.values(), items)
