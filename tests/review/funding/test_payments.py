"""Payments: once per claim, by somebody who decided nothing, with the account as it was."""

import dataclasses
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.payees.models import Payee, PayeeRequest
from applications.payees.selectors import payee_of
from applications.payees.services import decide_request
from portal.accounts.enums import Role
from portal.accounts.services.applicants import ApplicantDetails, update_applicant
from portal.core.errors import RefusedError
from portal.core.identifiers import mask_number
from portal.core.money import yuan_in_words
from review.funding.awards import record_award
from review.funding.models import Award, AwardPart, Payment, PaymentKind
from review.funding.selectors import filter_payments, payable_claims
from review.funding.services import Voucher, record_return, shown_payee
from review.funding.services import record_payment as record_shown_payment
from review.treasury.models import BudgetLine
from tests.factories import act, binhu, make_official, suzhou, wuxi
from tests.portal.audit.test_verify import past_the_triggers
from tests.review.worlds import again, approved, decided, fresh

pytestmark = pytest.mark.django_db
PAPER = Voucher("锡财拨0001", date(2026, 6, 10))


def record_payment(claim_id, **given):
    """As by an officer whose page was made just before."""
    return record_shown_payment(claim_id, shown=shown_payee(Claim.objects.get(pk=claim_id)), **given)


@pytest.fixture(autouse=True)
def settings_of_the_test(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def claim(office):
    """Approved, with its award computed."""
    claim = approved(office)
    record_award(claim, act=act())
    return claim


def change_account(claim, reason="换了开户行", **fields):
    """The owner changes the applicant's details; returns whether the change waits for an officer."""
    applicant = claim.applicant
    names = [field.name for field in dataclasses.fields(ApplicantDetails)]
    details = ApplicantDetails(**{name: getattr(applicant, name) for name in names} | fields)
    return update_applicant(applicant, details=details, act=act(claim.created_by), reason=reason)


def confirm(claim, officer):
    decide_request(
        PayeeRequest.objects.get(applicant=claim.applicant, state="pending"),
        confirm=True,
        reason="已核对开户许可证",
        act=act(officer),
    )


def test_payment_moves_the_claim_keeps_the_account_and_tells_the_applicant(office, claim):
    payment = record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    assert (payment.sequence, payment.amount) == (1, Decimal("5000.00"))
    assert payment.account["account_number"] == claim.applicant.account_number
    assert again(claim).status == ClaimStatus.PAID
    assert claim.created_by.portal_messages.filter(title="资金已拨付").exists()


def test_second_payment_is_refused(office, claim):
    record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    with pytest.raises(RefusedError):
        record_payment(claim.pk, voucher=Voucher("另一张", PAPER.on), act=act(office.finance))
    assert Payment.objects.count() == 1


def test_returned_payment_can_be_paid_again_to_a_new_account(office, claim):
    record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    back = Voucher("退0001", date(2026, 6, 12))
    with pytest.raises(RefusedError, match="退票原因"):
        record_return(claim.pk, voucher=back, reason=" ", act=act(office.finance))
    with pytest.raises(RefusedError, match="不能早于"):
        record_return(claim.pk, voucher=Voucher("退", date(2026, 6, 9)), reason="户名不符", act=act(office.finance))
    record_return(claim.pk, voucher=back, reason="户名不符", act=act(office.finance))
    assert again(claim).status == ClaimStatus.APPROVED
    change_account(claim, account_number="9988776655443322")
    with pytest.raises(RefusedError, match="待确认"):
        record_payment(claim.pk, voucher=Voucher("锡财拨0002", date(2026, 6, 15)), act=act(office.finance))
    confirm(claim, office.acceptance)
    with pytest.raises(RefusedError, match="不能早于上次退票"):
        record_payment(claim.pk, voucher=Voucher("锡财拨0002", date(2026, 6, 11)), act=act(office.finance))
    record_payment(claim.pk, voucher=Voucher("锡财拨0002", date(2026, 6, 15)), act=act(office.finance))
    numbers = [payment.account["account_number"] for payment in Payment.objects.order_by("sequence")]
    assert numbers == ["0011223344556677", "0011223344556677", "9988776655443322"]


def test_who_decided_anything_on_the_claim_does_not_pay_it(office, claim):
    office.city.appointments.create(role=Role.FINANCE, region=wuxi())
    with pytest.raises(RefusedError, match="市级复审"):
        record_payment(claim.pk, voucher=PAPER, act=act(fresh(office.city)))
    assert again(claim).status == ClaimStatus.APPROVED
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("voucher", "words"), [(Voucher(" ", date(2026, 6, 10)), "凭证号"), (Voucher("1", date(2099, 1, 1)), "晚于今天")]
)
def test_payment_needs_a_voucher_of_a_day_that_has_come(office, claim, voucher, words):
    with pytest.raises(RefusedError, match=words):
        record_payment(claim.pk, voucher=voucher, act=act(office.finance))


