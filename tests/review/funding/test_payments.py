"""Payments: once per claim, by somebody who decided nothing, with the account as it was."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.core.money import yuan_in_words
from review.funding.models import Award, Payment
from review.funding.selectors import filter_payments, payable_claims
from review.funding.services import Voucher, record_payment, record_return
from tests.factories import act, make_official, suzhou, wuxi
from tests.review.worlds import again, approved, decided, fresh

pytestmark = pytest.mark.django_db
PAPER = Voucher("锡财拨0001", date(2026, 6, 10))


@pytest.fixture(autouse=True)
def settings_of_the_test(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def claim(office):
    """Approved, with its award computed."""
    claim = approved(office)
    Award.objects.create(
        claim=claim,
        total=Decimal("5000.00"),
        city_share=Decimal("3000.00"),
        district_share=Decimal("2000.00"),
        basis="锡政办发〔2020〕11号",
    )
    return claim


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
    claim.applicant.account_number = "9988776655443322"
    claim.applicant.save(update_fields=["account_number"])
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


def test_incomplete_account_and_missing_award_stop_the_payment(office, claim):
    claim.applicant.cnaps_code = ""
    claim.applicant.save(update_fields=["cnaps_code"])
    with pytest.raises(RefusedError, match="联行号"):
        record_payment(claim.pk, voucher=PAPER, act=act(office.finance))
    other = approved(office, lines=[{"patent_no": "201710601862.3"} | _facts()])
    with pytest.raises(RefusedError, match="后台计算"):
        record_payment(other.pk, voucher=PAPER, act=act(office.finance))


def _facts():
    return {"patent_kind": "invention", "granted_on": "2021-05-10", "holders": "示例公司", "fees": "8000"}


def test_screen_records_a_payment_and_its_return(client, office, claim):
    client.force_login(office.finance)
    url = reverse("funding:payment", args=[claim.key])
    assert claim.applicant.account_number in client.get(url).content.decode()
    assert client.post(url, {"voucher": "", "on": "2026-06-10"}).status_code == 422
    assert client.post(url, {"voucher": "0001", "on": "2026-06-10"}).status_code == 302
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
    claim.applicant.account_name = "=cmd|' /C calc'!A0"
    claim.applicant.save(update_fields=["account_name"])
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
    with django_assert_num_queries(10):
        client.get(url)
    for number in ("201710601862.3", "97101765.4"):
        more = approved(office, lines=[{"patent_no": number} | _facts()])
        Award.objects.create(claim=more, total=Decimal("5000.00"))
    client.get(url)
    with django_assert_num_queries(10):
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
