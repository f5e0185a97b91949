"""Allocations by factors: computed once, checked by another, issued into the books, adjusted by a new one alone."""

import uuid
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from applications.claims.enums import ClaimStatus
from applications.rights.models import Right
from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError, StaleStateError
from portal.core.money import to_fen
from review.appropriations.calculation import calculation, shares_of
from review.appropriations.enums import AllocationState
from review.appropriations.figures import FIGURES
from review.appropriations.models import Allocation
from review.appropriations.selectors import use_of
from review.appropriations.services.allocations import (
    adjust_allocation,
    check_allocation,
    compute_allocation,
    issue_allocation,
    remove_factor,
    return_allocation,
    save_heading,
)
from review.appropriations.services.appropriations import recall_appropriation
from review.appropriations.sheets import calculation_pdf, calculation_sheet
from review.decisions.services.publicity import approve_list
from review.funding.awards import record_award
from review.treasury.models import BudgetLine, Posting
from review.treasury.selectors import line_figures
from review.treasury.services.books import BudgetShortError
from tests.factories import ApplicantFactory, ClaimFactory, UserFactory, act, binhu, make_official, suzhou, wuxi
from tests.review.appropriations.worlds import Treasury
from tests.review.notices.test_render import outside, text_of
from tests.review.treasury.test_awards import held
from tests.review.worlds import again, decided, on, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasury(db):
    return Treasury()


def figures_of(line):
    [figures] = line_figures([line])
    return figures.issued, figures.available


def test_issued_shares_add_up_to_the_pool_and_leave_the_citys_line(treasury):
    document = treasury.issued()

    # 60 % of 30/40 and 40 % of 1/4 is 55 %.
    assert {line.region_id: line.yuan for line in document.lines.all()} == {
        "320205": Decimal("135000.00"),
        "320211": Decimal("165000.00"),
    }
    assert figures_of(treasury.line) == (Decimal(700_000), Decimal(700_000))
    given = {line.region_id: line for line in treasury.line.given_to.all()}
    assert figures_of(given["320211"]) == (Decimal(165_000), Decimal(165_000))
    assert (given["320211"].function_code, given["320211"].is_controlled) == ("2011499", True)
    assert document.number == "无锡知指〔2026〕1号"
    assert set(AuditRecord.objects.values_list("action", flat=True)) >= {
        *(f"allocation.{name}" for name in ("draft", "compute", "check", "issue")),
        "appropriation.issue",
    }
    call_command("verify_ledger")
    call_command("verify_audit")


def test_two_people_make_an_allocation_and_only_the_citys_own(treasury):
    draft = treasury.draft()
    compute_allocation(draft.pk, revision=draft.revision, act=act(treasury.maker))
    with pytest.raises(RefusedError, match="另一人"):
        check_allocation(draft.pk, act=act(treasury.maker))
    for stranger in (treasury.binhu, make_official(Role.FINANCE, suzhou()), make_official(Role.CITY_OFFICER, wuxi())):
        with pytest.raises(PermissionDenied):
            check_allocation(draft.pk, act=act(stranger))
    with pytest.raises(RefusedError, match="待复核"):
        issue_allocation(draft.pk, act=act(treasury.maker))
    decider = make_official(Role.DECISION_MAKER, wuxi())
    check_allocation(draft.pk, act=act(decider))
    with pytest.raises(PermissionDenied):
        issue_allocation(draft.pk, act=act(decider))
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=draft.pk).update(checked_by=treasury.maker)


