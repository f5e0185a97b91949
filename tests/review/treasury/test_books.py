"""The books: balanced entries, in order, never below zero where guarded, each deed once, held by the database too."""

import uuid
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.core.money import to_yuan
from review.treasury.enums import AccountKind, EntryKind, SourceKind
from review.treasury.models import Account, Entry, Posting
from review.treasury.selectors import balance_of, line_figures
from review.treasury.services.books import BudgetShortError, EntryDraft, post_entries, reverse_entry
from review.treasury.services.lines import LinePlan, close_year, create_line, issue_budget
from tests.cpu import cpu_limit
from tests.factories import act, make_official, wuxi

pytestmark = pytest.mark.django_db
Kind = AccountKind


def treasurer():
    return make_official(Role.FINANCE, wuxi())


def funded_line(yuan="1000.00", *, name="知识产权专项", year=2026, officer=None):
    officer = officer or treasurer()
    line = create_line(wuxi(), year=year, plan=LinePlan(name=name, source=SourceKind.CITY), act=act(officer))
    if Decimal(yuan):
        issue_budget(line, amount=Decimal(yuan), paper_no="锡财指〔2026〕1号", key=uuid.uuid4(), act=act(officer))
    return line


def account(line, kind):
    return Account.objects.get(line=line, kind=kind).pk


def balance(line, kind):
    return balance_of(account(line, kind))


def draft(line, source, target, fen, **given):
    amounts = {account(line, source): -fen, account(line, target): fen}
    return EntryDraft(id=given.pop("id", uuid.uuid4()), kind=EntryKind.RESERVE, amounts=amounts, **given)


def post(*drafts):
    with transaction.atomic():
        return post_entries(drafts, act=act(None))


def test_entry_moves_a_sum_and_every_account_keeps_its_running_balance():
    line = funded_line()
    post(draft(line, Kind.AVAILABLE, Kind.COMMITTED, 33_33), draft(line, Kind.COMMITTED, Kind.PAYABLE, 11_11))
    assert [balance(line, kind) for kind in (Kind.SOURCE, Kind.AVAILABLE, Kind.COMMITTED, Kind.PAYABLE)] == [
        -1000_00,
        966_67,
        22_22,
        11_11,
    ]
    rows = Posting.objects.filter(account=account(line, Kind.COMMITTED)).values_list("sequence", "balance_after")
    assert list(rows) == [(1, 33_33), (2, 22_22)]
    call_command("verify_ledger")


def test_same_deed_is_booked_once():
    line, deed = funded_line(), uuid.uuid4()
    twice = [draft(line, Kind.AVAILABLE, Kind.COMMITTED, 5, id=deed) for _ in range(2)]
    assert len(post(*twice)) == 1
    assert post(twice[0]) == []
    assert balance(line, Kind.COMMITTED) == 5


def test_guarded_account_never_falls_below_zero_and_the_words_say_what_is_left():
    line = funded_line("100.00")
    post(draft(line, Kind.AVAILABLE, Kind.COMMITTED, 100_00))
    with pytest.raises(BudgetShortError, match=r"可用 0\.00 元，不足 0\.01 元"):
        post(draft(line, Kind.AVAILABLE, Kind.COMMITTED, 1))
    with pytest.raises(BudgetShortError, match=r"批准待付只有 0\.00 元"):
        post(draft(line, Kind.PAYABLE, Kind.IN_TRANSIT, 1))
    assert balance(line, Kind.COMMITTED) == 100_00


@pytest.mark.parametrize("amounts", [{}, {1: 5}, {1: 5, 2: -4}, {1: 0, 2: 0}])
def test_entry_that_does_not_balance_is_no_entry(amounts):
    with pytest.raises(ValueError, match="balance"):
        post(EntryDraft(id=uuid.uuid4(), kind=EntryKind.RESERVE, amounts=amounts))
    assert not Entry.objects.exists()


def test_reversal_mirrors_an_entry_once_and_needs_a_reason():
    line = funded_line()
    [entry] = post(draft(line, Kind.AVAILABLE, Kind.COMMITTED, 7))
    with pytest.raises(RefusedError, match="原因"):
        reverse_entry(entry, reason=" ", act=act(None))
    reverse_entry(entry, reason="重复登记", act=act(None))
    assert balance(line, Kind.AVAILABLE) == 1000_00
    with pytest.raises(RefusedError, match="已经冲正"):
        reverse_entry(entry, reason="再来一次", act=act(None))
    call_command("verify_ledger")


