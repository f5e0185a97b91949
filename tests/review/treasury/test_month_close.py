"""A closed month takes no posting, in the service and in the database, until two people open it again."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.treasury.enums import AccountKind, EntryKind, MonthState
from review.treasury.models import Entry, MonthClose, Posting
from review.treasury.services.books import reverse_entry
from review.treasury.services.lines import issue_budget
from review.treasury.services.month_close import ask_reopening, close_month, settle_reopening
from tests.factories import binhu, make_official, wuxi
from tests.review.treasury.test_awards import controlled
from tests.review.worlds import on

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 1)
LAST = timezone.make_aware(datetime(2026, 6, 30, 23, 59, 59, 999999))  # noqa: DTZ001 - made aware at once


@pytest.fixture
def line():
    return controlled(wuxi(), "100000")


@pytest.fixture
def people():
    return [make_official(Role.FINANCE, wuxi()) for _ in range(2)]


def issued(line, officer, at, amount="10"):
    act = ActorContext(user=officer, at=at)
    return issue_budget(line, amount=Decimal(amount), paper_no="文", key=uuid.uuid4(), act=act)


def insert_past_the_service(line, at):
    """Two rows as somebody would write them by hand, balanced and in order."""
    with transaction.atomic():
        entry = Entry.objects.create(kind=EntryKind.ISSUE, at=at)
        for kind, amount in ((AccountKind.SOURCE, -1), (AccountKind.AVAILABLE, 1)):
            account = line.accounts.get(kind=kind)
            last = account.postings.order_by("-sequence").first()
            sequence, balance = (last.sequence, last.balance_after) if last else (0, 0)
            Posting.objects.create(
                entry=entry, account=account, sequence=sequence + 1, amount=amount, balance_after=balance + amount
            )


def test_closed_month_takes_nothing_by_service_or_by_hand_and_its_neighbours_do(line, people):
    entry = issued(line, people[0], LAST)
    close_month("320200", JUNE, act=on(date(2026, 7, 1), people[0]))
    first = LAST.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for at in (first, LAST):
        with pytest.raises(RefusedError, match="2026年06月已结账"):
            issued(line, people[0], at)
        with pytest.raises(IntegrityError, match="closed"):
            insert_past_the_service(line, at)
    for at in (first - timedelta(microseconds=1), LAST + timedelta(microseconds=1)):
        issued(line, people[0], at)
        insert_past_the_service(line, at)
    # A correction of the closed month is an entry of the open one.
    with transaction.atomic():
        assert reverse_entry(entry, reason="文号有误", act=on(date(2026, 7, 2), people[0])).reverses == entry
    issued(controlled(binhu(), "1"), make_official(Role.FINANCE, binhu()), LAST)
    call_command("verify_ledger")


def test_month_is_closed_once_after_its_end_and_opened_by_two_with_a_reason(line, people):
    first, _ = people
    with pytest.raises(RefusedError, match="尚未结束"):
        close_month("320200", JUNE, act=ActorContext(user=first, at=LAST))
    with pytest.raises(PermissionDenied):
        close_month("320211", JUNE, act=on(date(2026, 7, 1), first))
    july = [on(date(2026, 7, 1), person) for person in people]
    close = close_month("320200", JUNE, act=july[0])
    with pytest.raises(RefusedError, match="已经结账"):
        close_month("320200", JUNE, act=july[1])
    with pytest.raises(RefusedError, match="理由"):
        ask_reopening(close, reason=" ", act=july[0])
    with pytest.raises(RefusedError, match="不能改为"):
        settle_reopening(close, agree=True, act=july[1])
    ask_reopening(close, reason="漏记一笔", act=july[0])
    with pytest.raises(RefusedError, match="另一人"):
        settle_reopening(close, agree=True, act=july[0])
    with pytest.raises(RefusedError, match="已结账"):
        issued(line, first, LAST)
    settle_reopening(close, agree=False, act=july[1])
    ask_reopening(close, reason="漏记一笔", act=july[0])
    settle_reopening(close, agree=True, act=july[1])
    issued(line, first, LAST)
    close_month("320200", JUNE, act=july[1])
    assert list(MonthClose.objects.order_by("pk").values_list("state", flat=True)) == [
        MonthState.OPENED,
        MonthState.CLOSED,
    ]
    call_command("verify_audit")


@pytest.mark.parametrize("change", [{"state": "opened"}, {"month": date(2026, 5, 1)}, {"ends_at": LAST}])
def test_database_keeps_a_close_and_who_opened_it(line, people, change):
    close = close_month("320200", JUNE, act=on(date(2026, 7, 1), people[0]))
    with pytest.raises(IntegrityError), transaction.atomic():
        MonthClose.objects.filter(pk=close.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        MonthClose.objects.filter(pk=close.pk).delete()


def test_officers_close_and_open_a_month_on_its_statement(client, settings, line, people):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    page, deed = reverse("treasury:statement"), reverse("treasury:close_month")
    june = {"month": "2026-06", "region": "320200"}

    def shown(month="2026-06"):
        return client.get(page, {"month": month}).content.decode()

    client.force_login(people[0])
    assert 'value="close"' not in shown(f"{timezone.localdate():%Y-%m}")
    assert 'value="close"' in shown()
    client.post(deed, june | {"intent": "close"})
    assert "已结账" in shown()
    sheet = openpyxl.load_workbook(
        BytesIO(client.get(reverse("treasury:statement_export"), {"month": "2026-06"}).content)
    ).active
    assert any("结账" in str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert client.post(deed, june | {"intent": "ask", "reason": ""}).status_code == 422
    client.post(deed, june | {"intent": "ask", "reason": "漏记"})
    client.post(deed, june | {"intent": "agree"})
    assert "申请反结账" in shown()
    client.force_login(people[1])
    client.post(deed, june | {"intent": "agree"})
    assert "批准，理由：漏记" in shown()
    # A district's officer does not close the city's month.
    client.force_login(make_official(Role.FINANCE, binhu()))
    client.post(deed, june | {"intent": "close"})
    assert not MonthClose.objects.standing().exists()
