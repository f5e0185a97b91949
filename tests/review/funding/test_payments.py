"""The money of claims: parts by payer, lists and sheets of it, and what the database holds of payments."""

import re
import uuid
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications.payees.models import Payee
from portal.accounts.enums import Role
from portal.core.money import yuan_in_words
from portal.core.triggers import REFUSAL
from review.funding.awards import record_award
from review.funding.models import Award, AwardPart, Payment, PaymentKind
from review.funding.selectors import filter_payments, payable_claims
from review.payments.enums import LineState
from review.payments.models import Disbursement
from review.payments.services.lines import Voucher, confirm_correction, settle_batch
from review.treasury.models import BudgetLine
from tests.factories import act, binhu, make_official, suzhou, wuxi
from tests.portal.audit.test_verify import past_the_triggers
from tests.review.paying import DAY, bring_back, pay, sent
from tests.review.worlds import Office, approved, decided, on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def settings_of_the_test(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture(scope="module")
def made(module_transaction):
    """An office, and a claim that it approved, with its award computed."""
    office = Office()
    claim = approved(office)
    record_award(claim, act=act())
    return office, claim


@pytest.fixture
def office(own, made):
    return own(made[0])


@pytest.fixture
def claim(own, made):
    return own(made[1])


def _facts():
    return {"patent_kind": "invention", "granted_on": "2021-05-10", "holders": "示例公司", "fees": "8000"}


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
    assert (row["账号"].value, row["账号"].data_type) == (payee.account_number, "s")
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
    with django_assert_num_queries(12):
        client.get(url)
    for number in ("201710601862.3", "97101765.4"):
        more = approved(office, lines=[{"patent_no": number} | _facts()])
        record_award(more, act=act())
    client.get(url)
    with django_assert_num_queries(12):
        client.get(url)


def test_a_payer_sees_what_is_left_of_its_own_parts(client, office, claim):
    city, district = office.finance, make_official(Role.FINANCE, binhu())
    batch = sent(claim.award.parts.get(region=wuxi()))
    shown = []
    for is_paid in (False, True):
        if is_paid:
            settle_batch(batch, voucher=Voucher("拨1", DAY), act=on(DAY, batch.released_by))
        for payer in (city, district):
            client.force_login(payer)
            rows = [client.get(reverse("funding:payments"), {"state": state}) for state in ("approved", "paid")]
            unpaid = rows[0].context["unpaid"]
            listed = [[row.label for row in page.context["rows"]] for page in rows]
            shown.append((unpaid.total, *listed))
            desk = re.sub(r"<[^>]*>|\s", "", client.get(reverse("home")).content.decode())
            assert f"{unpaid.total:,.2f}元{'1件' if listed[0] else '没有待拨付的申报'}" in desk
    assert shown == [
        (Decimal(3000), ["待拨付"], []),
        (Decimal(2000), ["待拨付"], []),
        (Decimal(0), [], ["本级已拨付"]),
        (Decimal(2000), ["部分拨付"], []),
    ]


def test_page_of_a_claims_money_leads_each_reader_only_to_what_they_may_open(client, office, claim):
    pay(claim)
    payers = {line.part.region_id: line.reference for line in Disbursement.objects.select_related("part")}
    url = reverse("funding:payment", args=[claim.key])
    for person, seen in (
        (office.finance, {"320200"}),
        (make_official(Role.FINANCE, binhu()), {"320211"}),
        (make_official(Role.AUDITOR, wuxi()), {"320200", "320211"}),
    ):
        client.force_login(person)
        page = client.get(url).content.decode()
        links = re.findall(r'href="(/payments/lines/[^"]+)">(\w+)<', page)
        assert {reference for _, reference in links} == {payers[region] for region in seen}
        assert all(reference in page for reference in payers.values())
        assert {client.get(link).status_code for link, _ in links} == {200}


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
    pay(claim)
    bring_back(claim, day=date(2026, 6, 20))
    found = {
        (first, last): filter_payments(
            payable_claims(office.finance), paid_from=date(2026, 6, first), paid_to=date(2026, 6, last)
        )
        for first, last in ((10, 10), (12, 18), (19, 30))
    }
    assert [list(claims) for claims in found.values()] == [[claim], [], [claim]]
    for line in Disbursement.objects.filter(state=LineState.NEEDS_CORRECTION):
        other = make_official(Role.FINANCE, line.part.region)
        confirm_correction(line, reason="账户无误", act=on(date(2026, 6, 21), other))
    pay(claim, day=date(2026, 6, 25))
    client.force_login(office.finance)
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("funding:payments_export")).content))
    assert book.sheetnames == ["知识产权专项资金拨付表（已拨付）"]


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
                on=DAY,
                reason="退",
                officer=office.finance,
            )

    if refused:
        with pytest.raises(IntegrityError, match="between nothing and its sum"), transaction.atomic():
            write()
    else:
        write()


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO funding_awardpart (award_id, region_id, line_id, fen, basis)"
            " SELECT award_id, '320500', line_id, 1, '' FROM funding_awardpart WHERE region_id = '320200'"
        ),
        "UPDATE funding_awardpart SET fen = fen + 1",
        "UPDATE funding_award SET total = total + 1",
        "UPDATE payments_disbursement SET fen = fen + 1",
        "UPDATE payments_disbursement SET part_id = (SELECT MIN(part_id) FROM payments_disbursement)",
        "UPDATE funding_payment SET amount = amount + 1",
        (
            'INSERT INTO funding_payment (award_id, part_id, sequence, kind, amount, voucher, "on", reason, account,'
            ' officer_id, at) SELECT award_id, part_id, 3, kind, 0.01, voucher, "on", reason, account, officer_id, at'
            " FROM funding_payment WHERE sequence = 1"
        ),
        (
            "INSERT INTO payments_disbursement (key, part_id, batch_id, stage, attempt, fen, debt, state, milestone,"
            " milestone_paper, payee, payee_sha256, payment_id, reason, officer_id) SELECT %s, part_id, NULL, 2, 1, 1,"
            " '', 'waiting', '', '', payee, '', NULL, '', NULL FROM payments_disbursement WHERE stage = 1 LIMIT 1"
        ),
    ],
)
def test_no_statement_brings_parts_disbursements_or_payments_above_what_was_awarded(office, claim, statement):
    suzhou()
    pay(claim)
    given = [uuid.uuid4().hex] if "%s" in statement else []
    said = f"{REFUSAL}|never above its sum|between nothing and its sum"
    with pytest.raises(IntegrityError, match=said), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


def test_verify_audit_names_a_payment_that_was_altered_past_the_triggers(office, claim):
    pay(claim)
    payment = Payment.objects.get(sequence=1)
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
    claim = approved(office, lines=[{"patent_no": "201310699744.2"} | _facts()])
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
