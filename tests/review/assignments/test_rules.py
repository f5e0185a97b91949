"""Assignment by rule when a claim arrives, by hand in bulk with undo, and what supervisors see."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.accounts.models import Appointment
from portal.core.errors import RefusedError
from portal.recusal.services import declare_recusal
from review.assignments.enums import Ending, Way
from review.assignments.models import Assignment, Rule
from review.assignments.selectors.load import appointments_supervised, load_of
from review.assignments.services import arrival
from review.assignments.services.absences import enter_absence
from review.assignments.services.bulk import Planned, assign_claims, plan_assignments, undo_assignments
from review.assignments.services.holding import take_claim
from review.assignments.services.rules import write_rule
from review.decisions.services.decisions import accept_claim, support_claim
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, suzhou, wuxi
from tests.review.decisions.pages import as_
from tests.review.worlds import accepted, expected, fresh, submitted

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def admin(db):
    return make_official(Role.SYSTEM_ADMIN, wuxi())


@pytest.fixture
def trio(office):
    """The first officers of Binhu."""
    return [office.first, *(make_official(Role.DISTRICT_FIRST, binhu()) for _ in range(2))]


def rule_of(admin, way, people=(), weights=(), **given):
    shares = dict(zip((one.pk for one in people), weights or [1] * len(people), strict=True))
    values = {"status": ClaimStatus.DISTRICT_REVIEW, "item": None, "is_active": True} | given
    return write_rule(binhu(), way=way, weights=shares, act=act(admin), **values)


def arrive(office, count):
    return [accepted(office, lines=[patent_facts(number)]) for number in range(1, count + 1)]


def holders(claims):
    rows = Assignment.objects.open().filter(claim__in=claims, status=ClaimStatus.DISTRICT_REVIEW)
    found = dict(rows.values_list("claim_id", "officer_id"))
    return [found.get(claim.pk) for claim in claims]


@pytest.mark.parametrize(
    ("way", "weights", "turns"),
    [
        (Way.ROUND_ROBIN, (), [0, 1, 2, 0]),
        (Way.LEAST_LOAD, (1, 2, 2), [0, 1, 2, 1]),
        (Way.FIXED, (), [0, 0, 0, 0]),
    ],
)
def test_rule_gives_arriving_claims_their_officers(office, trio, way, weights, turns):
    rule_of(make_official(Role.SYSTEM_ADMIN, wuxi()), way, trio, weights)
    assert holders(arrive(office, 4)) == [trio[turn].pk for turn in turns]


def test_rule_passes_over_who_is_away_or_recused_and_leaves_the_rest_to_all_with_a_reason(office, admin, trio):
    rule_of(admin, Way.FIXED, trio[:2])
    enter_absence(trio[0], deputy=None, starts_on=TODAY, ends_on=TODAY, act=act(trio[0]))
    first = submitted()
    accept_claim(first.pk, expected=expected(first), act=act(office.acceptance))
    assert holders([first]) == [trio[1].pk]
    second = submitted(lines=[patent_facts(2)])
    declare_recusal(second.applicant, ground="other", reason="旧识", act=act(trio[1]))
    accept_claim(second.pk, expected=expected(second), act=act(office.acceptance))
    left = Assignment.objects.get(claim=second, status=ClaimStatus.DISTRICT_REVIEW)
    assert (left.officer, left.ending) == (None, Ending.UNASSIGNED)
    assert "外出" in left.note
    assert "回避" in left.note


def test_fault_of_a_rule_never_fails_the_step(office, admin, trio, monkeypatch):
    rule_of(admin, Way.ROUND_ROBIN, trio)
    monkeypatch.setattr(arrival, "_assign", lambda *_, **__: 1 / 0)
    claim = accepted(office)
    assert claim.status == ClaimStatus.DISTRICT_REVIEW
    assert "分派时出错" in Assignment.objects.get(claim=claim).note


def test_rule_of_an_item_comes_before_the_general_one_and_an_inactive_one_counts_nothing(office, admin, trio):
    claim = accepted(office)
    rule_of(admin, Way.FIXED, trio[:1])
    rule_of(admin, Way.FIXED, trio[1:2], item=claim.item)
    assert holders([accepted(office, lines=[patent_facts(8)])]) == [trio[1].pk]
    rule_of(admin, Way.FIXED, trio[1:2], item=claim.item, is_active=False)
    assert holders([accepted(office, lines=[patent_facts(9)])]) == [trio[0].pk]
    assert Rule.objects.count() == 2


def test_rule_is_written_by_an_administrator_of_the_region_with_officers_of_the_stage(office, admin, trio):
    with pytest.raises(PermissionDenied):
        rule_of(make_official(Role.SYSTEM_ADMIN, suzhou()), Way.ROUND_ROBIN, trio)
    with pytest.raises(RefusedError, match="职责"):
        rule_of(admin, Way.ROUND_ROBIN, [office.city])
    with pytest.raises(RefusedError, match="权重"):
        rule_of(admin, Way.LEAST_LOAD, trio, (1, 2, 11))
    with pytest.raises(RefusedError, match="至少"):
        rule_of(admin, Way.FIXED)


def test_bulk_shows_a_plan_assigns_it_once_and_is_undone_until_somebody_acted(office, trio):
    claims = arrive(office, 4)
    planned = plan_assignments(claims, way=Way.ROUND_ROBIN, officers=trio[:2], act=act(office.second))
    assert [one.officer for one in planned] == [trio[0], trio[1], trio[0], trio[1]]
    assert not Assignment.objects.filter(status=ClaimStatus.DISTRICT_REVIEW).exists()
    batch = uuid4()
    take_claim(claims[1].pk, act=act(trio[2]))
    wrong = Planned(claims[3], office.city)
    outcomes = assign_claims([*planned[:3], wrong], batch=batch, act=act(office.second))
    assert [bool(one.officer) for one in outcomes] == [True, True, True, False]
    assert "职责" in outcomes[3].problem
    before = Assignment.objects.count()
    assign_claims([*planned[:3], wrong], batch=batch, act=act(office.second))
    assert Assignment.objects.count() == before
    support_claim(claims[0].pk, expected=expected(claims[0]), act=act(trio[0]))
    with pytest.raises(PermissionDenied):
        undo_assignments(batch, act=act(office.city))
    assert undo_assignments(batch, act=act(office.second)) == (2, 1)
    assert holders(claims) == [None] * 4
    stranger = plan_assignments(claims[1:2], way=Way.LEAST_LOAD, act=act(trio[0]))
    assert stranger[0].officer is None


def test_supervisor_sees_open_late_done_and_away_and_assigns_from_there(client, settings, office, trio):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claims = arrive(office, 3)
    take_claim(claims[0].pk, act=act(trio[0]))
    support_claim(claims[0].pk, expected=expected(claims[0]), act=act(trio[0]))
    take_claim(claims[1].pk, act=act(trio[0]))
    enter_absence(trio[1], deputy=trio[2], starts_on=TODAY, ends_on=TODAY, act=act(office.second))
    rows = load_of(list(appointments_supervised(fresh(office.second)).filter(role=Role.DISTRICT_FIRST)))
    seen = {row.appointment.user: (row.open, row.overdue, row.done, bool(row.absence)) for row in rows}
    assert seen == {trio[0]: (1, 0, 1, False), trio[1]: (0, 0, 0, True), trio[2]: (0, 0, 0, False)}
    as_(client, office.second)
    desk = f"?desk=district_first-{binhu().pk}"
    assert trio[0].name in client.get(reverse("assignments:load") + desk).content.decode()
    asked = {"source": "", "way": "least_load", "most": 10, "officers": [trio[2].pk], "intent": "preview"}
    plan = client.post(reverse("assignments:assign") + desk, asked).content.decode()
    assert f'value="{claims[2].pk}:{trio[2].pk}"' in plan
    client.post(reverse("assignments:assign") + desk, {"intent": "assign", "row": f"{claims[2].pk}:{trio[2].pk}"})
    assert holders(claims) == [None, trio[0].pk, trio[2].pk]
    batch = Assignment.objects.exclude(batch=None).get().batch
    client.post(reverse("assignments:undo", args=[batch]))
    assert holders(claims) == [None, trio[0].pk, None]
    assert client.post(reverse("assignments:assign") + desk, asked | {"most": 0}).status_code == 422


def test_administrator_writes_a_rule_on_its_page(client, settings, admin, trio):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    as_(client, admin)
    address = reverse("assignments:rule", args=[binhu().pk, ClaimStatus.DISTRICT_REVIEW])
    sent = {"way": "least_load", "is_active": "on", f"weight_{trio[0].pk}": 2, f"weight_{trio[1].pk}": 1}
    assert client.post(address, sent).status_code == 302
    assert trio[0].name in client.get(reverse("assignments:rules")).content.decode()
    assert [one.weight for one in Rule.objects.get().members.all()] == [2, 1]
    assert client.post(address, {"way": "fixed", "is_active": "on"}).status_code == 422
    Appointment.objects.filter(user=trio[1]).update(revoked_at=timezone.now())
    assert client.get(f"{address}?item=").status_code == 200
