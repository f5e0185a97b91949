"""Batches: gathered once, prepared by one officer, released by another, and paid to whom the first saw."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from portal.core.registers import RegisterKind
from portal.jobs.services import run_due_jobs
from portal.notifications.models import Message
from review.decisions.enums import CreditResult
from review.decisions.models import CreditSnapshot
from review.funding.awards import record_award
from review.funding.models import Payment
from review.payments import debts
from review.payments.enums import BatchState, LineState
from review.payments.models import Disbursement
from review.payments.selectors.batches import check_list
from review.payments.services.batches import (
    Criteria,
    dissolve_batch,
    drop_stopped,
    open_batch,
    open_single,
    prepare_batch,
    release_batch,
)
from review.payments.services.lines import Voucher, settle_batch
from review.treasury.enums import AccountKind
from review.treasury.selectors import claim_balances
from tests.applications.worlds import patent_facts
from tests.factories import act, give_role, wuxi
from tests.review.checks.test_kinds import sheet
from tests.review.paying import DAY, sent
from tests.review.worlds import again, approved, fresh, on

pytestmark = pytest.mark.django_db


def held(claim):
    """Fen of the claim by kind of account, whatever line."""
    found = {}
    for (_, kind), fen in claim_balances(claim.pk).items():
        found[kind] = found.get(kind, 0) + fen
    return {kind: fen for kind, fen in found.items() if fen and kind != AccountKind.AVAILABLE}


def test_city_and_district_pay_their_parts_and_the_claim_is_paid_with_the_last(treasury):
    claim, (first, second) = treasury.claim, treasury.city
    batch = open_batch(wuxi(), Criteria(words="全部"), act=on(DAY, first))
    assert held(claim) == {AccountKind.PAYABLE: 500000}
    prepare_batch(batch, withhold=False, act=on(DAY, first))
    batch.refresh_from_db()
    release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
    assert held(claim) == {AccountKind.PAYABLE: 200000, AccountKind.IN_TRANSIT: 300000}
    assert settle_batch(batch, voucher=Voucher("锡财拨1", DAY), act=on(DAY, first))
    batch.refresh_from_db()
    assert (batch.state, batch.number, batch.yuan) == (BatchState.SETTLED, "ZF2026-320200-0001", Decimal("3000.00"))
    assert again(claim).status == ClaimStatus.APPROVED
    district = sent(treasury.part("320211"), people=treasury.district)
    settle_batch(district, voucher=Voucher("滨财拨1", DAY), act=on(DAY, treasury.district[0]))
    assert again(claim).status == ClaimStatus.PAID
    assert held(claim) == {AccountKind.PAID: 500000}
    assert [(row.part.region_id, row.amount, row.voucher) for row in Payment.objects.order_by("sequence")] == [
        ("320200", Decimal("3000.00"), "锡财拨1"),
        ("320211", Decimal("2000.00"), "滨财拨1"),
    ]
    run_due_jobs()
    bodies = list(Message.objects.filter(user=claim.created_by, title="资金已拨付").values_list("body", flat=True))
    assert len(bodies) == 2
    assert "3,000.00 元已于 2026年6月10日支付到尾号 6677 的账户" in "".join(bodies)
    call_command("verify_ledger")
    call_command("verify_audit")


def test_what_is_gathered_once_is_not_gathered_again_until_the_batch_is_dissolved(treasury):
    first, _ = treasury.city
    batch = open_single(treasury.part(), act=on(DAY, first))
    with pytest.raises(RefusedError, match="没有符合条件"):
        open_batch(wuxi(), Criteria(), act=on(DAY, first))
    with pytest.raises(RefusedError, match="原因"):
        dissolve_batch(batch, reason=" ", act=on(DAY, first))
    dissolve_batch(batch, reason="选错", act=on(DAY, first))
    line = Disbursement.objects.get()
    assert (line.state, line.batch, line.payee) == (LineState.WAITING, None, {})
    again_opened = open_batch(wuxi(), Criteria(), act=on(DAY, first))
    assert list(again_opened.lines.all()) == [line]
    assert again_opened.sequence == 2


def test_criteria_narrow_what_is_gathered(office, treasury):
    other = approved(office, lines=[patent_facts(7)])
    record_award(other, act=on(date(2026, 6, 20)))
    act_ = on(date(2026, 6, 21), treasury.city[0])
    for criteria in (
        Criteria(district="320205"),
        Criteria(call_id=0),
        Criteria(item_id=0),
        Criteria(approved_from=date(2099, 1, 1)),
    ):
        with pytest.raises(RefusedError, match="没有符合条件"):
            open_batch(wuxi(), criteria, act=act_)
    batch = open_batch(wuxi(), Criteria(approved_from=date(2026, 6, 20), approved_to=date(2026, 6, 20)), act=act_)
    assert [line.part.award.claim for line in batch.lines.all()] == [other]


def test_batch_is_released_by_another_who_decided_nothing_and_whose_page_showed_it(office, treasury):
    first, second = treasury.city
    batch = open_single(treasury.part(), act=on(DAY, first))
    with pytest.raises(RefusedError, match="由您核对"):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, first))
    with pytest.raises(StaleStateError):
        release_batch(batch, shown="0" * 64, act=on(DAY, second))
    give_role(office.city, Role.FINANCE, wuxi())
    with pytest.raises(RefusedError, match="市级复审"):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, fresh(office.city)))
    with pytest.raises(PermissionDenied):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, treasury.district[1]))
    Disbursement.objects.update(fen=1)
    with pytest.raises(StaleStateError):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
    assert not AuditRecord.objects.filter(action="payments.release").exists()


def test_release_looks_anew_at_what_was_in_order_when_it_was_prepared(treasury):
    first, second = treasury.city
    batch = open_single(treasury.part(), act=on(DAY, first))
    sheet(RegisterKind.DISHONESTY, {"key": treasury.claim.applicant.uscc}, as_of=DAY)
    with pytest.raises(RefusedError, match="严重失信主体名单"):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))


def test_check_list_stops_what_must_be_settled_first_and_names_what_to_look_at(treasury, settings):
    claim, (first, second) = treasury.claim, treasury.city
    batch = open_batch(wuxi(), Criteria(), act=on(DAY, first))

    def kinds():
        return {finding.kind: finding.stops for finding, _ in check_list(batch, first).kinds}

    assert kinds() == {"notice": False}
    settings.PAYMENT_NEEDS_NOTICE = True
    assert kinds() == {"notice": True}
    settings.PAYMENT_NEEDS_NOTICE = False
    claim.payees.create(**claim.payees.get().fields | {"account_name": "张三"})
    assert kinds() == {"notice": False, "account_name": True}
    CreditSnapshot.objects.create(
        applicant=claim.applicant,
        claim=claim,
        result=CreditResult.SERIOUS,
        source="信用中国",
        checked_on=DAY,
        entered_by=first,
    )
    assert kinds() == {"notice": False, "account_name": True, "credit": True}
    with pytest.raises(RefusedError, match=r"有 1 笔不能支付.*张三"):
        prepare_batch(batch, withhold=False, act=on(DAY, first))
    assert drop_stopped(batch, act=on(DAY, first)) == 1
    with pytest.raises(RefusedError, match="没有可支付"):
        prepare_batch(batch, withhold=False, act=on(DAY, first))
    assert second


def test_account_that_moved_after_the_preparation_stops_the_release(treasury):
    first, second = treasury.city
    batch = open_single(treasury.part(), act=on(DAY, first))
    payee = treasury.claim.payees.get()
    treasury.claim.payees.create(**payee.fields | {"account_number": "6217000000009999"})
    with pytest.raises(RefusedError, match="解散批次后重新核对"):
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
    dissolve_batch(batch, reason="账户变更", act=on(DAY, first))
    sent(treasury.part(), people=treasury.city)
    assert Disbursement.objects.get().payee["account_number"] == "6217000000009999"


@pytest.mark.parametrize(
    ("voucher", "words"),
    [
        (Voucher(" ", DAY), "凭证号"),
        (Voucher("1", date(2099, 1, 1)), "晚于今天"),
        (Voucher("1", date(1900, 1, 1)), "早于批准日期"),
    ],
)
def test_payment_lies_between_approval_and_today_and_has_a_number(treasury, voucher, words):
    batch = sent(treasury.part(), people=treasury.city)
    with pytest.raises(RefusedError, match=words):
        settle_batch(batch, voucher=voucher, act=on(DAY, treasury.city[0]))
    assert not Payment.objects.exists()


def test_papers_are_one_for_the_batch_or_one_for_each_and_never_anothers_unseen(office, treasury):
    first, second = treasury.city
    record_award(approved(office, lines=[patent_facts(7)]), act=act())
    batch = open_batch(wuxi(), Criteria(), act=on(DAY, first))
    batch = prepare_batch(batch, withhold=False, act=on(DAY, first))
    release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
    settle_batch(batch, voucher=Voucher("拨", DAY, is_numbered=True), act=on(DAY, first))
    assert set(Payment.objects.values_list("voucher", flat=True)) == {"拨-1", "拨-2"}
    other = sent(treasury.part("320211"), people=treasury.district)
    with pytest.raises(RefusedError, match="已登记在"):
        settle_batch(other, voucher=Voucher("拨-1", DAY), act=on(DAY, treasury.district[0]))
    settle_batch(other, voucher=Voucher("拨-1", DAY, is_shared=True), act=on(DAY, treasury.district[0]))


def test_debts_are_withheld_as_payments_of_their_own(treasury, monkeypatch):
    repaid = []
    monkeypatch.setattr(debts, "_sources", [])
    owed = [debts.Debt("追缴1", treasury.claim.applicant_id, 100000, "多付退回")]
    debts.register_debts(lambda applicants, region: owed, lambda *given: repaid.append(given[:2]))
    first, second = treasury.city
    batch = open_batch(wuxi(), Criteria(), act=on(DAY, first))
    assert any(finding.kind == "debt" for finding, _ in check_list(batch, first).kinds)
    batch = prepare_batch(batch, withhold=True, act=on(DAY, first))
    dissolve_batch(batch, reason="重来", act=on(DAY, first))
    assert Disbursement.objects.get().fen == 300000
    batch = prepare_batch(open_batch(wuxi(), Criteria(), act=on(DAY, first)), withhold=True, act=on(DAY, first))
    release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
    lines = {line.debt: (line.fen, line.state) for line in batch.lines.all()}
    assert lines == {"": (200000, LineState.IN_TRANSIT), "追缴1": (100000, LineState.PAID)}
    assert repaid == [("追缴1", 100000)]
    settle_batch(batch, voucher=Voucher("1", DAY), act=on(DAY, first))
    assert held(treasury.claim) == {AccountKind.PAYABLE: 200000, AccountKind.PAID: 300000}


def test_database_refuses_what_no_service_would_write(treasury):
    first, _ = treasury.city
    batch = open_single(treasury.part(), act=on(DAY, first))
    line = batch.lines.get()
    wrong = [
        lambda: Disbursement.objects.create(part=line.part, fen=1),
        lambda: Disbursement.objects.create(part=line.part, fen=1, stage=2),
        lambda: Disbursement.objects.filter(pk=line.pk).update(state=LineState.FAILED),
        lambda: Disbursement.objects.filter(pk=line.pk).update(state=LineState.PAID),
        lambda: Disbursement.objects.filter(pk=line.pk).update(payee_sha256=""),
        lambda: type(batch).objects.filter(pk=batch.pk).update(released_by=first),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
