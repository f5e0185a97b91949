"""Documents that give money: drafted, checked, numbered without gap, received by the district, recalled by an entry."""

import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from portal.core.errors import RefusedError
from review.appropriations.models import Appropriation, Receipt
from review.appropriations.selectors import unreceived
from review.appropriations.services.appropriations import (
    change_appropriation,
    check_appropriation,
    draft_appropriation,
    issue_appropriation,
    recall_appropriation,
    receive_appropriation,
    return_appropriation,
)
from review.treasury.models import Entry
from review.treasury.services.books import BudgetShortError
from tests.factories import act
from tests.review.appropriations.worlds import Treasury

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasury(db):
    return Treasury()


def draft(treasury, key=None, **sums):
    sums = sums or {"320205": 100_00, "320211": 200_00}
    return draft_appropriation(treasury.line, title="下达", sums=sums, key=key or uuid.uuid4(), act=act(treasury.maker))


def issued(treasury, **sums):
    made = draft(treasury, **sums)
    check_appropriation(made.pk, act=act(treasury.checker))
    return issue_appropriation(made.pk, act=act(treasury.maker))


def test_document_is_drafted_once_and_checked_by_another(treasury):
    key = uuid.uuid4()
    made = draft(treasury, key)
    assert draft(treasury, key) == made
    with pytest.raises(RefusedError, match="至少为一个区县"):
        draft(treasury, **{"320205": 0})
    with pytest.raises(RefusedError, match="所辖区县"):
        draft(treasury, **{"320506": 1})
    with pytest.raises(RefusedError, match="另一人"):
        check_appropriation(made.pk, act=act(treasury.maker))
    change_appropriation(made.pk, title="改", sums={"320205": 50_00}, act=act(treasury.checker))
    with pytest.raises(RefusedError, match="另一人"):
        check_appropriation(made.pk, act=act(treasury.checker))
    check_appropriation(made.pk, act=act(treasury.maker))
    with pytest.raises(RefusedError, match="不能修改"):
        change_appropriation(made.pk, title="改", sums={"320205": 1}, act=act(treasury.maker))
    return_appropriation(made.pk, reason="金额有误", act=act(treasury.maker))
    with pytest.raises(RefusedError, match="待复核"):
        issue_appropriation(made.pk, act=act(treasury.maker))
    with pytest.raises(PermissionDenied):
        draft_appropriation(treasury.line, title="下", sums={"320205": 1}, key=uuid.uuid4(), act=act(treasury.binhu))


def test_numbers_have_no_gap_when_a_document_fails_for_want_of_money(treasury):
    assert issued(treasury).number == "无锡知指〔2026〕1号"
    with pytest.raises(BudgetShortError):
        issued(treasury, **{"320205": 1_000_000_00})
    assert issued(treasury).number == "无锡知指〔2026〕2号"


def test_each_district_receives_its_own_sum_once(treasury):
    made = issued(treasury)
    lines = {line.region_id: line for line in made.lines.all()}
    assert [line.pk for line in unreceived(treasury.binhu)] == [lines["320211"].pk]
    with pytest.raises(PermissionDenied):
        receive_appropriation(lines["320205"].pk, note="", act=act(treasury.binhu))
    for _ in range(2):
        receive_appropriation(lines["320211"].pk, note="已入账", act=act(treasury.binhu))
    assert Receipt.objects.get().note == "已入账"
    assert unreceived(treasury.binhu) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.update(note="改")


def test_recall_reverses_the_entry_by_another_person_and_for_good(treasury):
    made = issued(treasury)
    with pytest.raises(RefusedError, match="另一人"):
        recall_appropriation(made.pk, reason="重复", act=act(treasury.maker))
    with pytest.raises(RefusedError, match="理由"):
        recall_appropriation(made.pk, reason=" ", act=act(treasury.checker))
    recall_appropriation(made.pk, reason="重复下达", act=act(treasury.checker))
    reversal = Entry.objects.get(reverses=made.entry)
    assert {(p.account_id, -p.amount) for p in reversal.postings.all()} == {
        (p.account_id, p.amount) for p in made.entry.postings.all()
    }
    with pytest.raises(RefusedError, match="已收回"):
        recall_appropriation(made.pk, reason="再次", act=act(treasury.checker))
    with pytest.raises(RefusedError, match="已收回"):
        receive_appropriation(made.lines.first().pk, note="", act=act(treasury.xishan))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appropriation.objects.filter(pk=made.pk).update(state="issued")
    call_command("verify_ledger")


def test_issued_sum_that_was_given_on_cannot_be_recalled(treasury):
    made = issued(treasury)
    issued(treasury, **{"320211": -150_00})
    with pytest.raises(BudgetShortError, match=r"可用 50\.00 元"):
        recall_appropriation(made.pk, reason="收回", act=act(treasury.checker))
    assert Decimal(made.lines.get(region="320211").fen) == 200_00