def test_computed_inputs_are_frozen_and_an_issued_allocation_never_changes(treasury):
    draft = treasury.draft()
    stale = draft.revision
    save_heading(draft.pk, title="改名", basis="依据", pool=Decimal(300_000), revision=stale, act=act(treasury.maker))
    with pytest.raises(StaleStateError):
        compute_allocation(draft.pk, revision=stale, act=act(treasury.maker))
    compute_allocation(draft.pk, revision=stale + 1, act=act(treasury.maker))
    with pytest.raises(RefusedError, match="退回"):
        remove_factor(draft.pk, position=0, revision=stale + 1, act=act(treasury.maker))
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(pk=draft.pk).update(inputs=[])
    return_allocation(draft.pk, reason="权重有误", act=act(treasury.checker))
    removed = remove_factor(draft.pk, position=1, revision=stale + 2, act=act(treasury.maker))
    with pytest.raises(RefusedError, match="权重之和"):
        compute_allocation(draft.pk, revision=removed.revision, act=act(treasury.maker))
    issued = treasury.issued().allocation
    for change in ({"title": "别的"}, {"state": AllocationState.DRAFT, "issued_at": None}, {"pool": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.filter(pk=issued.pk).update(**change)


def test_adjustment_moves_the_differences_alone_and_names_what_it_adjusts(treasury):
    first = treasury.issued(pool="300000", 因素=(100, 2, 1))
    made = adjust_allocation(first.allocation_id, reason="统计更正", key=uuid.uuid4(), act=act(treasury.maker))
    with pytest.raises(RefusedError, match="已由"):
        adjust_allocation(first.allocation_id, reason="再次", key=uuid.uuid4(), act=act(treasury.maker))
    compute_allocation(made.pk, revision=made.revision, act=act(treasury.maker))
    check_allocation(made.pk, act=act(treasury.checker))
    with pytest.raises(RefusedError, match="没有变化"):
        issue_allocation(made.pk, act=act(treasury.maker))
    return_allocation(made.pk, reason="改总额", act=act(treasury.checker))
    made.refresh_from_db()
    save_heading(
        made.pk, title="调整", basis="依据", pool=Decimal(150000), revision=made.revision, act=act(treasury.maker)
    )
    compute_allocation(made.pk, revision=made.revision + 1, act=act(treasury.maker))
    check_allocation(made.pk, act=act(treasury.checker))
    second = issue_allocation(made.pk, act=act(treasury.maker))

    assert {line.region_id: line.yuan for line in second.lines.all()} == {"320205": -50_000, "320211": -100_000}
    assert second.number == "无锡知指〔2026〕2号"
    assert {use.region.code: use.figures.issued for use in use_of(treasury.line)} == {
        "320205": 50_000,
        "320211": 100_000,
    }
    assert figures_of(treasury.line)[1] == Decimal(850_000)
    recall_appropriation(second.pk, reason="暂缓", act=act(treasury.checker))
    assert figures_of(treasury.line)[1] == Decimal(700_000)
    call_command("verify_ledger")


def test_pool_larger_than_what_is_available_is_refused_and_takes_no_number(treasury):
    with pytest.raises(BudgetShortError, match=r"可用 1,000,000\.00 元"):
        treasury.issued(pool="1000000.01")
    assert not BudgetLine.objects.exclude(given_from=None).exists()
    assert treasury.issued(pool="1000000").number == "无锡知指〔2026〕1号"


def test_city_part_of_an_award_is_taken_from_the_districts_lump_sum(treasury, office):
    treasury.issued(pool="300000", 因素=(100, 1, 0))
    claim = decided(office)
    lump = BudgetLine.objects.get(region=binhu(), given_from=treasury.line)

    taken = {line for (region, _), _ in held(claim).items() for line in [region]}
    assert taken == {"320211"}
    [use] = [use for use in use_of(treasury.line) if use.region == binhu()]
    answer = claim.decisions.order_by("-pk").first().assessment.answer
    assert use.used == use.held == Decimal(answer["city"])
    own = BudgetLine.objects.get(region=binhu(), given_from=None)
    assert Posting.objects.filter(account__line=own, account__kind="committed").get().amount == to_fen(
        answer["district"]
    )
    assert lump.year == own.year
    listed = publish(office, claim)
    approve_list(listed, act=on(listed.ends_on + timedelta(days=1), office.decider))
    award = record_award(again(claim), act=act(office.decider))
    assert {part.region_id: part.line_id for part in award.parts.all()} == {"320200": lump.pk, "320211": own.pk}
    with pytest.raises(BudgetShortError):
        recall_appropriation(treasury.line.appropriations.get().pk, reason="收回", act=act(treasury.checker))


VALUES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=12)


@given(st.integers(1, 10**12), VALUES, st.integers(0, 100), st.randoms())
def test_calculation_agrees_with_the_shares_adds_up_and_knows_no_order(pool, values, weight, random):
    codes = [f"{320201 + at}" for at in range(len(values))]
    inputs = [
        {
            "name": name,
            "weight": str(part),
            "values": {code: str(pair[at]) for code, pair in zip(codes, values, strict=True)},
        }
        for at, (name, part) in enumerate((("甲", weight), ("乙", 100 - weight)))
    ]
    if not any(part and any(pair[at] for pair in values) for at, part in ((0, weight), (1, 100 - weight))):
        with pytest.raises(RefusedError, match="均为零"):
            shares_of(pool, inputs)
        return
    shares = shares_of(pool, inputs)
    rows = calculation(pool, inputs)

    assert sum(shares.values()) == pool
    assert {row.code: row.share for row in rows} == shares
    assert sum(row.ratio for row in rows) == 1
    assert all(abs(row.share - row.ratio * pool) < 1 for row in rows)
    shuffled = [{**each, "values": dict(random.sample(sorted(each["values"].items()), len(codes)))} for each in inputs]
    random.shuffle(shuffled)
    assert shares_of(pool, shuffled) == shares


def test_figures_of_the_portal_count_the_years_claims_and_rights_by_district(db):
    ClaimFactory(status=ClaimStatus.APPROVED, approved_amount=Decimal("1000.50"))
    ClaimFactory(status=ClaimStatus.REJECTED)
    holder = ApplicantFactory()
    for number, day in enumerate(("2026-03-01", "2025-12-31")):
        Right.objects.create(
            applicant=holder,
            kind="patent",
            subject_key=str(number),
            facts={"granted_on": day},
            recorded_by=UserFactory(),
        )
    year = ClaimFactory(status=ClaimStatus.PAID, approved_amount=Decimal(1)).submitted_at.year
    codes = ["320205", "320211"]

    assert FIGURES["claims"].values(codes, year) == {"320205": 0, "320211": 2}
    assert FIGURES["applicants"].values(codes, year) == {"320205": 0, "320211": 2}
    assert FIGURES["sums"].values(codes, year) == {"320205": 0, "320211": Decimal("1001.50")}
    assert FIGURES["patents"].values(codes, 2026) == {"320205": 0, "320211": 1}
    assert FIGURES["claims"].values(codes, year - 1) == {"320205": 0, "320211": 0}


def test_sheets_say_values_weights_shares_and_total(treasury):
    issued = treasury.issued().allocation
    book = openpyxl.load_workbook(BytesIO(calculation_sheet(issued, made_by="甲")), data_only=True)
    cells = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert {135_000, 165_000, 300_000, "55.000000%"} <= set(cells)
    assert [cell.value for cell in book.worksheets[1][2]] == ["授权量", "60", "统计公报"]
    first, digest = calculation_pdf(issued)
    assert calculation_pdf(issued)[1] == digest
    assert not outside(first, left=37, top=28, right=262, bottom=184)
    text = text_of(first)
    assert all(word in text for word in ("165,000.00", "55.0000%", "叁拾万元整", "统计公报", "无锡知指〔2026〕1号"))
