"""The split of a sum: the city's part never passes its ceiling, whatever is chosen, asked for or granted."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import CatalogueError, amount_text, assess, load_catalogue
from policies.engine.context import Context
from policies.engine.money import part_half_up
from policies.engine.split import Split, compile_split, divide
from tests.policies.engine.batch.odd_rules import HEAD, OF_FOUR, catalogue_from, fact, item, rate, standard
from tests.policies.engine.test_questions import GOOD

ratios = st.fractions(min_value=Fraction(1, 1000), max_value=1, max_denominator=10**6)
sums = st.integers(0, 10**12)
readings = st.booleans()


def split(ratio: Fraction, *, on_total: bool = True, half_up: bool = False) -> Split:
    settings = {"split_on_claim_total": on_total, "fen_floor": not half_up}
    return compile_split({"city": f"{ratio.numerator}/{ratio.denominator}"}, Context("某文", {}, {}, settings, None))


@given(st.lists(st.tuples(ratios, sums), min_size=1, max_size=5), readings, readings)
def test_the_city_part_is_the_most_whole_fen_within_its_ceiling(
    given_parts: list[tuple[Fraction, int]], on_total: bool, half_up: bool
) -> None:
    shared = [(split(ratio, on_total=on_total, half_up=half_up), fen) for ratio, fen in given_parts]
    exact = [ratio * fen for ratio, fen in given_parts]

    parts = divide(shared)

    assert parts.city == (int(sum(exact)) if on_total else sum(int(part) for part in exact))
    assert parts.city + parts.district == sum(fen for _, fen in given_parts)


@given(
    st.lists(st.tuples(ratios, sums), min_size=1, max_size=5), readings, st.one_of(ratios, st.integers(0, 2 * 10**12))
)
def test_a_requested_part_is_refused_or_within_the_ceiling(
    given_parts: list[tuple[Fraction, int]], on_total: bool, requested: int | Fraction
) -> None:
    shared = [(split(ratio, on_total=on_total), fen) for ratio, fen in given_parts]
    total, most = sum(fen for _, fen in shared), divide(shared).city

    parts = divide(shared, requested)

    wanted = requested * total if isinstance(requested, Fraction) else requested
    if total and wanted > (sum(r * fen for r, fen in given_parts) if isinstance(requested, Fraction) else most):
        assert (parts.city, parts.district) == (0, 0)
        assert parts.refusal is not None
    else:
        assert parts.refusal is None
        assert parts.city <= min(most, wanted)
        assert parts.city + parts.district == total


@given(ratios, st.lists(sums, min_size=1), readings)
def test_columns_divide_as_one_claim_does(ratio: Fraction, fen: list[int], half_up: bool) -> None:
    rule = split(ratio, half_up=half_up)

    city, district = rule.columns(np.array(fen, dtype=np.int64))
    alone = [divide([(rule, one)]) for one in fen]

    assert (city.tolist(), district.tolist()) == ([one.city for one in alone], [one.district for one in alone])


def test_province_and_town_bear_their_parts_and_the_district_what_is_left() -> None:
    parts = {"item": "odd-30", "on": "2021-01-01", "applicant": {"kind": "enterprise"}}
    rules = item("odd-30", [rate("1", "fees")], split=OF_FOUR)
    catalogue = catalogue_from((HEAD, [rules]))
    answer = assess(catalogue, {**parts, "lines": [{"granted_on": "2021-01-01", "fees": "100.01"}]})
    # A third of 10,001 fen is 3,333.67, 30 % is 3,000.3, a ninth 1,111.2: each is cut down, the district has the rest.
    assert (answer.city, answer.others, answer.district) == (3333, (("province", 3000), ("town", 1111)), 2557)
    assert answer.as_dict()["others"] == {"province": "30.00", "town": "11.11"}
    assert "区级 25.57 元，省级 30.00 元，乡镇（街道） 11.11 元" in answer.steps[-1]["text"]
    asked = {**parts, "lines": [{"granted_on": "2021-01-01", "fees": "100.01"}], "city_requested": "0"}
    assert (assess(catalogue, asked).city, assess(catalogue, asked).district) == (0, 5890)
    assert "省级承担 30%，乡镇（街道）承担 1/9，其余由区级承担" in amount_text(catalogue.items["odd-30"][0])
    with pytest.raises(CatalogueError) as refusal:
        catalogue_from((HEAD, [{**rules, "split": {**OF_FOUR, "city": "60%"}}]))
    assert [problem.fault.code.name for problem in refusal.value.problems] == ["split_above_all"]


def test_half_up_rounds_what_rules_compute_and_never_the_city_part() -> None:
    third = {"do": "scale", "ratio": "1/3", "label": "某类", "only": {"field": "green", "is": True}}
    rules = item(
        "odd-30-third",
        [standard("5"), third],
        facts=[fact("green", "boolean")],
        split={"city": "2/3", "rest": "district", "round": "down"},
    )
    asked = {
        "item": "odd-30-third",
        "on": "2021-01-01",
        "applicant": {"kind": "enterprise"},
        "lines": [{"green": True}],
    }

    answer = assess(catalogue_from((HEAD, [rules])), {**asked, "settings": {"fen_floor": False}}).as_dict()

    assert part_half_up(500, Fraction(1, 3)) == 167
    assert (answer["amount"], answer["city"], answer["district"]) == ("1.67", "1.11", "0.56")


@pytest.mark.parametrize(
    ("granted", "amount", "city"), [("5000", "5000.00", "3000.00"), ("9999", "5000.00", "3000.00")]
)
def test_granting_all_or_more_changes_no_sum(granted: str, amount: str, city: str) -> None:
    answer = ask(supported=[granted])

    assert (answer["amount"], answer["city"]) == (amount, city)


def test_what_is_granted_is_split_and_taken_from_the_limits() -> None:
    answer = ask(supported=["0.99"])

    assert (answer["amount"], answer["city"], answer["district"]) == ("0.99", "0.59", "0.40")
    assert [line["amount"] for line in answer["lines"]] == ["0.99"]
    assert {use["amount"] for use in answer["limits"] if use["unit"] == "yuan"} <= {"0.99"}
    assert [step["text"] for step in answer["steps"]][-2] == "审定支持 0.99 元"


def test_lines_that_count_together_are_granted_one_sum() -> None:
    rules = item("odd-31-merged", [{"do": "per_n", "n": 2, "yuan": "100", "nature": "exact"}])
    asked = {**GOOD, "item": "odd-31-merged", "lines": [{}, {}]}

    answer = assess(catalogue_from((HEAD, [rules])), {**asked, "supported": ["60"]}).as_dict()

    assert answer["amount"] == "60.00"


def ask(**more: Any) -> dict[str, Any]:
    return assess(load_catalogue(), {**GOOD, "lines": [{"fees": "6000"}], **more}).as_dict()
