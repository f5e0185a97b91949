"""The library of usual items: each entry is sound, and its cases notice a change of any number, bound, order or day."""

import copy
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from policies.drafting.library import CATEGORIES, entries_like, library
from policies.engine import ITEM_KINDS, Item, assess, catalogue_of, compile_item, read_document
from policies.engine.problems import Fault
from tests.policies.engine.support import Case, caught
from tests.policies.engine.test_mutations import Content, Mutant, changed, mutants

HEAD = {
    "id": "sample",
    "number": "示例〔2020〕1号",
    "title": "示例",
    "short_title": "示例",
    "issuer": "示例市",
    "region_code": "",
    "areas": [],
    "issued_on": "2020-01-01",
    "status": "in_force",
    "effect": [{"from": "2020-01-01"}],
    "payer": "unstated",
    "route": "city",
    "source_note": "测试用",
}
CODE = "sample-01"
# Steps that cut a sum, and steps that take a share of it: their order matters.
CUTS, SHARES = {"at_most", "cap_by", "round_to"}, {"scale", "scale_by", "joint_share"}
NOT_NUMBERS = {"code", "cite", "label", "text", "name", "field", "unit", "per", "criterion", "way", "op", "before"}


def sample(name: str) -> Item:
    section = {**library()[name].item(CODE), "article": "第一条"}
    return read_document([{"document": HEAD}, section], name=name).items[0]


def cases_of(name: str) -> list[Case]:
    return [Case(case.sentence, case.question, case.expected) for case in library()[name].cases_of(CODE)]


def near(value: Any) -> list[Any]:
    """A number, ratio, day or span of days of a rule a step to either side; none of anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [value - 1, value + 1] if value else []
    if not isinstance(value, str) or not value[:1].isdigit() or value == "0":
        return []
    first, slash, last = value.partition("/")
    if slash and "-" in first:
        return [*(f"{day}/{last}" for day in near(first)), *(f"{first}/{day}" for day in near(last))]
    if slash:
        return [str(Fraction(value) + Fraction(step, 100)) for step in (-1, 1)]
    if value.endswith("%"):
        return [f"{Decimal(value[:-1]) + step}%" for step in (-1, 1)]
    if value.replace(".", "").isdigit():
        step = Decimal("0.01") if Decimal(value) > 1000 else Decimal("0.1") if "." in value else Decimal(1)
        return [str(Decimal(value) - step), str(Decimal(value) + step)]
    try:
        return [(date.fromisoformat(value) + timedelta(days=step)).isoformat() for step in (-1, 1)]
    except ValueError:
        return []


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every number, ratio and day of a rule with its path; `(…, "key", k)` is a table's bound."""
    if isinstance(value, dict):
        for key, part in value.items():
            if path[-1:] in (("table",), ("rank_sums",), ("share_sums",)) and near(key):
                yield (*path, "key", key), key
            if key not in NOT_NUMBERS:
                yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from leaves(part, (*path, at))
    else:
        yield path, value


def put(content: Content, path: tuple[Any, ...], value: Any) -> None:
    holder: Any = content
    if path[-2] == "key":
        for key in path[:-2]:
            holder = holder[key]
        rows = {value if key == path[-1] else key: part for key, part in holder.items()}
        holder.clear()
        holder.update(rows)
        return
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value


def near_mutants(content: Content) -> Iterator[Mutant]:
    for part in ("steps", "limits", "split"):
        for path, value in leaves(content[part], (part,)):
            for other in near(value):
                yield changed(content, f"{path} -> {other}", lambda mutant, p=path, o=other: put(mutant, p, o))
    for at, condition in enumerate(content["conditions"]):
        for path, value in leaves(condition["test"], ("conditions", at, "test")):
            for other in near(value):
                yield changed(content, f"{path} -> {other}", lambda mutant, p=path, o=other: put(mutant, p, o))


def order_mutants(content: Content) -> Iterator[Mutant]:
    """Two steps in the other order, where one cuts the sum and the other takes a share of it."""
    verbs = [{step["do"]} for step in content["steps"]]
    for at, (one, next_one) in enumerate(pairwise(verbs)):
        both = one | next_one
        if both & CUTS and (both & SHARES or ("round_to" in both and both <= CUTS)):
            yield changed(content, f"steps {at} and {at + 1} swapped", lambda m, i=at: swap(m["steps"], i))


