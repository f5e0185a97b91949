"""One payment at a time: reversal by two people, correction of an account, stages, and pages for all of it."""

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.payees.models import PayeeRequest
from applications.payees.services import decide_request
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from review.funding.models import Payment, PaymentKind
from review.payments.enums import LineState
from review.payments.models import Batch, Disbursement
from review.payments.services.batches import Criteria, open_batch
from review.payments.services.cuts import cut_waiting
from review.payments.services.lines import (
    StagePlan,
    Voucher,
    ask_reversal,
    confirm_correction,
    decide_reversal,
    fail_line,
    meet_milestone,
    plan_stages,
    settle_line,
)
from review.treasury.enums import AccountKind
from tests.factories import make_official, wuxi
from tests.review.paying import DAY, pay, sent
from tests.review.payments.test_batches import held
from tests.review.worlds import again, on

pytestmark = pytest.mark.django_db


def test_wrongly_recorded_payment_is_reversed_by_two_people_and_due_again(treasury):
    first, second = treasury.city
    pay(treasury.claim)
    line = Disbursement.objects.get(part=treasury.part())
    with pytest.raises(RefusedError, match="说明理由"):
        ask_reversal(line, reason=" ", act=on(DAY, first))
    ask_reversal(line, reason="登记到了别的申报", act=on(DAY, first))
    with pytest.raises(RefusedError, match="由您提出"):
        decide_reversal(line, confirm=True, act=on(DAY, first))
    decide_reversal(line, confirm=False, act=on(DAY, second))
    assert again(treasury.claim).status == ClaimStatus.PAID
    ask_reversal(line, reason="登记到了别的申报", act=on(DAY, first))
    decide_reversal(line, confirm=True, act=on(DAY, second))
    assert again(treasury.claim).status == ClaimStatus.APPROVED
    assert held(treasury.claim) == {AccountKind.PAYABLE: 300000, AccountKind.PAID: 200000}
    assert Payment.objects.order_by("sequence").last().kind == PaymentKind.REVERSED
    assert Disbursement.objects.get(part=treasury.part(), attempt=2).state == LineState.WAITING
    with pytest.raises(RefusedError, match="不能再"):
        decide_reversal(line, confirm=True, act=on(DAY, second))
    pay_again = sent(treasury.part(), people=treasury.city)
    settle_line(pay_again.lines.get(), voucher=Voucher("再拨", DAY), act=on(DAY, first))
    assert again(treasury.claim).status == ClaimStatus.PAID
    call_command("verify_ledger")
    call_command("verify_audit")


def test_next_attempt_goes_once_the_account_was_changed_and_confirmed_or_found_right(treasury, office):
    first, second = treasury.city
    line = sent(treasury.part(), people=treasury.city).lines.get()
    with pytest.raises(RefusedError, match="说明理由"):
        fail_line(line, voucher=Voucher("退1", DAY), reason=" ", act=on(DAY, first))
    fail_line(line, voucher=Voucher("退1", DAY), reason="户名不符", act=on(DAY, first))
    assert held(treasury.claim) == {AccountKind.PAYABLE: 500000}
    following = Disbursement.objects.get(attempt=2)
    with pytest.raises(RefusedError, match="没有变更"):
        confirm_correction(following, reason="", act=on(DAY, second))
    with pytest.raises(RefusedError, match="由您登记"):
        confirm_correction(following, reason="账户无误", act=on(DAY, first))
    with pytest.raises(RefusedError, match="没有符合条件"):
        open_batch(wuxi(), Criteria(claim_id=treasury.claim.pk), act=on(DAY, first))
    applicant = treasury.claim.applicant
    asked = PayeeRequest.objects.create(
        applicant=applicant,
        region_code=applicant.region_id,
        before={"account_number": applicant.account_number},
        after={"account_number": "6217000000009999"},
        reason="换户",
        requested_by=treasury.claim.created_by,
    )
    with pytest.raises(RefusedError, match="待确认"):
        confirm_correction(following, reason="", act=on(DAY, first))
    decide_request(asked, confirm=True, reason="已核对", act=on(DAY, office.acceptance))
    confirm_correction(following, reason="", act=on(DAY, first))
    batch = sent(treasury.part(), people=treasury.city)
    assert batch.lines.get().payee["account_number"] == "6217000000009999"
    assert batch.lines.get().attempt == 2


