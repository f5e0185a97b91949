"""Publicity, objections and approval."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from applications.claims.enums import ClaimStatus
from applications.ledger.models import LimitEntry
from applications.ledger.selectors import balances
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from portal.workdays.selectors import CalendarUnknownError
from review.decisions.enums import ObjectionState
from review.decisions.models import PublicityList
from review.decisions.services.objections import Objector, dismiss_objection, enter_objection, uphold_objection
from review.decisions.services.publicity import (
    PublicityPlan,
    approve_claim,
    approve_list,
    last_day,
    public_name,
    publish_claims,
)
from tests.applications.worlds import patent_facts
from tests.factories import ApplicantFactory, act, make_official, suzhou, wuxi
from tests.review.worlds import Office, again, city_passed, decided, on, publish

pytestmark = pytest.mark.django_db

SIGNED = Objector("王某", "13900000000")
MONDAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def made(module_transaction):
    """An office, and two claims that it decided on one list that began on a Monday."""
    office = Office()
    first = decided(office, lines=[patent_facts(1)])
    second = decided(office, lines=[patent_facts(2)])
    return office, (first, second, publish(office, first, second))


@pytest.fixture
def office(own, made):
    return own(made[0])


@pytest.fixture
def two(own, made):
    return own(made[1])


def object_to(office, listed, claim, **given):
    entry = listed.entries.get(claim=claim)
    fields = {"objector": SIGNED, "text": "专利权属有争议", "received_on": MONDAY + timedelta(days=1)} | given
    return enter_objection(entry, act=on(fields["received_on"], office.city), **fields)


def test_list_counts_its_first_day_and_freezes_what_the_public_sees(office, two):
    first, _, listed = two
    assert (listed.starts_on, listed.ends_on) == (MONDAY, date(2026, 6, 5))
    entry = listed.entries.get(claim=first)
    assert (entry.applicant_name, entry.amount, entry.count) == (first.applicant.name, Decimal("5000.00"), 1)
    assert again(first).status == ClaimStatus.PUBLICITY


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        (date(2026, 6, 1), 1, date(2026, 6, 1)),
        (date(2026, 6, 6), 5, date(2026, 6, 12)),  # a Saturday: the first counted day is Monday
        (date(2026, 9, 28), 6, date(2026, 10, 10)),  # over the October holidays, with Saturday the 10th worked
    ],
)
def test_working_days_follow_the_state_calendar(db, first, days, last):
    assert last_day(first, workdays=days) == last


def test_year_without_a_calendar_is_refused_loudly(monkeypatch):
    def unknown(first, *, days):
        raise CalendarUnknownError(first)

    monkeypatch.setattr("review.decisions.services.publicity.add_workdays", unknown)
    with pytest.raises(RefusedError, match="节假日安排"):
        last_day(date(2031, 3, 3), workdays=5)


def test_individual_is_published_by_family_name_only(db):
    person = ApplicantFactory(individual=True, name="欧阳小明")
    assert public_name(person) == "欧***"
    assert public_name(ApplicantFactory(individual=True, name="张")) == "张*"


def test_only_the_own_city_publishes_and_only_what_is_decided(office):
    claim = city_passed(office, lines=[patent_facts(9)])
    plan = PublicityPlan("名单", MONDAY, 5, "电话")
    with pytest.raises(RefusedError, match="待审定"):
        publish_claims(wuxi(), claim_ids=[claim.pk], plan=plan, act=on(MONDAY, office.city))
    stranger = make_official(Role.CITY_OFFICER, suzhou())
    with pytest.raises(PermissionDenied):
        publish_claims(wuxi(), claim_ids=[claim.pk], plan=plan, act=on(MONDAY, stranger))
    with pytest.raises(RefusedError, match="不由苏州市审定"):
        publish_claims(suzhou(), claim_ids=[claim.pk], plan=plan, act=on(MONDAY, stranger))
    with pytest.raises(RefusedError, match="早于今天"):
        publish_claims(wuxi(), claim_ids=[claim.pk], plan=plan, act=on(MONDAY + timedelta(days=1), office.city))
    assert PublicityList.objects.count() == 1  # the module's own


def test_approval_waits_for_the_end_of_the_last_day(office, two):
    first, _, listed = two
    with pytest.raises(RefusedError, match="2026-06-05"):
        approve_list(listed, act=on(listed.ends_on, office.decider))
    outcomes = approve_list(listed, act=on(listed.ends_on + timedelta(days=1), office.decider))
    assert [outcome.problem for outcome in outcomes] == ["", ""]
    assert again(first).status == ClaimStatus.APPROVED
    assert Job.objects.filter(kind="notices.issue_grant").count() == 2
    listed.refresh_from_db()
    assert listed.closed_at is not None


def test_objection_freezes_one_claim_and_no_other(office, two):
    first, second, listed = two
    objection = object_to(office, listed, first)
    assert again(first).status == ClaimStatus.OBJECTION
    assert objection.due_on == date(2026, 6, 15)
    outcomes = approve_list(listed, act=on(date(2026, 6, 8), office.decider))
    assert [outcome.claim.pk for outcome in outcomes] == [second.pk]
    assert again(first).status == ClaimStatus.OBJECTION
    with pytest.raises(RefusedError):
        approve_claim(first.pk, publicity=listed, act=on(date(2026, 6, 8), office.decider))
    listed.refresh_from_db()
    assert listed.closed_at is None


def test_time_line_and_messages_never_name_the_objector(office, two):
    first, _, listed = two
    object_to(office, listed, first)
    told = " ".join(first.events.values_list("reason", flat=True))
    told += " ".join(first.created_by.portal_messages.values_list("body", flat=True))
    assert "王某" not in told
    assert "权属有争议" not in told


def test_dismissed_objection_lets_the_claim_be_approved(office, two):
    first, _, listed = two
    objection = object_to(office, listed, first)
    dismiss_objection(objection.pk, conclusion="权属清晰，有登记簿副本", act=act(office.hearer))
    assert again(first).status == ClaimStatus.PUBLICITY
    approve_claim(first.pk, publicity=listed, act=on(date(2026, 6, 8), office.decider))
    assert again(first).status == ClaimStatus.APPROVED


def test_second_objection_keeps_the_claim_frozen_until_both_are_decided(office, two):
    first, _, listed = two
    one, other = object_to(office, listed, first), object_to(office, listed, first, text="费用不实")
    dismiss_objection(one.pk, conclusion="不成立", act=act(office.hearer))
    assert again(first).status == ClaimStatus.OBJECTION
    dismiss_objection(other.pk, conclusion="也不成立", act=act(office.hearer))
    assert again(first).status == ClaimStatus.PUBLICITY


def test_upheld_objection_refuses_releases_the_limits_and_promises_the_notice(office, two):
    first, _, listed = two
    other = object_to(office, listed, first, text="费用不实")
    objection = object_to(office, listed, first)
    taken = [entry.bucket.key for entry in LimitEntry.objects.filter(claim=first).select_related("bucket")]
    uphold_objection(objection.pk, conclusion="专利权已转让他人", act=act(office.hearer))
    claim = again(first)
    assert (claim.status, claim.approved_amount) == (ClaimStatus.REJECTED, None)
    assert {(b.amount, b.times) for b in balances(taken).values()} == {(Decimal("0.00"), 0)}
    assert Job.objects.get(kind="notices.issue_refusal").payload == {"claim_id": first.pk}
    other.refresh_from_db()
    assert other.state == ObjectionState.UPHELD
    with pytest.raises(RefusedError, match="不能再次办理"):
        dismiss_objection(objection.pk, conclusion="改判", act=act(office.hearer))


@pytest.mark.parametrize("decide", [uphold_objection, dismiss_objection])
def test_nobody_who_concluded_on_the_claim_decides_an_objection_to_it(office, two, decide):
    first, _, listed = two
    objection = object_to(office, listed, first)
    for involved in (office.city, office.decider):
        with pytest.raises(RefusedError, match="请由其他人员办理"):
            decide(objection.pk, conclusion="核实", act=act(involved))
    with pytest.raises(RefusedError, match="职责"):
        decide(objection.pk, conclusion="核实", act=act(office.finance))
    objection.refresh_from_db()
    assert objection.state == ObjectionState.OPEN
    assert LimitEntry.objects.filter(claim=first, kind="release").count() == 0


@pytest.mark.broad
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"objector": Objector("", "139")}, "实名"),
        ({"text": " "}, "实名"),
        ({"received_on": MONDAY - timedelta(days=1)}, "公示期内"),
        ({"received_on": date(2026, 6, 6)}, "公示期内"),
    ],
)
def test_anonymous_or_untimely_objection_is_refused(office, two, given, words):
    first, _, listed = two
    with pytest.raises(RefusedError, match=words):
        object_to(office, listed, first, **given)
    assert again(first).status == ClaimStatus.PUBLICITY
