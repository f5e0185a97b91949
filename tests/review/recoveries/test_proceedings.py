"""Awards revoked and lowered, sums demanded, repaid, waived: by whom, when, and what the books then say."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from applications.claims.enums import ClaimStatus
from applications.ledger.models import LimitEntry
from applications.ledger.selectors import balances
from portal.core.errors import RefusedError
from portal.core.money import to_fen
from review.decisions.enums import CreditResult
from review.decisions.services.credit import record_credit
from review.decisions.services.decisions import support_claim
from review.funding.selectors import standing_parts
from review.recoveries.enums import RecoveryAction, RecoveryState, ServiceKind
from review.recoveries.models import AwardVersion, CreditMark, Recovery
from review.recoveries.selectors import debt_of, open_actions, overdue_since, owed_of
from review.recoveries.services.awards import terminate_claim
from review.recoveries.services.money import book
from review.recoveries.services.proceedings import (
    decide_recovery,
    dismiss_recovery,
    open_hearing,
    propose_recovery,
    serve_decision,
    state_case,
)
from review.recoveries.services.repayment import (
    ask_waiver,
    enforce_recovery,
    grant_waiver,
    mark_overdue,
    plan_instalments,
    record_receipt,
    refuse_waiver,
)
from review.recoveries.workflow import RECOVERIES
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import BudgetLine
from review.treasury.selectors import claim_balances
from review.treasury.services.awards import move_claim
from tests.applications.worlds import patent_facts
from tests.chain import altered_at_commit
from tests.factories import act
from tests.review.recoveries.worlds import (
    DAY,
    PROPOSAL,
    TERMS,
    awarded,
    decided_recovery,
    heard,
    lowered,
    paid,
    second_decider,
    served,
)
from tests.review.worlds import MINUTES, again, city_passed, expected, on

K = AccountKind
S = RecoveryState
NEXT = DAY + timedelta(days=1)


def held(claim):
    """Fen that the claim has anywhere, by kind of account, all payers together."""
    sums = {}
    for (_, kind), fen in claim_balances(claim.pk).items():
        sums[kind] = sums.get(kind, 0) + fen
    return {kind: fen for kind, fen in sums.items() if fen}


def taken(claim):
    """What the claim holds of its limits."""
    rows = LimitEntry.objects.filter(claim=claim).select_related("bucket")
    sums = {}
    for row in rows:
        sums[row.bucket.key] = sums.get(row.bucket.key, Decimal(0)) + row.amount
    return {key: amount for key, amount in sums.items() if amount}


def test_every_open_state_has_a_way_out_and_the_ends_have_none():
    sources = {source: row for row in RECOVERIES for source in row.sources}
    ends = {S.SETTLED, S.WAIVED, S.DISMISSED}
    assert set(S) - set(sources) == ends


@pytest.mark.django_db
def test_serious_credit_record_after_approval_ends_the_claim_and_gives_everything_back(office):
    claim = awarded(office)
    record_credit(claim, result=CreditResult.SERIOUS, source="信用中国", checked_on=DAY, act=on(DAY, office.city))
    with pytest.raises(PermissionDenied):
        terminate_claim(claim.pk, reason="严重失信", act=on(DAY, office.finance))
    with pytest.raises(RefusedError, match="理由"):
        terminate_claim(claim.pk, reason=" ", act=on(DAY, office.decider))
    terminate_claim(claim.pk, reason="列入严重失信名单", act=on(DAY, office.decider))
    claim = again(claim)
    assert (claim.status, claim.approved_amount, claim.lines.get().exclusive_key) == (
        ClaimStatus.TERMINATED,
        None,
        None,
    )
    assert (held(claim), taken(claim)) == ({}, {})
    assert (AwardVersion.objects.get().version, standing_parts(claim.award)) == (2, {})
    message = claim.created_by.portal_messages.order_by("-pk").first()
    assert "严重失信名单" in message.body
    with pytest.raises(RefusedError, match="已终止"):
        terminate_claim(claim.pk, reason="再来", act=on(DAY, office.decider))
    call_command("verify_ledger")


@pytest.mark.django_db
def test_paid_claim_is_not_terminated_and_one_in_transit_waits_for_the_bank(office):
    claim = awarded(office)
    move_claim(claim, EntryKind.SEND, deed="test", act=on(DAY, office.finance))
    with pytest.raises(RefusedError, match="在途"):
        terminate_claim(claim.pk, reason="失信", act=on(DAY, office.decider))
    move_claim(claim, EntryKind.SETTLE, deed="test", act=on(DAY, office.finance))
    with pytest.raises(RefusedError, match="追缴"):
        terminate_claim(claim.pk, reason="失信", act=on(DAY, office.decider))
    assert again(claim).status == ClaimStatus.APPROVED


@pytest.mark.django_db
@pytest.mark.parametrize("new_sum", ["0", "0.02", "1234.57", "2999.99"])
def test_unpaid_award_is_lowered_to_the_fen_by_the_split_of_its_rules(office, new_sum):
    claim = awarded(office, lines=[patent_facts(1), patent_facts(2)])
    before = taken(claim)
    made = decided_recovery(office, claim, new_sum)
    claim, fen = again(claim), to_fen(new_sum)
    assert made.state == S.SETTLED
    assert (made.fen, debt_of(claim.applicant_id)) == (0, 0)
    if not fen:
        assert (claim.status, held(claim), taken(claim)) == (ClaimStatus.TERMINATED, {}, {})
        return
    assert (claim.status, claim.approved_amount) == (ClaimStatus.APPROVED, Decimal(new_sum))
    assert held(claim) == {K.AVAILABLE: -fen, K.PAYABLE: fen}
    parts = standing_parts(claim.award)
    assert (parts.get(claim.city_id, 0), sum(parts.values())) == (fen * 60 // 100, fen)
    lines = dict(BudgetLine.objects.values_list("pk", "region_id"))
    payable = {
        lines[line]: part for (line, kind), part in claim_balances(claim.pk).items() if kind == K.PAYABLE and part
    }
    assert payable == parts
    after = taken(claim)
    assert all(amount < before[key] for key, amount in after.items())
    assert after
    assert altered_at_commit() == []


@pytest.mark.django_db
def test_paid_award_is_revoked_and_comes_back_in_instalments_to_zero(office):
    claim = paid(office)
    recovery = served(office, claim)
    total = recovery.fen
    assert (again(claim).status, taken(claim), total) == (ClaimStatus.TERMINATED, {}, 500000)
    assert held(claim) == {K.AVAILABLE: -total, K.PAID: total, K.RECOVERABLE: -total, K.DUE: total}
    plan_instalments(recovery.pk, count=3, first_on=date(2026, 7, 31), act=on(NEXT, office.city))
    recovery.refresh_from_db()
    plan = list(recovery.instalments.all())
    assert [(row.due_on, row.fen) for row in plan] == [
        (date(2026, 7, 31), 166667),
        (date(2026, 8, 31), 166667),
        (date(2026, 9, 30), 166666),
    ]
    assert overdue_since(recovery, on=date(2026, 7, 31)) is None
    assert overdue_since(recovery, on=date(2026, 8, 1)) == date(2026, 7, 31)
    day = on(date(2026, 7, 30), office.finance)
    record_receipt(recovery.pk, amount=Decimal("1666.67"), on=date(2026, 7, 30), voucher="回1", act=day)
    assert overdue_since(recovery, on=date(2026, 8, 31)) is None
    assert overdue_since(recovery, on=date(2026, 9, 1)) == date(2026, 8, 31)
    late = on(date(2026, 9, 2), office.finance)
    for amount, voucher, words in (
        ("3333.34", "回2", "尚欠"),
        ("0", "回2", "尚欠"),
        ("1", "回1", "已经登记"),
        ("1", " ", "凭证号"),
    ):
        with pytest.raises(RefusedError, match=words):
            record_receipt(recovery.pk, amount=Decimal(amount), on=date(2026, 9, 2), voucher=voucher, act=late)
    record_receipt(recovery.pk, amount=Decimal("3333.33"), on=date(2026, 9, 2), voucher="回2", act=late)
    recovery.refresh_from_db()
    assert (recovery.state, held(claim), debt_of(claim.applicant_id)) == (S.SETTLED, {}, 0)
    call_command("verify_ledger")
    assert altered_at_commit() == []


@pytest.mark.django_db
def test_what_comes_back_of_an_earlier_years_budget_goes_to_its_source(office, time_machine):
    claim = paid(office)
    recovery = served(office, claim)
    later = date(2027, 1, 15)
    time_machine.move_to(on(later).at)
    record_receipt(recovery.pk, amount=Decimal(5000), on=later, voucher="回1", act=on(later, office.finance))
    assert held(claim) == {K.AVAILABLE: -recovery.fen, K.SOURCE: recovery.fen}
    call_command("verify_ledger")


@pytest.mark.django_db
def test_partly_paid_award_demands_what_is_paid_above_and_releases_the_rest(office):
    claim = awarded(office)
    # The city has paid its part, the district has not.
    city = {
        line: fen
        for (line, kind), fen in claim_balances(claim.pk).items()
        if kind == K.PAYABLE and BudgetLine.objects.get(pk=line).region_id == claim.city_id
    }
    with transaction.atomic():
        for kind, source, target in (
            (EntryKind.SEND, K.PAYABLE, K.IN_TRANSIT),
            (EntryKind.SETTLE, K.IN_TRANSIT, K.PAID),
        ):
            book(claim, kind, [(source, target, city)], deed="city", act=on(DAY, office.finance))
    recovery = decided_recovery(office, claim, "2000")
    assert recovery.fen == 300000 - 120000
    assert held(claim) == {
        K.AVAILABLE: -300000 - 80000,
        K.PAYABLE: 80000,
        K.PAID: 300000,
        K.RECOVERABLE: -180000,
        K.DUE: 180000,
    }
    assert standing_parts(claim.award) == {claim.city_id: 120000, claim.region_id: 80000}


@pytest.mark.django_db
def test_interest_follows_its_rule_and_is_paid_after_the_sum(office, time_machine):
    claim = paid(office)
    terms = replace(TERMS, daily_rate=Decimal("0.0005"), interest_from=date(2026, 7, 1))
    recovery = served(office, claim, terms=terms)
    assert owed_of(recovery, on=date(2026, 7, 1)).total == 500000
    assert owed_of(recovery, on=date(2026, 7, 11)).interest == 2500
    day = date(2026, 7, 11)
    time_machine.move_to(on(day).at)
    receipt = record_receipt(recovery.pk, amount=Decimal(5000), on=day, voucher="1", act=on(day, office.finance))
    assert (receipt.principal_fen, receipt.interest_fen) == (500000, 0)
    recovery.refresh_from_db()
    assert (recovery.state, debt_of(claim.applicant_id)) == (S.REPAYING, 2500)
    last = record_receipt(recovery.pk, amount=Decimal(25), on=day, voucher="2", act=on(day, office.finance))
    recovery.refresh_from_db()
    assert (last.interest_fen, recovery.state, held(claim)) == (2500, S.SETTLED, {})


@pytest.mark.django_db
def test_applicant_is_heard_before_another_person_decides(office):
    claim = paid(office)
    other = second_decider()
    made = propose_recovery(claim.pk, proposal=PROPOSAL, act=on(DAY, office.decider))
    assert not Recovery.objects.visible_to(claim.created_by).exists()
    with pytest.raises(RefusedError, match="正在办理"):
        propose_recovery(claim.pk, proposal=PROPOSAL, act=on(DAY, office.city))
    with pytest.raises(RefusedError, match="拟办理"):
        decide_recovery(made.pk, terms=TERMS, act=on(DAY, other))
    open_hearing(made.pk, act=on(DAY, office.city))
    assert Recovery.objects.visible_to(claim.created_by).get() == made
    due = Recovery.objects.get().hearing_due_on
    assert due == date(2026, 6, 17)
    with pytest.raises(RefusedError, match="陈述申辩"):
        decide_recovery(made.pk, terms=TERMS, act=on(due, other))
    for nobody in (office.finance, office.city, office.decider):
        with pytest.raises(PermissionDenied):
            decide_recovery(made.pk, terms=TERMS, act=on(due + timedelta(days=1), nobody))
        with pytest.raises(PermissionDenied):
            state_case(made.pk, statement="代答", act=on(DAY, nobody))
    with pytest.raises(RefusedError, match="截止"):
        state_case(made.pk, statement="迟了", act=on(due + timedelta(days=1), claim.created_by))
    assert held(claim)[K.PAID] == 500000
    assert K.DUE not in held(claim)
    decide_recovery(made.pk, terms=TERMS, act=on(due + timedelta(days=1), other))
    made.refresh_from_db()
    assert made.state == S.DECIDED
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.filter(pk=made.pk).update(decided_by=made.proposed_by)


@pytest.mark.broad
@pytest.mark.django_db
def test_incomplete_proposal_is_refused(office):
    claim = paid(office)
    for given, words in (
        ({"new_sum": Decimal(5000)}, "低于现在"),
        ({"new_sum": Decimal(-1)}, "低于现在"),
        ({"clause": " "}, "依据条款"),
        ({"facts": ""}, "事实和理由"),
    ):
        with pytest.raises(RefusedError, match=words):
            propose_recovery(claim.pk, proposal=replace(PROPOSAL, **given), act=on(DAY, office.city))
    for nobody in (office.first, claim.created_by):
        with pytest.raises(PermissionDenied):
            propose_recovery(claim.pk, proposal=PROPOSAL, act=on(DAY, nobody))
    assert not Recovery.objects.exists()


@pytest.mark.broad
@pytest.mark.django_db
def test_incomplete_decision_is_refused(office):
    made = heard(office, paid(office))
    for given, words in (
        ({"number": ""}, "文号"),
        ({"reason": " "}, "理由"),
        ({"daily_rate": Decimal("0.0005")}, "起始日"),
        ({"interest_from": DAY}, "起始日"),
        ({"daily_rate": Decimal("0.002"), "interest_from": DAY}, "千分之一"),
    ):
        with pytest.raises(RefusedError, match=words):
            decide_recovery(made.pk, terms=replace(TERMS, **given), act=on(NEXT, office.decider))
    assert not AwardVersion.objects.exists()


@pytest.mark.django_db
def test_dismissed_recovery_leaves_the_award_and_another_may_follow(office):
    claim = paid(office)
    made = heard(office, claim)
    dismiss_recovery(made.pk, reason="查明票据真实", act=on(NEXT, office.decider))
    assert (again(claim).status, standing_parts(claim.award)) == (claim.status, standing_parts(again(claim).award))
    assert heard(office, claim, "1").pk != made.pk


@pytest.mark.django_db
def test_overdue_marks_the_record_blocks_new_support_and_ends_when_repaid(office, time_machine):
    claim = paid(office)
    recovery = served(office, claim)
    other = city_passed(office, lines=[patent_facts(9)], member=claim.created_by)
    for day, marks in ((date(2026, 7, 11), 0), (date(2026, 7, 12), 1), (date(2026, 7, 12), 1)):
        time_machine.move_to(on(day).at)
        mark_overdue(act=on(day))
        assert CreditMark.objects.count() == marks
    mark = CreditMark.objects.get()
    assert (mark.from_on, mark.until_on) == (date(2026, 7, 12), date(2027, 7, 12))
    with pytest.raises(RefusedError, match="5,000.00"):
        support_claim(other.pk, expected=expected(other), act=act(office.decider), minutes=MINUTES)
    enforce_recovery(recovery.pk, reason="送达后未履行", act=on(date(2026, 7, 12), office.city))
    time_machine.move_to(on(date(2027, 7, 12)).at)
    assert mark_overdue(act=on(date(2027, 7, 12))) == 1
    mark.refresh_from_db()
    assert (mark.from_on, mark.until_on) == (date(2026, 7, 12), date(2028, 7, 11))
    back = on(date(2027, 7, 12), office.finance)
    record_receipt(recovery.pk, amount=Decimal(5000), on=date(2027, 7, 12), voucher="执1", act=back)
    support_claim(other.pk, expected=expected(other), act=act(office.decider), minutes=MINUTES)
    mark.refresh_from_db()
    assert mark.until_on == date(2027, 7, 12)


@pytest.mark.django_db
def test_waiver_needs_two_people_and_clears_the_demand_not_the_payment(office):
    claim = paid(office)
    recovery = served(office, claim)
    with pytest.raises(RefusedError, match="尚未逾期"):
        enforce_recovery(recovery.pk, reason="x", act=on(NEXT, office.city))
    ask_waiver(recovery.pk, reason="主体已注销", act=on(NEXT, office.decider))
    with pytest.raises(PermissionDenied):
        grant_waiver(recovery.pk, reason="同意", act=on(NEXT, office.decider))
    other = second_decider()
    refuse_waiver(recovery.pk, reason="仍有财产", act=on(NEXT, other))
    record_receipt(recovery.pk, amount=Decimal(1000), on=NEXT, voucher="1", act=on(NEXT, office.finance))
    ask_waiver(recovery.pk, reason="主体已注销", act=on(NEXT, office.city))
    grant_waiver(recovery.pk, reason="无财产可供执行", act=on(NEXT, office.decider))
    recovery.refresh_from_db()
    assert recovery.state == S.WAIVED
    assert held(claim) == {K.AVAILABLE: -400000, K.PAID: 400000}
    assert open_actions(recovery, office.decider) == []
    call_command("verify_ledger")
    assert altered_at_commit() == []


@pytest.mark.django_db
def test_service_lies_between_decision_and_today(office):
    made = decided_recovery(office, paid(office))
    for day in (DAY, NEXT + timedelta(days=1)):
        with pytest.raises(RefusedError, match="送达日期"):
            serve_decision(made.pk, on=day, how=ServiceKind.POST, act=on(NEXT, office.city))
    assert RecoveryAction.SERVE in open_actions(made, office.city)


@pytest.mark.django_db
def test_lowered_twice_counts_versions_and_never_goes_up(office):
    claim = awarded(office)
    decided_recovery(office, claim, "4000")
    decided_recovery(office, claim, "3000")
    assert list(AwardVersion.objects.values_list("version", "fen")) == [(2, 400000), (3, 300000)]
    with pytest.raises(RefusedError, match=r"3,000\.00"):
        propose_recovery(claim.pk, proposal=lowered("3000"), act=on(NEXT, office.city))
    keys = LimitEntry.objects.filter(claim=claim).values_list("bucket__key", flat=True)
    assert max(balance.amount for balance in balances(keys).values()) == Decimal(3000)