def test_stages_add_up_and_the_second_waits_for_its_milestone(treasury):
    first, _ = treasury.city
    part = treasury.part()
    stages = [StagePlan(60), StagePlan(40, "验收合格")]
    for wrong in ([StagePlan(100)], [StagePlan(60), StagePlan(41, "x")], [StagePlan(60), StagePlan(40)]):
        with pytest.raises(RefusedError):
            plan_stages(part, wrong, act=on(DAY, first))
    plan_stages(part, stages, act=on(DAY, first))
    assert list(Disbursement.objects.values_list("stage", "fen", "state")) == [
        (1, 180000, "waiting"),
        (2, 120000, "held"),
    ]
    batch = sent(part, people=treasury.city)
    with pytest.raises(RefusedError, match="不能再分期"):
        plan_stages(part, stages, act=on(DAY, first))
    settle_line(batch.lines.get(), voucher=Voucher("一期", DAY), act=on(DAY, first))
    held_back = Disbursement.objects.get(stage=2)
    with pytest.raises(RefusedError, match="没有符合条件"):
        sent(part, people=treasury.city)
    with pytest.raises(RefusedError, match="节点依据"):
        meet_milestone(held_back, paper=" ", act=on(DAY, first))
    meet_milestone(held_back, paper="验收意见〔2026〕3号", act=on(DAY, first))
    second = sent(part, people=treasury.city)
    settle_line(second.lines.get(), voucher=Voucher("二期", DAY), act=on(DAY, first))
    assert held(treasury.claim) == {AccountKind.PAYABLE: 200000, AccountKind.PAID: 300000}


def test_what_was_taken_off_a_part_is_in_none_of_its_stages(treasury):
    act, part = on(DAY, treasury.city[0]), treasury.part()
    stages = [StagePlan(60), StagePlan(40, "验收合格")]
    cut_waiting(treasury.claim.pk, {"320200": 100000}, reason="降低")
    plan_stages(part, stages, act=act)
    assert list(Disbursement.objects.values_list("stage", "fen")) == [(1, 120000), (2, 80000)]
    cut_waiting(treasury.claim.pk, {"320200": 90000}, reason="再降低")
    with pytest.raises(RefusedError, match="停止拨付"):
        plan_stages(part, stages, act=act)


def test_return_is_not_dated_before_its_payment(treasury):
    pay(treasury.claim, day=date(2026, 6, 15))
    line = Disbursement.objects.get(part=treasury.part())
    with pytest.raises(RefusedError, match="不能早于拨付日期"):
        fail_line(line, voucher=Voucher("退", DAY), reason="销户", act=on(date(2026, 6, 16), treasury.city[0]))


def test_pages_carry_a_payment_from_the_claim_to_its_reversal(client, treasury):
    first, second = treasury.city
    page = reverse("funding:payment", args=[treasury.claim.key])
    client.force_login(first)
    assert "核对支付（无锡市承担 3,000.00 元）" in client.get(page).content.decode()
    batch_url = client.post(page, {"part": treasury.part().pk}).url
    batch = Batch.objects.get()
    assert "须由另一名财务人员复核发放" in client.get(batch_url).content.decode()
    client.force_login(second)
    assert "发放 3,000.00 元" in client.get(batch_url).content.decode()
    assert client.post(batch_url, {"deed": "release", "shown": batch.lines_sha256}).status_code == 302
    sheet = client.post(reverse("payments:bank_file", args=[batch.key, "csv"]))
    assert treasury.claim.payees.get().account_number in b"".join(sheet.streaming_content).decode("gb18030")
    voucher = {"deed": "settle", "voucher": "锡拨1", "on": "2026-06-10", "is_numbered": "one"}
    assert client.post(batch_url, voucher | {"voucher": ""}).status_code == 422
    assert client.post(batch_url, voucher).status_code == 302
    line_url = reverse("payments:line", args=[batch.lines.get().key])
    assert client.post(line_url, {"deed": "ask_reversal", "reason": ""}).status_code == 422
    assert client.post(line_url, {"deed": "ask_reversal", "reason": "重复"}).status_code == 302
    # Who proposed it is told who goes on, and is offered to withdraw it only.
    asked = client.get(line_url).content.decode()
    assert "须由另一名财务人员复核" in asked
    assert ('value="reverse"' in asked, 'value="decline_reversal"' in asked, "撤回冲正" in asked) == (False, True, True)
    # A page left open learns why it is refused, though its form is gone.
    stale = client.post(line_url, {"deed": "return", "reason": "户名不符", "voucher": "锡退1", "on": "2026-06-10"})
    assert "不能再“登记退票”" in stale.content.decode()
    client.force_login(first)
    assert client.post(line_url, {"deed": "reverse"}).status_code == 302
    assert "已冲正" in client.get(page).content.decode()
    assert batch.number in client.get(reverse("payments:batches")).content.decode()
    new = reverse("payments:new_batch")
    assert '<strong class="num">1</strong> 笔' in client.get(new).content.decode()
    assert client.post(new, {"region": "320200"}).status_code == 302


def test_reader_sees_and_cannot_act(client, treasury):
    batch = sent(treasury.part(), people=treasury.city)
    client.force_login(make_official(Role.AUDITOR, wuxi()))
    url = reverse("payments:batch", args=[batch.key])
    assert "登记到账" not in client.get(url).content.decode()
    answer = client.post(url, {"deed": "settle", "voucher": "1", "on": "2026-06-10", "is_numbered": "one"})
    assert answer.status_code == 422
    assert not Payment.objects.exists()
