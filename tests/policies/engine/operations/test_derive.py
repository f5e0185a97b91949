"""Steps that work out a fact which conditions and later steps go by: growth, terms, points, rates, lists."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from policies.engine import Outcome
from policies.engine.columns.arithmetic import terms_between
from policies.engine.dates import terms_and_days
from policies.engine.operations.growth_rate import Growth
from tests.policies.engine.batch.odd_rules import fact, rate, standard
from tests.policies.engine.operations.support import (
    NAME,
    ask,
    catalogue_with,
    columns_differ,
    refused,
    rules_of,
    spoken,
    texts,
)

GROWTH = {"do": "growth_rate", "name": "growth", "label": "增长率", "field": "fees", "before": "budget"}
BY_GROWTH = {"do": "tiers", "field": "growth", "table": {"10%": "100", "20%": "300"}, "nature": "exact", "unit": "%"}
TERM = {"do": "term", "name": "kept", "label": "维持年限", "from": "pledged_on", "until": "claimed_on"}
LPR = {"2024-01-22": "3.45%", "2024-10-21": "3.10%"}
LOOK_UP = {"do": "look_up", "name": "lpr", "label": "LPR", "day": "drawn_on", "table": LPR}
INTEREST = {"do": "convert", "name": "interest", "label": "利息", "field": "fees", "rate": "lpr", "days": "days"}
LIST = {"旧产品": "2020-06-01/2021-01-01", "禁产品": "2021-01-02"}
LISTED = {"do": "on_list", "name": "excluded", "label": "在排除名单内", "field": "product", "day": "on", "table": LIST}
PRODUCT = fact("product", "choice", choices={"旧产品": "旧产品", "禁产品": "禁产品", "新产品": "新产品"})
SCORE = {"do": "score_points", "name": "score", "label": "总分"}
POINTS = [
    {**SCORE, "points": 40, "criterion": "专利十件以上", "only": {"field": "valid_patents", "at_least": 10}},
    {**SCORE, "points": 30, "criterion": "绿色", "only": {"field": "green", "is": True}},
]
GREEN = fact("green", "boolean")


# ---- growth ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("now", "before", "yuan"),
    [
        ("1099.99", "1000", 0),
        ("1100", "1000", 100),
        ("1199.99", "1000", 100),
        ("1200", "1000", 300),
        ("1200", "0", 0),
        ("0", "1", 0),
    ],
)
def test_a_tier_goes_by_the_growth_over_the_year_before(now, before, yuan):
    assert (ask([GROWTH, BY_GROWTH], {"fees": now, "budget": before}).amount or 0) == yuan * 100


@pytest.mark.parametrize(("now", "holds"), [("1200", False), ("1200.01", True)])
def test_a_condition_may_ask_for_more_than_a_growth(now, holds):
    answer = ask([GROWTH, standard()], {"fees": now, "budget": "1000"}, conditions=[{"field": "growth", "over": "20%"}])

    assert (answer.outcome is Outcome.PAYABLE) is holds


def test_a_growth_is_told_and_asks_for_both_figures():
    answer = ask([GROWTH, BY_GROWTH], {"fees": "1234.56", "budget": "1000"})

    assert texts(answer)[0] == "增长率：23.456%"
    assert "增长率 23.456%，达到 20%以上" in texts(answer)[1]
    assert ask([GROWTH, BY_GROWTH], {"fees": "1"}).missing == ("budget",)
    assert "增长率：费用合计比项目预算增长的比例" in spoken([GROWTH, BY_GROWTH])[0]


def test_a_list_counts_by_how_many_it_has():
    steps = [{**GROWTH, "field": "countries", "before": "prior_count"}, BY_GROWTH]

    assert ask(steps, {"countries": ["US", "JP"], "prior_count": 2}).outcome is Outcome.REFUSED
    assert ask(steps, {"countries": ["US", "JP", "DE"], "prior_count": 2}).amount == 30000
    assert not columns_differ(steps)


def test_columns_grow_the_same_whatever_the_figures():
    assert not columns_differ([GROWTH, BY_GROWTH])
    chance = np.random.default_rng(1)
    now, before = (10 ** chance.integers(0, 14, 3000) + chance.integers(0, 9, 3000) for _ in range(2))
    catalogue = catalogue_with([GROWTH, standard()])
    steps = catalogue.items[NAME][0].steps
    work_out = Growth.read(steps[0]).work_out_columns(_Types())

    column = work_out(_Figures(now, before))

    assert all(
        value == max(min(Fraction(n - b, b), 10**6), -(10**6)) * 10**6 // 1
        for value, n, b in zip(column.values.tolist(), now.tolist(), before.tolist(), strict=True)
    )


class _Types:
    def need(self, _name, *_types):
        return "money"


class _Figures:
    def __init__(self, now, before):
        self.figures = {"fees": now, "budget": before}

    def numbers(self, name):
        return self.figures[name], 1, None


# ---- terms -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("filed", "over", "at_least"),
    [("2021-01-09", False, False), ("2021-01-10", False, True), ("2021-01-11", True, True)],
)
def test_ten_years_and_a_day_are_more_than_ten_years(filed, over, at_least):
    line = {"pledged_on": "2011-01-10"}
    for test, holds in ({"over": 10}, over), ({"at_least": 10}, at_least):
        answer = ask([TERM, standard()], line, asked={"on": filed}, conditions=[{"field": "kept", **test}])
        assert (answer.outcome is Outcome.PAYABLE) is holds


def test_columns_count_years_as_the_calendar_does():
    chance = np.random.default_rng(2)
    first = date(1996, 2, 27).toordinal() + chance.integers(0, 1500, 2000)
    last = first + chance.integers(-400, 9000, 2000)
    leap = date(1996, 2, 29)
    days = [(date.fromordinal(int(a)), date.fromordinal(int(b))) for a, b in zip(first, last, strict=True)]
    days += [(leap, date(year, 2, 28) + timedelta(step)) for year in (1997, 2000, 2001) for step in (-1, 0, 1)]

    first, last = (np.array([pair[at].toordinal() for pair in days]) for at in (0, 1))
    for months in (1, 12):
        terms, rest = terms_between(first, last, months)
        assert list(zip(terms.tolist(), rest.tolist(), strict=True)) == [terms_and_days(*one, months) for one in days]
    assert not columns_differ([TERM, standard()], conditions=[{"field": "kept", "over": 1}])


@pytest.mark.parametrize(
    ("line", "years"), [({"filed_on": "2011-01-10"}, 10), ({"filed_on": "2001-01-10", "maintained_years": 3}, 3)]
)
def test_a_term_may_fill_a_fact_that_is_not_stated(line, years):
    step = {**TERM, "name": "maintained_years", "from": "filed_on", "until": "on", "fills": True}
    steps, facts = [step, standard()], ["maintained_years", "filed_on"]
    for bound, holds in ((years, True), (years + 1, False)):
        condition = {"field": "maintained_years", "at_least": bound}
        answer = ask(steps, {"granted_on": "2021-01-10", **line}, facts=facts, conditions=[condition])
        assert (answer.outcome is Outcome.PAYABLE) is holds

    answer = ask(steps, facts=facts, conditions=[{"field": "maintained_years", "at_least": 1}])
    assert (answer.outcome, answer.missing) == (Outcome.UNDETERMINED, ("maintained_years",))
    assert not columns_differ(steps, facts=facts, conditions=[{"field": "maintained_years", "over": 1}])
    assert "name_taken" in refused([{**step, "name": "country"}, standard()], facts=["country", "filed_on"])


def test_a_term_is_told_in_years_and_days():
    answer = ask([TERM, standard()], {"pledged_on": "2011-01-10"}, asked={"on": "2021-01-11"})

    assert texts(answer)[0] == "维持年限：2011-01-10 至 2021-01-11，10 年零 1 天"


# ---- criteria --------------------------------------------------------------------------------------------------------
FULFILS = {
    "do": "fulfils",
    "name": "qualifies",
    "label": "符合标准",
    "first": {"field": "valid_patents", "at_least": 10},
    "second": {"field": "green", "is": True},
    "third": {"field": "fees", "over": "1000"},
}
QUALIFIES = [{"field": "qualifies", "is": True}]


@pytest.mark.parametrize(
    ("least", "line", "outcome"),
    [
        (1, {"valid_patents": 10}, Outcome.PAYABLE),
        (1, {"valid_patents": 9, "green": False, "fees": "1000"}, Outcome.REFUSED),
        (1, {"valid_patents": 9, "green": False, "fees": "1000.01"}, Outcome.PAYABLE),
        (1, {"valid_patents": 9, "fees": "1000"}, Outcome.UNDETERMINED),
        (2, {"valid_patents": 10, "green": True}, Outcome.PAYABLE),
        (2, {"valid_patents": 10}, Outcome.UNDETERMINED),
        (3, {"valid_patents": 9}, Outcome.REFUSED),
        (3, {"valid_patents": 10, "green": True, "fees": "1000.01"}, Outcome.PAYABLE),
    ],
)
def test_so_many_of_a_few_criteria_are_asked_for_and_blank_ones_only_where_they_decide(least, line, outcome):
    answer = ask([{**FULFILS, "least": least}, standard()], line, facts=[GREEN], conditions=QUALIFIES)

    assert answer.outcome is outcome
    assert set(answer.missing) == ({"valid_patents", "green", "fees"} - set(line) if answer.missing else set())


def test_criteria_stand_inside_others_and_are_told():
    inner = {**FULFILS, "least": 2, "name": "strong", "label": "实力强"}
    outer = {
        **FULFILS,
        "least": 1,
        "first": {"field": "strong", "is": True},
        "second": {"field": "applicant_kind", "in": ["individual"]},
    }
    del outer["third"]
    steps = [inner, outer, standard()]
    line = {"valid_patents": 10, "green": False, "fees": "1000"}
    told = texts(ask(steps, {**line, "fees": "1000.01"}, facts=[GREEN], conditions=QUALIFIES))

    assert ask(steps, line, facts=[GREEN], conditions=QUALIFIES).outcome is Outcome.REFUSED
    assert ask(steps, line, facts=[GREEN], conditions=QUALIFIES, kind="individual").outcome is Outcome.PAYABLE
    assert told[0] == "实力强：3 项中符合 2 项（有效发明专利总量 10 以上；费用合计 超过 1000），须至少 2 项"
    assert told[1] == "符合标准：2 项中符合 1 项（实力强为“是”），须至少 1 项"
    assert "符合标准：符合其中一项（实力强为“是”；申请人类型 是 个人）" in spoken(steps, facts=[GREEN])[0]
    assert not columns_differ(steps, facts=[GREEN], conditions=QUALIFIES)
    assert "not_worked_out_yet" in refused([outer, inner, standard()], facts=[GREEN])
    assert refused([{**outer, "least": 3}, inner, standard()], facts=[GREEN])["too_many_criteria"].endswith("least")
    assert refused([{**inner, "first": {"field": "green"}}, standard()], facts=[GREEN]) == {
        "one_test": "odd-99.steps[0].first"
    }
    assert "unsuited_test" in refused([{**inner, "first": {"field": "green", "over": 3}}, standard()], facts=[GREEN])


# ---- points ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("patents", "green", "score", "yuan"), [(9, False, 0, 0), (10, False, 40, 0), (9, True, 30, 0), (10, True, 70, 5)]
)
def test_points_add_up_to_a_score_with_a_line_to_pass_and_tiers(patents, green, score, yuan):
    steps = [*POINTS, {"do": "tiers", "field": "score", "table": {"60": "5", "80": "9"}, "nature": "exact"}]
    answer = ask(steps, {"valid_patents": patents, "green": green}, facts=[GREEN])
    passes = ask(
        [*POINTS, standard()],
        {"valid_patents": patents, "green": green},
        facts=[GREEN],
        conditions=[{"field": "score", "at_least": 60}],
    )

    assert (answer.amount or 0) == yuan * 100
    assert (passes.outcome is Outcome.PAYABLE) is (score >= 60)
    assert f"累计 {score} 分" in texts(answer)[1]


def test_columns_score_the_same():
    steps = [*POINTS, {"do": "tiers", "field": "score", "table": {"30": "5", "70": "9"}, "nature": "exact"}]

    assert not columns_differ(steps, facts=[GREEN], conditions=[{"field": "score", "over": 30}])
    assert ask(steps, {"valid_patents": 3}, facts=[GREEN]).missing == ("green",)


# ---- rates -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("drawn", "days", "fen"),
    [
        ("2024-01-22", 365, 345000),
        ("2024-10-20", 365, 345000),
        ("2024-10-21", 365, 310000),
        ("2024-10-21", 73, 62000),
        ("2024-10-21", 74, 62849),
    ],
)
def test_interest_goes_by_the_rate_of_the_day(drawn, days, fen):
    steps = [LOOK_UP, INTEREST, rate("1", "interest")]
    line = {"fees": "100000", "drawn_on": drawn, "days": days}

    assert ask(steps, line, facts=[fact("days", "integer")]).amount == fen


def test_before_the_first_row_there_is_no_rate():
    steps = [LOOK_UP, {**INTEREST, "days": None}, rate("1", "interest")]
    del steps[1]["days"]

    assert ask(steps, {"fees": "1", "drawn_on": "2024-01-21"}).missing == ("drawn_on",)
    assert ask(steps, {"fees": "100", "drawn_on": "2024-01-22"}).amount == 345


@pytest.mark.parametrize("table", [{"2020-03-10": "7.1234", "2024-02-29": "6"}, {"2021-06-15": "3.45%"}])
def test_columns_look_up_and_convert_the_same(table):
    steps = [
        {**LOOK_UP, "day": "on", "table": table},
        INTEREST,
        rate("50%", "fees"),
        {"do": "cap_by", "fields": ["interest"]},
    ]

    assert not columns_differ(steps, facts=[fact("days", "integer")])


@pytest.mark.parametrize("rate_", ["10001", "-1", "0.0000001"])
def test_what_is_no_rate_is_refused(rate_):
    assert refused([{**LOOK_UP, "table": {"2024-01-22": rate_}}, standard()]) == {"rate_shape": "odd-99.steps[0].table"}


def test_a_rate_beside_which_a_percent_sign_was_forgotten_is_asked_back():
    steps = [
        [{**LOOK_UP, "table": {"2024-01-22": "3%", "2024-06-22": other}}, standard()] for other in ("2.9", "150.01%")
    ]
    assert [refused(one) for one in steps] == [{"rate_leaps": "odd-99.steps[0].table"}] * 2
    for kept in ("150%", "0", "0.06%"):
        assert rules_of([{**LOOK_UP, "table": {"2024-01-22": "3%", "2024-06-22": kept}}, standard()])


# ---- lists -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("product", "day", "paid"),
    [
        ("旧产品", "2020-05-31", True),
        ("旧产品", "2020-06-01", False),
        ("旧产品", "2021-01-01", False),
        ("旧产品", "2021-01-02", True),
        ("禁产品", "2021-01-01", True),
        ("禁产品", "2029-01-01", False),
        ("新产品", "2021-01-01", True),
    ],
)
def test_a_product_on_the_list_of_the_day_is_excluded(product, day, paid):
    answer = ask(
        [LISTED, standard()],
        {"product": product, "granted_on": day},
        facts=[PRODUCT],
        conditions=[{"field": "excluded", "is": False}],
    )

    assert (answer.outcome is Outcome.PAYABLE) is paid


def test_columns_find_the_same_on_the_list():
    condition = {"field": "excluded", "is": False, "needed": True}

    assert not columns_differ([LISTED, standard()], facts=[PRODUCT], conditions=[condition])
    assert refused([{**LISTED, "table": {"旧产品": "2020-06-02/2020-06-01"}}, standard()], facts=[PRODUCT]) == {
        "period_ends_first": "odd-99.steps[0].table"
    }


def test_an_uploaded_list_states_the_fact_and_without_it_the_line_waits():
    uploaded = {**{key: LISTED[key] for key in LISTED if key != "table"}, "register": "清单", "fills": True}
    given = {"facts": [PRODUCT, fact("excluded", "boolean")]}
    conditions = [{"field": "excluded", "is": False, "needed": True}]
    for stated, outcome in (({}, "undetermined"), ({"excluded": True}, "refused"), ({"excluded": False}, "payable")):
        line = {"product": "旧产品", **stated}
        assert ask([uploaded, standard()], line, conditions=conditions, **given).outcome == outcome
    assert not columns_differ([uploaded, standard()], conditions=conditions, **given)
    assert "列入“清单”" in spoken([uploaded, standard()], conditions=conditions, **given)[0]
    for wrong, code in (({"table": LIST}, "one_list"), ({"fills": False}, "stated_by_list")):
        assert code in refused([{**uploaded, **wrong}, standard()], **given)


# ---- what they share -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([{**BY_GROWTH, "field": "fee_year"}], "not_a_rate"),
        ([{**GROWTH, "name": "fees"}, standard()], "name_taken"),
        ([INTEREST, LOOK_UP, standard()], "not_worked_out_yet"),
        ([{**GROWTH, "field": "nothing"}, standard()], "undefined_fact"),
    ],
)
def test_a_name_stands_for_one_fact_that_is_worked_out_before_it_is_used(steps, code):
    facts = ["fees", fact("days", "integer")]

    assert code in refused(steps, facts=facts)


def test_a_missing_source_leaves_the_answer_open_before_any_condition():
    answer = ask([TERM, standard()], conditions=[{"field": "kept", "over": 10}, {"field": "fee_year", "at_least": 3}])

    assert (answer.outcome, answer.missing) == (Outcome.UNDETERMINED, ("pledged_on",))