def swap(steps: list[Any], at: int) -> None:
    steps[at], steps[at + 1] = steps[at + 1], steps[at]


# A mutation that changes no answer at all, with the reason why none can notice.
_NO_SUM_BETWEEN = "no sum of these points lies next to the bounds"
_FIRST_PRIZE = "the sum before and the first prize are the same"
_LESS_THAN_A_FEN = "the part of a fen is nothing after rounding down"
EQUIVALENT: dict[tuple[str, str], str] = {
    ("provincial_prize", "steps 1 and 2 swapped"): "the ceiling is a whole hundred",
    ("bank_risk", "steps[0].base_at_most -> 10000000.01"): _LESS_THAN_A_FEN,
    ("bank_risk", "('steps', 0, 'base_at_most') -> 10000000.01"): _LESS_THAN_A_FEN,
    ("staged", "('steps', 0, 'yuan') -> 2000000.01"): _LESS_THAN_A_FEN,
    ("graded_stations", "steps[0].yuan -> 100000.01"): _FIRST_PRIZE,
    ("graded_stations", "('steps', 0, 'yuan') -> 100000.01"): _FIRST_PRIZE,
    ("graded_stations", "('limits', 0, 'share_sums', '30%') -> 100000.01"): _FIRST_PRIZE,
    ("graded_stations", "('limits', 0, 'share_sums', 'key', '100%') -> 101%"): "the editor refuses more than all",
    ("ranked_prize", "steps[0].yuan -> 300000.01"): _FIRST_PRIZE,
    ("ranked_prize", "('steps', 0, 'yuan') -> 300000.01"): _FIRST_PRIZE,
    ("ranked_prize", "('limits', 0, 'rank_sums', '1') -> 300000.01"): _FIRST_PRIZE,
    ("scored_project", "('steps', 0, 'points') -> 41"): _NO_SUM_BETWEEN,
    ("scored_project", "('steps', 1, 'points') -> 41"): _NO_SUM_BETWEEN,
    ("scored_project", "('steps', 2, 'points') -> 21"): _NO_SUM_BETWEEN,
    ("scored_project", "('steps', 3, 'table', 'key', '60') -> 59"): _NO_SUM_BETWEEN,
    ("scored_project", "('steps', 3, 'table', 'key', '80') -> 79"): _NO_SUM_BETWEEN,
}


@pytest.mark.parametrize("name", library())
def test_an_entry_answers_its_cases_and_they_notice_every_change_of_it(name: str) -> None:
    item, cases = sample(name), cases_of(name)
    answers = {case.name: assess(catalogue_of([], [item]), case.question).as_dict() for case in cases}
    assert caught(catalogue_of([], [item]), cases) is None, answers

    content = copy.deepcopy(dict(item.content))
    found = [*mutants(item), *near_mutants(content), *order_mutants(content)]
    survivors = [label for label, mutant in found if (name, label) not in EQUIVALENT and not noticed(mutant, cases)]

    assert not survivors


def noticed(mutant: Content, cases: list[Case]) -> bool:
    """Whether a case objects, or the rule cannot be read at all."""
    try:
        return caught(catalogue_of([], [compile_item(mutant)]), cases) is not None
    except Fault:
        return True


def test_every_kind_of_item_has_an_entry_and_every_category_some() -> None:
    entries = library().values()

    assert {str(entry.section["kind"]) for entry in entries} == set(ITEM_KINDS)
    assert not library().keys() & ITEM_KINDS.keys()
    assert {entry.category for entry in entries} == set(CATEGORIES)
    assert len(entries) >= 30


def test_entries_are_found_by_all_their_words_and_by_category() -> None:
    assert [entry.name for entry in entries_like("马德里 注册")] == ["madrid"]
    assert {entry.category for entry in entries_like("最高", category="loans")} == {"loans"}
    assert entries_like("没有这样的事项") == []
