"""The nearest change that turns a refusal, at the rule's own boundary and one step beside it."""

from policies.engine import load_catalogue
from policies.engine.nearest import nearest_changes

CATALOGUE = load_catalogue()
FEE = {"patent_no": "201710601862.3", "patent_kind": "invention", "paid_on": "2025-03-01", "fees": "1500.00"}
CERTIFICATE = {"certificate_no": "165IP180001R0M", "certified_on": "2025-03-01", "evaluation": "qualified"}


def changes(item: str, line: dict, **options) -> list:
    question = {"item": item, "on": "2025-06-01", "applicant": {"kind": "enterprise", "region": "320211"}}
    return nearest_changes(CATALOGUE, question | {"lines": [line], "assume": "met"}, **options)


def test_a_number_below_its_bound_says_how_much_is_missing_and_one_above_by_how_much_it_is_over():
    (low,) = changes("wx2020-01-maint", FEE | {"fee_year": 5}, fixed={"patent_kind"})
    assert (low.fact.name, low.wanted, low.words) == ("fee_year", 7, "年费年度现为 5 年，达到 7 年即符合，还差 2 年")
    (high,) = changes("wx2020-01-maint", FEE | {"fee_year": 11}, fixed={"patent_kind"})
    assert (high.wanted, high.words) == (9, "年费年度现为 11 年，不超过 9 年即符合，超出 2 年")
    assert [str(change.answer.amount) for change in (low, high)] == ["150000", "150000"]


def test_a_day_before_the_policy_says_the_first_day_that_counts():
    (day,) = changes("wx2020-04-gb", CERTIFICATE | {"certified_on": "2020-03-04"})
    assert day.words == "发证日期为 2020-03-04，2020-03-10 及以后的才符合，相差 6 天"


def test_a_choice_is_named_and_what_is_fixed_or_fails_twice_is_no_near_miss():
    (choice,) = changes("wx2020-04-excel", CERTIFICATE)
    assert choice.words == "省绩效评价结果现为“合格”，为“优秀”的才符合"
    assert changes("wx2020-04-excel", CERTIFICATE, fixed={"evaluation"}) == []
    assert changes("wx2020-04-excel", CERTIFICATE | {"certified_on": "2019-01-01"}) == []
