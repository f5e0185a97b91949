"""`sum_by` and `scale_by`: a value that stands beside the word of a fact."""

import pytest

from tests.policies.engine.batch.odd_rules import fact, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts

LEVEL = fact("level", "choice", choices={"state": "国家级", "city": "市级", "town": "镇级"})
FACTS = [LEVEL, fact("green", "boolean"), fact("nth", "integer")]
SUMS = {"do": "sum_by", "field": "level", "table": {"state": "30000", "city": "10000.01"}, "nature": "exact"}
YEARS = {"do": "scale_by", "field": "nth", "table": {"1": "100%", "2": "50%", "3": "1/3"}}
BONUS = {"do": "scale_by", "field": "green", "table": {"是": "120%"}, "otherwise": "100%"}


@pytest.mark.parametrize(
    ("level", "fen", "otherwise"), [("state", 3000000, 500), ("city", 1000001, 500), ("town", 0, 500)]
)
def test_each_word_has_its_sum_and_others_have_none_or_one_of_their_own(level, fen, otherwise):
    line = {"level": level}

    assert (ask([SUMS], line, facts=FACTS).amount or 0) == fen
    assert ask([{**SUMS, "otherwise": "5"}], line, facts=FACTS).amount == (fen or otherwise)


@pytest.mark.parametrize(("nth", "fen"), [(1, 9999), (2, 4999), (3, 3333), (4, 0)])
def test_a_share_falls_from_year_to_year(nth, fen):
    assert (ask([standard("99.99"), YEARS], {"nth": nth}, facts=FACTS).amount or 0) == fen


@pytest.mark.parametrize(("green", "fen"), [(True, 11998), (False, 9999)])
def test_a_yes_may_bring_more(green, fen):
    assert ask([standard("99.99"), BONUS], {"green": green}, facts=FACTS).amount == fen


@pytest.mark.parametrize(("region", "fen"), [("320211", 300), ("320205", 100)])
def test_a_district_is_named_as_documents_name_it_and_claims_may_bring_its_code(region, fen):
    steps = [
        {"do": "sum_by", "field": "applicant_region", "table": {"滨湖区": "3"}, "otherwise": "1", "nature": "exact"}
    ]
    asked = {"applicant": {"kind": "enterprise", "region": region}}

    assert ask(steps, asked=asked).amount == fen
    assert "no_choice" in refused([{**steps[0], "table": {"滨河区": "3"}}])
    assert not columns_differ(steps)


def test_a_missing_word_is_named():
    assert ask([SUMS], facts=FACTS).missing == ("level",)
    assert ask([standard(), YEARS], facts=FACTS).missing == ("nth",)


@pytest.mark.parametrize(
    "steps",
    [[SUMS], [{**SUMS, "otherwise": "5"}], [standard("99.99"), YEARS], [standard("99.99"), BONUS]],
)
@pytest.mark.parametrize("chosen", [{}, {"fen_floor": False}])
def test_columns_look_up_the_same(steps, chosen):
    assert not columns_differ(steps, facts=FACTS, chosen=chosen)


def test_the_applicants_kind_is_such_a_word():
    step = {**SUMS, "field": "applicant_kind", "table": {"enterprise": "3"}, "otherwise": "1"}

    assert [ask([step], kind=kind).amount for kind in ("enterprise", "individual")] == [300, 100]
    assert not columns_differ([step])


@pytest.mark.parametrize(("size", "fen"), [("small", 12000), ("large", 10000), (None, None)])
def test_the_size_of_the_firm_is_known_from_the_applicant(size, fen):
    step = {
        "do": "scale_by",
        "field": "applicant_size",
        "table": {"small": "120%", "micro": "150%"},
        "otherwise": "100%",
    }
    applicant = {"kind": "enterprise", **({"size": size} if size else {})}

    answer = ask([standard("100"), step], asked={"applicant": applicant})

    assert (answer.amount, answer.missing) == (fen, () if size else ("applicant_size",))
    assert "按企业规模计：小型 120%，微型 150%，其他 100%" in spoken([standard("100"), step])[0]


def test_choices_are_told_by_their_names():
    paragraph, heading, bounds = spoken([SUMS], facts=FACTS)

    assert "国家级 30,000.00 元，市级 10,000.01 元" in paragraph
    assert heading == "按level，最高 3 万元"
    assert bounds == ("国家级 3 万元", "市级 10,000.01 元")
    assert "level为“国家级”，30,000.00 元" in texts(ask([SUMS], {"level": "state"}, facts=FACTS))[0]
    assert "按nth计：1 100%，2 50%，3 1/3" in spoken([standard(), YEARS], facts=FACTS)[0]


@pytest.mark.parametrize(("step", "table"), [(SUMS, {"county": "1"}), ({**SUMS, "field": "green"}, {"yes": "1"})])
def test_a_word_that_cannot_be_chosen_is_refused(step, table):
    assert refused([{**step, "table": table}], facts=FACTS) == {"no_choice": "odd-99.steps[0].table"}