def test_missing_award_stops_the_payment(office):
    other = approved(office, lines=[{"patent_no": "201710601862.3"} | _facts()])
    with pytest.raises(RefusedError, match="后台计算"):
        record_payment(other.pk, voucher=PAPER, act=act(office.finance))


def _facts():
    return {"patent_kind": "invention", "granted_on": "2021-05-10", "holders": "示例公司", "fees": "8000"}


def test_screen_records_a_payment_and_its_return(client, office, claim):
    client.force_login(office.finance)
    url = reverse("funding:payment", args=[claim.key])
    assert mask_number(claim.applicant.account_number) in client.get(url).content.decode()
    assert client.post(url, {"voucher": "", "on": "2026-06-10"}).status_code == 422
    assert client.post(url, {"voucher": "0001", "on": "2026-06-10"}).status_code == 422
    shown = client.get(url).context["form"]["shown"].value()
    assert client.post(url, {"voucher": "0001", "on": "2026-06-10", "shown": shown}).status_code == 302
    assert "登记退票" in client.get(url).content.decode()
    sent = {"voucher": "退0001", "on": "2026-06-11", "reason": "户名不符"}
    assert client.post(url, sent).status_code == 302
    html = client.get(reverse("funding:payments"), {"state": "returned"}).content.decode()
    assert claim.number in html
    assert "退票待重付" in html


def test_other_citys_finance_and_unapproved_claims_are_not_found(client, office, claim):
    pending = decided(office, lines=[{"patent_no": "201310699744.2"} | _facts()])
    client.force_login(office.finance)
    assert client.get(reverse("funding:payment", args=[pending.key])).status_code == 404
    client.force_login(make_official(Role.FINANCE, suzhou()))
    url = reverse("funding:payment", args=[claim.key])
    assert client.get(url).status_code == 404
    assert client.post(url, {"voucher": "1", "on": "2026-06-10"}).status_code == 404
    assert claim.number not in client.get(reverse("funding:payments")).content.decode()
    assert not Payment.objects.exists()


def test_sheet_has_account_as_text_total_by_formula_and_defused_cells(client, office, claim):
    payee = claim.payees.get()
    Payee.objects.create(claim=claim, **payee.fields | {"account_name": "=cmd|' /C calc'!A0"})
    client.force_login(office.finance)
    content = client.get(reverse("funding:payments_export")).content
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    heading = [cell.value for cell in sheet[3]]
    row = dict(zip(heading, sheet[4], strict=True))
    assert (row["账号"].value, row["账号"].data_type) == ("0011223344556677", "s")
    assert (row["户名"].value, row["户名"].data_type) == ("=cmd|' /C calc'!A0", "s")
    assert (row["金额（元）"].value, row["金额（元）"].data_type) == (5000, "n")
    assert row["金额大写"].value == yuan_in_words("5000.00")
    total = dict(zip(heading, sheet[5], strict=True))
    assert total["金额（元）"].value == "=SUM(H4:H4)"
    assert "待拨付 1 笔" in sheet["A2"].value
    values = openpyxl.load_workbook(BytesIO(content), data_only=True).active
    assert dict(zip(heading, (cell.value for cell in values[5]), strict=True))["金额（元）"] == 5000
    assert sheet.print_title_rows == "$3:$3"


