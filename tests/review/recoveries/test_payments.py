"""Recoveries and payments: what waits is cut, what is in a batch stands in the way, debts are set off visibly."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.core.errors import RefusedError
from review.funding.selectors import standing_parts
from review.payments.debts import debts_of
from review.payments.enums import RowState
from review.payments.models import Batch
from review.payments.services.answers import read_answer, take_answer
from review.payments.services.batches import (
    Criteria,
    dissolve_batch,
    open_batch,
    open_single,
    prepare_batch,
    release_batch,
)
from review.payments.services.lines import Voucher, fail_line, settle_batch
from review.recoveries.enums import RecoveryState
from review.recoveries.selectors import debt_of, in_kind
from review.recoveries.services.awards import terminate_claim
from review.treasury.enums import AccountKind, SourceKind
from review.treasury.models import BudgetLine
from review.treasury.selectors import book_problems, claim_balances, lines_of_claim
from review.treasury.services.lines import LinePlan, create_line, give_to_districts, issue_budget
from tests.applications.worlds import patent_facts
from tests.chain import altered_at_commit
from tests.factories import act, binhu, wuxi
from tests.review.paying import pay, sent, treasurers
from tests.review.recoveries.worlds import DAY, awarded, decided_recovery, heard, served
from tests.review.worlds import again, on

pytestmark = pytest.mark.django_db


def waiting(claim):
    """What a batch of each payer would send of a claim, in fen."""
    lines = {}
    for region in (claim.city, claim.region):
        officer = treasurers(region)[0]
        try:
            batch = open_batch(region, Criteria(claim_id=claim.pk), act=on(DAY, officer))
        except RefusedError:
            continue
        lines[region.pk] = sum(line.fen for line in batch.lines.all())
        dissolve_batch(batch, reason="只看", act=on(DAY, officer))
    return lines


@pytest.mark.parametrize("was_in_a_batch", [False, True])
def test_lowered_award_is_paid_at_its_lower_sum_and_an_ended_one_not_at_all(office, was_in_a_batch):
    claim = awarded(office)
    if was_in_a_batch:
        assert sum(waiting(claim).values()) == 500000
    decided_recovery(office, claim, "1234.57")
    assert waiting(claim) == standing_parts(claim.award)
    terminate_claim(claim.pk, reason="严重失信", act=on(DAY, office.decider))
    assert waiting(claim) == {}
    assert altered_at_commit() == []


def test_what_is_in_a_batch_is_taken_out_first(office):
    claim = awarded(office)
    first, _ = treasurers(claim.city)
    part = claim.award.parts.select_related("region", "award__claim").get(region=claim.city)
    batch = open_single(part, act=on(DAY, first))
    with pytest.raises(RefusedError, match="支付批次"):
        terminate_claim(claim.pk, reason="严重失信", act=on(DAY, office.decider))
    dissolve_batch(batch, reason="停止支付", act=on(DAY, first))
    terminate_claim(claim.pk, reason="严重失信", act=on(DAY, office.decider))
    assert again(claim).status == ClaimStatus.TERMINATED


def test_debt_is_set_off_against_the_next_payment_of_its_payer(office, time_machine):
    time_machine.move_to(on(DAY).at)
    claim = awarded(office, lines=[patent_facts(1)])
    pay(claim)
    other = awarded(office, lines=[patent_facts(2)], member=claim.created_by)
    recovery = served(office, again(claim), "4000")
    assert (recovery.fen, debt_of(claim.applicant_id)) == (100000, 100000)
    day = DAY + timedelta(days=2)
    time_machine.move_to(on(day).at)
    for region, owed in ((claim.city, 60000), (claim.region, 40000)):
        first, second = treasurers(region)
        batch = open_batch(region, Criteria(claim_id=other.pk), act=on(day, first))
        batch = prepare_batch(batch, withhold=True, act=on(day, first))
        assert batch.lines.exclude(debt="").get().fen == owed
        release_batch(batch, shown=batch.lines_sha256, act=on(day, second))
    recovery.refresh_from_db()
    assert (recovery.state, debt_of(claim.applicant_id)) == (RecoveryState.SETTLED, 0)
    assert [receipt.principal_fen for receipt in recovery.receipts.all()] == [60000, 40000]
    assert list(book_problems()) == []
    assert altered_at_commit() == []


@pytest.mark.parametrize("was_in_a_batch", [False, True])
@pytest.mark.parametrize(("payer", "new_sum", "left"), [("320200", "2000", "320211"), ("320211", "3000", "320200")])
def test_one_payers_part_is_revoked_before_payment_and_the_other_is_paid(office, payer, new_sum, left, was_in_a_batch):
    claim = awarded(office)
    if was_in_a_batch:
        waiting(claim)
    before = standing_parts(claim.award)
    decided_recovery(office, claim, new_sum, payer=payer)
    assert standing_parts(claim.award) == {left: before[left]}
    assert again(claim).status == ClaimStatus.APPROVED
    assert waiting(claim) == {left: before[left]}
    by_region = lines_of_claim(claim.pk)
    held = {(line, kind): fen for (line, kind), fen in claim_balances(claim.pk).items() if fen}
    assert held == {
        (by_region[left], AccountKind.AVAILABLE): -before[left],
        (by_region[left], AccountKind.PAYABLE): before[left],
    }
    terminate_claim(claim.pk, reason="严重失信", act=on(DAY, office.decider))
    assert not any(claim_balances(claim.pk).values())
    assert waiting(claim) == {}
    assert list(book_problems()) == []
    assert altered_at_commit() == []


@pytest.mark.parametrize("payer", ["320200", "320211"])
def test_one_payers_part_is_lowered_after_payment_and_demanded_of_its_line_alone(office, payer):
    claim = awarded(office)
    pay(claim)
    before = standing_parts(claim.award)
    made = decided_recovery(office, again(claim), "4000", payer=payer)
    assert made.fen == 100000
    assert standing_parts(claim.award) == before | {payer: before[payer] - 100000}
    assert in_kind(claim.pk, AccountKind.DUE) == {lines_of_claim(claim.pk)[payer]: 100000}


def test_more_than_a_payers_part_is_not_taken_off_it(office):
    claim = awarded(office)
    with pytest.raises(RefusedError, match="不能超过这一部分"):
        heard(office, claim, "1000", payer="320200")


def test_lowered_award_is_paid_when_its_lower_sum_is_out(office):
    claim = awarded(office)
    decided_recovery(office, claim, "1234.57")
    for region in (claim.city, claim.region):
        assert again(claim).status == ClaimStatus.APPROVED
        first, second = treasurers(region)
        batch = open_batch(region, Criteria(), act=on(DAY, first))
        batch = prepare_batch(batch, withhold=False, act=on(DAY, first))
        release_batch(batch, shown=batch.lines_sha256, act=on(DAY, second))
        settle_batch(batch, voucher=Voucher("锡拨1", DAY, is_shared=True), act=on(DAY, second))
    assert again(claim).status == ClaimStatus.PAID
    assert list(book_problems()) == []


def test_what_comes_back_of_a_recovered_payment_belongs_to_the_recovery(office):
    claim = awarded(office)
    batch = pay(claim)[0]
    served(office, again(claim), "4000")
    line, officer = batch.lines.get(), on(DAY, batch.released_by)
    with pytest.raises(RefusedError, match="已决定追缴"):
        fail_line(line, voucher=Voucher("退1", DAY), reason="销户", act=officer)
    upload = SimpleUploadedFile("回盘.csv", f"流水号,金额,结果\n{line.reference},3000,退票\n".encode())
    file, _ = take_answer(batch.region, upload, batch=batch, act=officer)
    read_answer(file.pk)
    row = file.rows.get()
    assert (row.state, "已决定追缴" in row.note) == (RowState.UNMATCHED, True)
    assert again(claim).status == ClaimStatus.PAID


def test_lump_sum_given_to_a_district_stays_apart_from_its_own_money(office):
    """Both lines are the district's: what the city pays, and what is owed to it, is on the city's lump sum alone."""
    city, district = (treasurers(region)[0] for region in (wuxi(), binhu()))
    year = timezone.localdate().year
    for officer, region in ((city, wuxi()), (district, binhu())):
        line = create_line(region, year=year, plan=LinePlan("专项", SourceKind.CITY), act=act(officer))
        issue_budget(line, amount=Decimal(9000), paper_no="指标文", key=uuid.uuid4(), act=act(officer))
    lump = BudgetLine.objects.get(region="320200", is_controlled=True)
    give_to_districts(lump, {"320211": 900000}, deed=uuid.uuid4(), paper_no="下达1号", act=act(city))
    claim = awarded(office)
    given = BudgetLine.objects.get(given_from=lump)
    parts = {part.region_id: part for part in claim.award.parts.select_related("region", "award__claim")}
    assert (parts["320200"].line, parts["320211"].line.region_id) == (given, "320211")
    for part in parts.values():
        sent(part)
        held = claim_balances(claim.pk)
        assert held[part.line_id, AccountKind.IN_TRANSIT] == part.fen
    for batch in Batch.objects.all():
        settle_batch(batch, voucher=Voucher("锡拨1", DAY, is_shared=True), act=on(DAY, batch.released_by))
    served(office, again(claim), "4000")
    applicant = claim.applicant_id
    assert {code: [debt.fen for debt in debts_of({applicant}, code)[applicant]] for code in parts} == {
        "320200": [60000],
        "320211": [40000],
    }
