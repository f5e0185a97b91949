"""What a question may say: a fault names its field, and the rest of the vocabulary is taken as it comes."""

from typing import Any

import pytest

from policies.engine import QuestionError, ask_problems, assess, load_catalogue

GOOD: dict[str, Any] = {
    "item": "wx2020-01-inv",
    "on": "2021-05-10",
    "applicant": {"kind": "enterprise"},
    "lines": [{"fees": "5000"}],
}
LOAN = {**GOOD, "item": "wx2020-05-loan"}

NO_SUMS: tuple[Any, ...] = ("-1", "1.001", "abc", "", "1e3", "1,000", 4999.99, True, [], "9" * 13)
BAD: dict[str, list[dict[str, Any]]] = {
    "item": [{"item": None}, {"item": "wx2020-01-none"}, {"item": 3}],
    "on": [{"on": None}, {"on": "2021-02-30"}, {"on": "10.5.2021"}, {"on": 20210510}],
    "applicant": [{"applicant": None}, {"applicant": "enterprise"}],
    "applicant.kind": [{"applicant": {}}, {"applicant": {"kind": "martian"}}],
    "applicant.region": [{"applicant": {"kind": "enterprise", "region": 5}}],
    "lines": [{"lines": None}, {"lines": []}, {"lines": {"fees": "1"}}, {"lines": [{"fees": "1"}] * 5001}],
    "lines[0]": [{"lines": ["5000"]}],
    "lines[0].fees": [{"lines": [{"fees": bad}]} for bad in NO_SUMS],
    "lines[0].feees": [{"lines": [{"feees": "5000"}]}],
    "lines[1].fees": [{"lines": [{"fees": "1"}, {"fees": "x"}]}],
    "lines[0].count": [{"lines": [{"fees": "1", "count": bad}]} for bad in (0, -1, "x", 1.5, 1_000_001, True)],
    "lines[0].granted_on": [{"lines": [{"fees": "1", "granted_on": "yesterday"}]}],
    "lines[0].patent_kind": [{"lines": [{"fees": "1", "patent_kind": "trademark"}]}],
    "paid": [{"paid": "0"}],
    "paid.same_year": [{"paid": {"same_year": "-1"}}],
    "paid.last_year": [{"paid": {"last_year": "1"}}],
    "paid.once_group": [{"paid": {"once_group": "yes"}}],
    "times_before": [{"times_before": -1}, {"times_before": "many"}],
    "rank": [{"rank": 0}, {"rank": "first"}],
    "unmet": [{"unmet": "GRANTED"}, {"unmet": [1]}],
    "settings": [{"settings": [1]}],
    "settings.whim": [{"settings": {"whim": True}}],
    "settings.half_after_ceiling": [{"settings": {"half_after_ceiling": "perhaps"}}],
    "settings.issued": [{"settings": {"issued": "soon"}}],
    "settings.district_ratio": [{"settings": {"district_ratio": "200%"}}],
    "city_requested": [{"city_requested": "-1"}, {"city_requested": "101%"}],
    "supported": [{"supported": bad} for bad in ("5", [], ["1", "2"])],
    "supported[0]": [{"supported": ["-1"]}, {"supported": [1.5]}],
    "assume": [{"assume": "all"}],
    "colour": [{"colour": "red"}],
    "parts": [{"parts": []}, {"parts": [{"item": "wx2020-01-inv", "lines": [{"fees": "1"}]}]}],
}


@pytest.mark.parametrize(("field", "change"), [(field, change) for field, changes in BAD.items() for change in changes])
def test_a_fault_names_its_field(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(QuestionError) as refusal:
        assess(load_catalogue(), {**GOOD, **change})

    assert refusal.value.field == field
    assert refusal.value.message


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ("100", "lines[0].interest_payments"),
        (["100"], "lines[0].interest_payments[0]"),
        ([{"amount": "1"}, {"paid_on": "2021-01-01"}], "lines[0].interest_payments[1].amount"),
        ([{"amount": "1", "paid_on": "2021-13-01"}], "lines[0].interest_payments[0].paid_on"),
        ([{"amount": "1", "note": "x"}], "lines[0].interest_payments[0].note"),
    ],
)
def test_a_fault_in_a_row_names_its_cell(rows: Any, field: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        assess(load_catalogue(), {**LOAN, "lines": [{"interest_payments": rows}]})

    assert refusal.value.field == field


def test_a_fault_inside_a_part_names_the_part() -> None:
    question = {**GOOD, "parts": [{"item": "wx2020-01-inv", "lines": [{"fees": "x"}]}]}
    del question["item"], question["lines"]

    with pytest.raises(QuestionError) as refusal:
        assess(load_catalogue(), question)

    assert refusal.value.field == "parts[0].lines[0].fees"


def test_a_question_that_is_no_object_is_refused() -> None:
    with pytest.raises(QuestionError) as refusal:
        assess(load_catalogue(), [])  # type: ignore[arg-type]

    assert refusal.value.field == "question"


def test_an_unknown_item_is_answered_with_the_nearest_names() -> None:
    problem = ask_problems(load_catalogue(), {**GOOD, "item": "wx2020-01-inw"})

    assert problem is not None
    assert "wx2020-01-inv" in problem.message


def test_a_sound_question_has_no_problem() -> None:
    assert ask_problems(load_catalogue(), GOOD) is None


def test_a_fact_of_another_item_is_left_aside() -> None:
    answer = assess(load_catalogue(), {**GOOD, "lines": [{"fees": "5000", "premium": "77"}]})

    assert answer.amount == 500000


def test_a_choice_may_be_given_by_its_label() -> None:
    answer = assess(load_catalogue(), {**GOOD, "lines": [{"fees": "5000", "patent_kind": "实用新型"}]})

    assert [reason["code"] for reason in answer.reasons] == ["KIND"]


def test_a_part_brings_its_own_ledger() -> None:
    question = {
        "on": "2024-09-10",
        "applicant": {"kind": "enterprise"},
        "paid": {"same_year": "50000"},
        "parts": [
            {"item": "lyg-08-ins", "lines": [{"premium": "1000"}], "paid": {}},
            {"item": "lyg-08-ins", "lines": [{"premium": "1000"}]},
        ],
    }

    assert assess(load_catalogue(), question).amount == 100000


def test_sums_of_one_project_are_told_by_its_subject() -> None:
    payments = [{"paid_on": "2021-03-21", "amount": "1000000"}]
    lines = [{"contract_no": "甲", "interest_payments": payments}, {"contract_no": "乙", "interest_payments": payments}]
    answer = assess(load_catalogue(), {**LOAN, "lines": lines, "paid": {"project": {"甲": "499999.99"}}})

    assert [line.amount for line in answer.lines] == [1, 50000000]
    assert {(use.subject, use.amount) for use in answer.limits} == {("甲", 1), ("乙", 50000000)}
