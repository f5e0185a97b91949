"""Worked cases: the package's own, worked again under a draft, confirmed one by one."""

import pytest

from policies.drafting.cases import agrees, answer_to, expected_from, package_cases
from policies.drafting.models import WorkedCase
from policies.drafting.selectors.cases import run_cases, unsettled_cases
from policies.drafting.services.cases import add_case, confirm_case, drop_case, load_package_cases, undo_case
from policies.drafting.services.drafts import remove_section
from policies.engine import load_catalogue
from policies.published.models import ItemVersion
from portal.core.errors import RefusedError
from tests.factories import act
from tests.policies.drafting import package_cases as chosen
from tests.policies.drafting.worlds import (
    INVENTION,
    admin,
    changed,
    draft_of,
    place_of,
    publish_package,
    published,
    with_standard,
)

CEILING = "发明专利费用 5,000.01 元，按最高 5,000 元支持"
QUESTION = {
    "item": INVENTION,
    "on": "2021-05-10",
    "applicant": {"kind": "enterprise", "region": "无锡"},
    "lines": [{"fees": "5999.99"}],
}


class TestPackage:
    def test_its_cases_are_those_chosen_from_the_tests(self):
        for path, text in chosen.texts().items():
            assert path.read_text("utf-8") == text, "python -m tests.policies.drafting.package_cases writes them anew"

    def test_every_item_has_a_case_and_every_case_is_answered_as_expected(self):
        catalogue = load_catalogue()
        assert {case.item for case in package_cases()} == set(catalogue.items)
        assert [c.sentence for c in package_cases() if not agrees(answer_to(catalogue, c.question), c.expected)] == []


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ({"outcome": "payable", "amount": "5999.99"}, True),
        ({"outcome": "payable", "amount": "6000.00"}, False),
        ({"outcome": "payable", "city": "3599.99"}, True),
        ({"outcome": "refused"}, False),
        ({"outcome": "payable", "reason": "YEAR_CAP"}, False),
    ],
)
def test_an_answer_agrees_in_all_that_is_expected(expected, holds):
    question = {**QUESTION, "item": "wx2020-01-pct"}
    assert agrees(answer_to(load_catalogue(), question), expected) is holds


def test_a_question_that_cannot_be_read_agrees_with_nothing():
    answer = answer_to(load_catalogue(), {**QUESTION, "lines": []})
    assert answer["field"] == "lines"
    assert not agrees(answer, {})


def test_what_is_expected_from_an_answer_it_fulfils():
    refused = answer_to(load_catalogue(), {**QUESTION, "on": "2019-01-01"})
    expected = expected_from(refused, like={"outcome": "payable", "amount": "1", "city": "1"})
    assert expected["reason"] == "NOT_IN_FORCE"
    assert set(expected) == {"outcome", "amount", "city", "reason"}
    assert agrees(refused, expected)


@pytest.fixture
def author(db):
    publish_package("wx2020")
    load_package_cases(act=act())
    return admin()


@pytest.fixture
def draft(author):
    return with_standard(draft_of("wx2020", author), "6000", author)


def test_loading_twice_changes_nothing(author):
    before = set(WorkedCase.objects.values_list("pk", flat=True))
    assert load_package_cases(act=act()) == 0
    assert set(WorkedCase.objects.values_list("pk", flat=True)) == before


def test_a_case_that_left_the_package_is_ended_and_a_changed_one_replaced(author):
    WorkedCase.objects.filter(item_code=INVENTION, sentence=CEILING).update(expected={"outcome": "refused"})
    WorkedCase.objects.create(
        document_code="wx2020",
        item_code=INVENTION,
        sentence="早已不在的",
        question={},
        expected={},
        from_package=True,
        made_at=act().at,
    )
    assert load_package_cases(act=act()) == 1
    assert not WorkedCase.objects.current().filter(sentence="早已不在的").exists()
    assert WorkedCase.objects.current().get(sentence=CEILING).expected["outcome"] == "payable"


def test_a_case_that_changes_waits_with_both_answers(draft):
    (waiting,) = unsettled_cases(draft)
    assert waiting.sentence == CEILING
    assert (waiting.before["amount"], waiting.after["amount"]) == ("5000.00", "5000.01")
    assert waiting.is_changed
    assert len(run_cases(draft)) == WorkedCase.objects.filter(document_code="wx2020").count()


def test_it_is_settled_by_a_sentence_and_by_nothing_less(draft, author):
    (waiting,) = unsettled_cases(draft)
    with pytest.raises(RefusedError, match="理由"):
        confirm_case(draft, waiting.case, reason="  ", act=act(author))
    change = confirm_case(draft, waiting.case, reason="标准提高到 6,000 元", act=act(author))
    assert (change.expected["amount"], change.made_by) == ("5000.01", author)
    assert unsettled_cases(draft) == []


def test_a_confirmation_holds_for_what_was_confirmed_alone(draft, author):
    (waiting,) = unsettled_cases(draft)
    confirm_case(draft, waiting.case, reason="标准提高", act=act(author))
    lower = with_standard(draft, "4000", author)
    assert CEILING in [run.sentence for run in unsettled_cases(lower)]


def test_a_confirmation_is_taken_back(draft, author):
    (waiting,) = unsettled_cases(draft)
    change = confirm_case(draft, waiting.case, reason="标准提高", act=act(author))
    undo_case(draft, change.pk, act=act(author))
    assert len(unsettled_cases(draft)) == 1


def test_cases_of_an_item_that_is_gone_are_dropped_one_by_one(author):
    draft = draft_of("wx2020", author)
    draft = remove_section(draft, place_of(draft, "wx2020-15-gi"), revision=0, act=act(author))
    waiting = unsettled_cases(draft)
    assert {run.item_code for run in waiting} == {"wx2020-15-gi"}
    for run in waiting:
        assert "error" in run.after
        drop_case(draft, run.case, reason="事项取消", act=act(author))
    assert unsettled_cases(draft) == []


def test_a_case_of_the_drafts_own_is_worked_too(draft, author):
    add_case(
        draft,
        sentence="按费用",
        question=QUESTION,
        expected={"outcome": "payable", "amount": "5999.99"},
        act=act(author),
    )
    wrong = {"outcome": "payable", "amount": "6000.00"}
    change = add_case(draft, sentence="算错的", question=QUESTION, expected=wrong, act=act(author))
    assert {run.sentence for run in unsettled_cases(draft)} == {CEILING, "算错的"}
    undo_case(draft, change.pk, act=act(author))
    published(draft, author)
    assert WorkedCase.objects.current().get(sentence="按费用").expected["amount"] == "5999.99"
    assert ItemVersion.objects.filter(item__code=INVENTION).count() == 2


@pytest.mark.parametrize(
    ("sentence", "question", "words"),
    [(CEILING, QUESTION, "同样一句话"), ("新的", {**QUESTION, "lines": [{"fees": "很多"}]}, "费用合计：")],
)
def test_a_case_that_is_none_is_refused(draft, author, sentence, question, words):
    with pytest.raises(RefusedError, match=words):
        add_case(draft, sentence=sentence, question=question, expected={"outcome": "payable"}, act=act(author))
    assert not draft.case_changes.exists()


def test_no_case_is_settled_while_the_draft_has_problems(draft, author):
    (waiting,) = unsettled_cases(draft)
    broken = changed(draft, INVENTION, author, title="")
    with pytest.raises(RefusedError, match="还有错误"):
        confirm_case(broken, waiting.case, reason="标准提高", act=act(author))
    assert all(not run.after for run in run_cases(broken))