def test_database_refuses_rows_that_no_service_wrote():
    line = funded_line()
    entry = Entry.objects.get()
    at = account(line, Kind.COMMITTED)
    wrong = [
        {"account_id": at, "sequence": 2, "amount": 5, "balance_after": 5},
        {"account_id": at, "sequence": 1, "amount": 5, "balance_after": 6},
        {"account_id": at, "sequence": 1, "amount": -5, "balance_after": -5},
        {"account_id": at, "sequence": 1, "amount": 0, "balance_after": 0},
        {"account_id": account(line, Kind.AVAILABLE), "sequence": 2, "amount": 5, "balance_after": 5},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.create(entry=entry, **values)
    for change in (
        lambda: Posting.objects.update(amount=1),
        lambda: Entry.objects.all().delete(),
        lambda: Account.objects.update(guarded=False),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.postgres
def test_postgresql_refuses_at_commit_what_does_not_balance():
    line = funded_line()
    at = account(line, Kind.COMMITTED)
    with pytest.raises(IntegrityError, match="entry_does_not_balance"), transaction.atomic():
        entry = Entry.objects.create(kind=EntryKind.RESERVE)
        Posting.objects.create(entry=entry, account_id=at, sequence=1, amount=5, balance_after=5)
        connection.check_constraints()
    with pytest.raises(IntegrityError, match="entry_without_postings"), transaction.atomic():
        Entry.objects.create(kind=EntryKind.RESERVE)
        connection.check_constraints()


def test_verify_ledger_names_what_was_altered():
    line = funded_line()
    post(draft(line, Kind.AVAILABLE, Kind.COMMITTED, 5))
    connection.check_constraints()
    with connection.cursor() as cursor:
        on = ' ON "treasury_posting"' if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "treasury_posting_no_update"{on}')
    Posting.objects.filter(account=account(line, Kind.AVAILABLE), sequence=2).update(amount=-6)
    with pytest.raises(CommandError) as error:
        call_command("verify_ledger")
    assert "借贷不平" in str(error.value)
    assert "可用指标”第 2 笔：余额与逐笔相加不一致" in str(error.value)


def test_budget_is_issued_by_a_paper_raised_and_lowered_within_what_is_available():
    officer = treasurer()
    line = funded_line("100.00", officer=officer)
    key = uuid.uuid4()
    for _ in range(2):
        issue_budget(line, amount=Decimal("50.00"), paper_no="追加", key=key, act=act(officer))
    with pytest.raises(RefusedError, match="文号"):
        issue_budget(line, amount=Decimal(1), paper_no=" ", key=uuid.uuid4(), act=act(officer))
    with pytest.raises(BudgetShortError):
        issue_budget(line, amount=Decimal("-150.01"), paper_no="调减", key=uuid.uuid4(), act=act(officer))
    issue_budget(line, amount=Decimal("-20.00"), paper_no="调减", key=uuid.uuid4(), act=act(officer))
    [figures] = line_figures([line])
    assert (figures.issued, figures.available) == (Decimal("130.00"), Decimal("130.00"))
    with pytest.raises(RefusedError, match="已有名为"):
        funded_line("0", officer=officer)


def test_year_end_carries_over_what_is_available_or_lets_it_lapse():
    officer = treasurer()
    old, new = funded_line(officer=officer), funded_line("0", year=2027, officer=officer)
    post(draft(old, Kind.AVAILABLE, Kind.COMMITTED, 300_00))
    with pytest.raises(RefusedError, match="以后年度"):
        close_year(new, carry_over_to=old, act=act(officer))
    close_year(old, carry_over_to=new, act=act(officer))
    assert [balance(old, kind) for kind in (Kind.AVAILABLE, Kind.COMMITTED)] == [0, 300_00]
    assert balance(new, Kind.AVAILABLE) == 700_00
    with pytest.raises(RefusedError, match="没有可用余额"):
        close_year(old, carry_over_to=None, act=act(officer))
    close_year(new, carry_over_to=None, act=act(officer))
    assert balance(new, Kind.SOURCE) == 0
    call_command("verify_ledger")


MOVES = st.tuples(st.sampled_from(list(Kind)), st.sampled_from(list(Kind)), st.integers(1, 70_000))


@pytest.mark.broad
@pytest.mark.slow
@given(st.lists(MOVES, max_size=25))
def test_books_balance_after_every_step_of_random_deeds(moves):
    with transaction.atomic():
        line = funded_line("500.00", name=uuid.uuid4().hex)
        for source, target, fen in moves:
            if source != target:
                with suppress(BudgetShortError), transaction.atomic():
                    post(draft(line, source, target, fen))
            newest = Posting.objects.filter(account=OuterRef("pk")).order_by("-sequence").values("balance_after")[:1]
            balances = line.accounts.annotate(fen=Coalesce(Subquery(newest), 0)).values_list("guarded", "fen")
            assert sum(fen for _, fen in balances) == 0
            assert all(fen >= 0 for guarded, fen in balances if guarded)
        transaction.set_rollback(True)


@pytest.mark.postgres
def test_thousand_awards_are_posted_within_two_seconds():
    line = funded_line("9999999.00")
    drafts = [draft(line, Kind.AVAILABLE, Kind.COMMITTED, fen) for fen in range(1, 3)]
    amounts = [dict(zip(drafts[0].amounts, (-fen, fen), strict=True)) for fen in range(1, 1001)]
    many = [EntryDraft(id=uuid.uuid4(), kind=EntryKind.RESERVE, amounts=given) for given in amounts]
    with cpu_limit(2):
        post(*many)
    assert balance(line, Kind.COMMITTED) == sum(range(1, 1001))
    assert to_yuan(balance(line, Kind.COMMITTED)) == Decimal("5005.00")
