"""A claim's money in the books: reserved by payer at the decision, committed at approval, paid, returned, released."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.core.money import to_fen
from review.decisions.services.decisions import support_claim
from review.decisions.services.objections import Objector, enter_objection, uphold_objection
from review.decisions.services.publicity import approve_list
from review.funding.awards import record_award
from review.treasury.enums import AccountKind, EntryKind, SourceKind
from review.treasury.models import BudgetLine, Entry, Posting
from review.treasury.selectors import claim_balances, line_figures
from review.treasury.services.awards import move_claim, payer_parts
from review.treasury.services.books import BudgetShortError
from review.treasury.services.lines import UNISSUED, LinePlan, create_line, issue_budget
from tests.factories import act, binhu, make_official, wuxi
from tests.review.paying import bring_back, pay
from tests.review.worlds import MINUTES, again, approved, city_passed, decided, expected, on, publish

pytestmark = pytest.mark.django_db
Kind = AccountKind


def held(claim):
    """Fen that the claim has anywhere, by payer and kind of account."""
    regions = dict(BudgetLine.objects.values_list("pk", "region_id"))
    return {(regions[line], kind): fen for (line, kind), fen in claim_balances(claim.pk).items() if fen}


def controlled(region, yuan, *, items=(), name="专项资金"):
    officer = make_official(Role.FINANCE, region)
    plan = LinePlan(name=name, source=SourceKind.CITY, items=list(items))
    line = create_line(region, year=2026, plan=plan, act=act(officer))
    issue_budget(line, amount=Decimal(yuan), paper_no="锡财指1号", key=uuid.uuid4(), act=act(officer))
    return line


def test_a_province_pays_its_part_and_a_district_that_of_its_towns(office):
    claim = decided(office)
    answer = {"amount": "100.01", "city": "33.33", "district": "25.57", "steps": []}
    of_four = answer | {"others": {"province": "30.00", "town": "11.11"}}
    parts = {part.region_id: part.fen for part in payer_parts(claim, claim.version, of_four)}
    assert parts == {"320000": 3000, "320200": 3333, "320211": 3668}
    claim.city.parent = None
    with pytest.raises(ValueError, match="没有上级省份"):
        payer_parts(claim, claim.version, of_four)
    assert len(payer_parts(claim, claim.version, answer)) == 2


def test_split_award_goes_through_the_books_by_payer(office):
    claim = decided(office)
    total = to_fen(claim.approved_amount)
    answer = claim.decisions.order_by("-pk").first().assessment.answer
    city, district = to_fen(answer["city"]), to_fen(answer["district"])
    assert city + district == total
    assert city == total * 60 // 100

    def in_kind(kind):
        return {
            ("320200", Kind.AVAILABLE): -city,
            ("320211", Kind.AVAILABLE): -district,
            ("320200", kind): city,
            ("320211", kind): district,
        }

    assert held(claim) == in_kind(Kind.COMMITTED)
    listed = publish(office, claim)
    approve_list(listed, act=on(date(2026, 6, 9), office.decider))
    assert held(claim) == in_kind(Kind.PAYABLE)
    award = record_award(again(claim), act=act(office.decider))
    assert (to_fen(award.city_share), to_fen(award.district_share)) == (city, district)
    pay(claim)
    assert held(claim) == in_kind(Kind.PAID)
    bring_back(claim, day=date(2026, 6, 11))
    assert held(claim) == in_kind(Kind.PAYABLE)
    figures = {row.line.region_id: row for row in line_figures(BudgetLine.objects.all())}
    assert figures["320200"].returned == figures["320200"].payable == award.city_share
    assert (
        list(Entry.objects.filter(claim=claim).order_by("at", "kind").values_list("kind", flat=True)).count(
            EntryKind.SETTLE
        )
        == 2
    )
    call_command("verify_ledger")


def test_budget_that_is_too_small_stops_the_decision_and_nothing_is_written(office):
    line = controlled(wuxi(), "0.01")
    claim = city_passed(office)
    with pytest.raises(BudgetShortError, match=r"可用 0\.01 元"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.decider), minutes=MINUTES)
    assert again(claim).status == ClaimStatus.FINAL_DECISION
    assert not Entry.objects.filter(claim=claim).exists()
    officer = make_official(Role.FINANCE, wuxi())
    issue_budget(line, amount=Decimal(100000), paper_no="追加", key=uuid.uuid4(), act=act(officer))
    support_claim(claim.pk, expected=expected(claim), act=act(office.decider), minutes=MINUTES)
    assert {name for _, name in lines_of(claim)} == {"专项资金", UNISSUED}


def lines_of(claim):
    rows = Posting.objects.filter(entry__claim=claim).values_list("account__line__region_id", "account__line__name")
    return set(rows)


def test_line_that_names_the_item_pays_before_the_one_for_all(office):
    controlled(wuxi(), "100000", name="全部事项")
    controlled(wuxi(), "100000", items=["wx2020-04-gb"], name="别的事项")
    controlled(wuxi(), "100000", items=["wx2020-01-inv"], name="专利资助")
    controlled(binhu(), "100000", name="区级配套")
    assert lines_of(decided(office)) == {("320200", "专利资助"), ("320211", "区级配套")}


def test_upheld_objection_gives_the_budget_back(office):
    line = controlled(wuxi(), "100000")
    claim = decided(office)
    listed = publish(office, claim)
    objector = Objector("王某", "13800000000")
    day = date(2026, 6, 2)
    objection = enter_objection(
        listed.entries.get(), objector=objector, text="重复", received_on=day, act=on(day, office.city)
    )
    uphold_objection(objection.pk, conclusion="属实", act=on(date(2026, 6, 3), office.hearer))
    assert held(claim) == {}
    assert line_figures([line])[0].available == Decimal(100000)


def test_nothing_moves_twice_and_nothing_moves_that_is_not_there(office):
    claim = approved(office)
    before = held(claim)
    for kind in (EntryKind.COMMIT, EntryKind.RELEASE, EntryKind.SETTLE, EntryKind.RETURN):
        move_claim(claim, kind, deed="again", act=act(None))
    assert held(claim) == before
    assert Posting.objects.aggregate(fen=Sum("amount"))["fen"] == 0