def test_list_costs_the_same_for_one_row_and_for_three(client, office, claim, django_assert_num_queries):
    client.force_login(office.finance)
    url = reverse("funding:payments")
    client.get(url)
    with django_assert_num_queries(11):
        client.get(url)
    for number in ("201710601862.3", "97101765.4"):
        more = approved(office, lines=[{"patent_no": number} | _facts()])
        record_award(more, act=act())
    client.get(url)
    with django_assert_num_queries(11):
        client.get(url)


@pytest.mark.parametrize(
    "query", ["paid_from=abc", "paid_to=9999-12-31", "state=payed", "region=999999", "paid_form=2026-01-01"]
)
def test_a_filter_that_cannot_be_understood_lists_and_exports_nothing(client, office, claim, query):
    client.force_login(office.finance)
    for name in ("payments", "payments_export"):
        answer = client.get(f"{reverse(f'funding:{name}')}?{query}")
        assert answer.status_code == 400
        assert claim.number.encode() not in answer.content
        assert answer["Content-Type"].startswith("text/html")


def test_a_period_of_vouchers_holds_one_payment_and_a_sheet_never_adds_paid_to_unpaid(client, office, claim):
    record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    back = Voucher("退0001", date(2026, 6, 20))
    record_return(claim.pk, voucher=back, reason="户名不符", act=act(office.finance))
    found = {
        (first, last): filter_payments(
            payable_claims(office.finance), paid_from=date(2026, 6, first), paid_to=date(2026, 6, last)
        )
        for first, last in ((10, 10), (12, 18), (19, 30))
    }
    assert [list(claims) for claims in found.values()] == [[claim], [], [claim]]
    record_payment(claim.pk, voucher=Voucher("锡财拨0002", date(2026, 6, 25)), act=act(office.finance))
    client.force_login(office.finance)
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("funding:payments_export")).content))
    assert book.sheetnames == ["知识产权专项资金拨付表（已拨付）"]


def test_account_changed_after_approval_is_paid_only_once_an_officer_confirmed_it(client, office, claim):
    client.force_login(office.finance)
    url = reverse("funding:payment", args=[claim.key])
    shown = client.get(url).context["form"]["shown"].value()
    old = payee_of(claim).account_number
    assert change_account(claim, account_number="6217000000009999")
    assert payee_of(claim).account_number == old
    assert again(claim).applicant.account_number == old
    assert claim.created_by.portal_messages.filter(title="收款信息变更申请已提交").exists()
    page = client.get(url).content.decode()
    assert mask_number(old) in page
    assert "收款信息有变更待确认" in page
    confirm(claim, office.acceptance)
    sent = {"voucher": "0001", "on": "2026-06-10", "shown": shown}
    stale = client.post(url, sent)
    assert stale.status_code == 422
    assert "收款账户或付款记录已有变化" in stale.content.decode()
    assert not Payment.objects.exists()
    assert f"{old} → 6217000000009999" in client.get(url).content.decode()
    # The page that came back shows the new account, and carries its own hash.
    assert client.post(url, sent | {"shown": stale.context["form"]["shown"].value()}).status_code == 302
    assert Payment.objects.get().account["account_number"] == "6217000000009999"


def test_who_confirmed_the_new_account_does_not_pay_to_it(office, claim):
    change_account(claim, account_number="6217000000009999")
    confirm(claim, fresh(office.finance))
    with pytest.raises(RefusedError, match="由您确认"):
        record_payment(claim.pk, voucher=PAPER, act=act(fresh(office.finance)))


def test_after_a_return_the_account_registered_meanwhile_waits_for_an_officer(office, claim):
    record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    assert not change_account(claim, account_number="6217000000009999", reason="")
    record_return(claim.pk, voucher=Voucher("退1", date(2026, 6, 12)), reason="销户", act=act(office.finance))
    asked = PayeeRequest.objects.get()
    assert asked.after == {"account_number": "6217000000009999"}
    with pytest.raises(RefusedError, match="另一名"):
        decide_request(asked, confirm=True, reason="已核对", act=act(fresh(office.finance)))
    confirm(claim, office.acceptance)
    assert payee_of(claim).account_number == "6217000000009999"


def test_payment_is_not_dated_before_the_approval(office, claim):
    with pytest.raises(RefusedError, match="不能早于批准日期"):
        record_payment(claim.pk, voucher=Voucher("1", date(1900, 1, 1)), act=act(office.finance))


def test_number_of_another_awards_voucher_is_asked_about(client, office, claim):
    other = approved(office, lines=[{"patent_no": "201710601862.3"} | _facts()])
    record_award(other, act=act())
    record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    client.force_login(office.finance)
    url = reverse("funding:payment", args=[other.key])
    page = client.get(url)
    assert "同一凭证批量拨付多笔" not in page.content.decode()
    sent = {"voucher": PAPER.number, "on": "2026-06-10", "shown": page.context["form"]["shown"].value()}
    asked = client.post(url, sent)
    assert asked.status_code == 422
    assert f"已登记在 {claim.number}" in asked.content.decode()
    assert "同一凭证批量拨付多笔" in asked.content.decode()
    assert client.post(url, sent | {"is_shared": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([("paid", 1, "5000.01")], True),
        ([("paid", 1, "5000"), ("paid", 2, "5000")], True),
        ([("paid", 1, "3000"), ("paid", 2, "2000.01")], True),
        ([("returned", 1, "5000")], True),
        ([("paid", 2, "5000")], True),
        ([("paid", 1, "5000"), ("returned", 2, "5000"), ("paid", 3, "5000")], False),
        ([("paid", 1, "1666.68"), ("paid", 2, "3333.32")], False),
    ],
)
def test_database_itself_refuses_to_pay_an_award_twice_or_above_its_sum(office, claim, rows, refused):
    def write():
        for kind, sequence, amount in rows:
            Payment.objects.create(
                award=claim.award,
                sequence=sequence,
                kind=PaymentKind(kind),
                amount=Decimal(amount),
                voucher="1",
                on=PAPER.on,
                reason="退",
                officer=office.finance,
            )

    if refused:
        with pytest.raises(IntegrityError, match="between nothing and its sum"), transaction.atomic():
            write()
    else:
        write()


def test_verify_audit_names_a_payment_that_was_altered_past_the_triggers(office, claim):
    payment = record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    call_command("verify_audit")
    with past_the_triggers("funding_%"):
        Payment.objects.filter(pk=payment.pk).update(amount=Decimal(1))
    with pytest.raises(CommandError, match=f"funding.payment {payment.pk}"):
        call_command("verify_audit")


def test_parts_name_their_payers_lines_and_clause_and_add_up(office, claim):
    parts = {part.region_id: part for part in claim.award.parts.all()}
    assert {region: part.yuan for region, part in parts.items()} == {
        "320200": Decimal("3000.00"),
        "320211": Decimal("2000.00"),
    }
    assert all(part.line.region_id == region and part.basis for region, part in parts.items())
    extra = AwardPart(award=claim.award, region=suzhou(), line=parts["320200"].line, fen=1)
    with pytest.raises(IntegrityError, match="never above its sum"), transaction.atomic():
        extra.save()


@pytest.mark.postgres
def test_parts_below_the_award_are_refused_at_commit(office):
    claim = approved(office)
    line = BudgetLine.objects.filter(region=wuxi()).get()
    with pytest.raises(IntegrityError, match="add up to its sum"), transaction.atomic():
        award = Award.objects.create(claim=claim, total=claim.approved_amount)
        AwardPart.objects.create(award=award, region=wuxi(), line=line, fen=1)
        connection.check_constraints()


def test_finance_of_each_payer_and_the_auditor_read_the_claims_money(client, office, claim):
    url = reverse("funding:payment", args=[claim.key])
    for reader in (make_official(Role.FINANCE, binhu()), make_official(Role.AUDITOR, wuxi())):
        client.force_login(reader)
        page = client.get(url).content.decode()
        assert "3,000.00" in page
        assert "2,000.00" in page
        assert claim.number in client.get(reverse("funding:payments")).content.decode()
    assert client.post(url, {"voucher": "1", "on": "2026-06-10"}).status_code == 403
