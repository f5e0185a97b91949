"""Before a decision is final: conclusions are taken back, claims sent back, lists withdrawn, sums lowered."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from applications.claims.enums import RELEASED, ClaimStatus, Route
from applications.claims.workflow import (
    APPLICANT,
    STATUS_OF_STEP,
    may_act,
    procedure_of,
    reviewer_of,
    workflow_of,
)
from applications.ledger.models import LimitEntry
from applications.ledger.selectors import balances
from policies.engine.procedure import CITY_ONLY
from policies.engine.terms import DEPARTURES
from portal.accounts.enums import Role
from portal.core.errors import RefusedError, StaleStateError
from review.decisions.enums import ObjectionState
from review.decisions.models import Objection, PublicityList
from review.decisions.services.decisions import (
    LineSum,
    accept_claim,
    confirm_district_review,
    send_back,
    support_claim,
)
from review.decisions.services.objections import Objector, enter_objection, redecide_objection
from review.decisions.services.publicity import PublicityPlan, approve_list, publish_claims, withdraw_list
from review.decisions.services.ways_back import take_back
from review.treasury.selectors import claim_balances
from tests.applications.worlds import patent_facts
from tests.factories import act, make_official, wuxi
from tests.review.decisions.pages import as_
from tests.review.worlds import (
    MINUTES,
    accepted,
    again,
    city_passed,
    confirmed,
    decided,
    expected,
    on,
    publish,
    reviewed,
)

S = ClaimStatus
# Every procedure that a document or a call may set.
WAYS = [
    (route, ",".join(word for word in DEPARTURES if word in chosen))
    for route in Route
    for number in range(len(DEPARTURES) + 1)
    for chosen in combinations(DEPARTURES, number)
    if not (route == Route.DISTRICT and CITY_ONLY in chosen)
]
ENDS = (RELEASED | {S.PAID, S.RECOGNISED}) - {S.DRAFT}
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.mark.parametrize("way", WAYS)
def test_every_state_but_the_ends_has_a_way_out_for_somebody_and_an_end_in_reach(way):
    ways = {}
    for row in workflow_of(*way):
        for source in row.sources:
            if row.parties:
                ways.setdefault(source, set()).add(row.target_from(source) or S.SUBMITTED)
    states = {S.DRAFT, *(target for targets in ways.values() for target in targets)}
    steps = {STATUS_OF_STEP[step] for step in procedure_of(*way).steps}
    assert states == steps | ENDS | {S.DRAFT, S.CORRECTION, S.PUBLICITY, S.OBJECTION}
    for status in states - ENDS:
        assert ways[status] - {status}, f"{status} has no way out"
        reached, fresh = set(), {status}
        while fresh:
            reached |= fresh
            fresh = set().union(*(ways.get(each, set()) for each in fresh)) - reached
        assert reached & ENDS, f"{status} leads to no end"
    # Offices never wait for an applicant who does not answer.
    theirs = {source for row in workflow_of(*way) if row.parties - {APPLICANT} for source in row.sources}
    assert states - ENDS - {S.DRAFT} <= theirs
    for status in states - ENDS - {S.DRAFT, S.CORRECTION}:
        assert any(
            may_act(row.action, status, reviewer_of(status, *way), way[0], departures=way[1])
            for row in workflow_of(*way)
        ), f"who has {status} can do nothing"


def nothing_is_held(claim):
    keys = LimitEntry.objects.filter(claim=claim).values_list("bucket__key", flat=True)
    assert all((held.amount, held.times) == (0, 0) for held in balances(keys).values())
    assert not any(claim_balances(claim.pk).values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reach", "who", "back_at"),
    [
        (accepted, "acceptance", S.SUBMITTED),
        (reviewed, "first", S.DISTRICT_REVIEW),
        (confirmed, "second", S.DISTRICT_CONFIRMATION),
        (city_passed, "city", S.CITY_REVIEW),
        (decided, "decider", S.FINAL_DECISION),
    ],
)
def test_officer_takes_the_own_conclusion_back_and_concludes_again(office, reach, who, back_at):
    claim, officer = reach(office), getattr(office, who)
    others = set(vars(office).values()) - {officer, office.city, office.hearer}
    for other in others:
        with pytest.raises(PermissionDenied):
            take_back(claim.pk, expected=expected(claim), reason="看错", act=act(other))
    with pytest.raises(RefusedError, match="理由"):
        take_back(claim.pk, expected=expected(claim), reason=" ", act=act(officer))
    page = expected(claim)
    take_back(claim.pk, expected=page, reason="金额看错", act=act(officer))
    claim = again(claim)
    assert (claim.status, claim.round, claim.approved_amount) == (back_at, 2, None)
    nothing_is_held(claim)
    with pytest.raises(StaleStateError):
        take_back(claim.pk, expected=page, reason="再来", act=act(officer))
    with pytest.raises(PermissionDenied):
        take_back(claim.pk, expected=expected(claim), reason="再来", act=act(officer))
    steps = [
        lambda: accept_claim(claim.pk, expected=expected(claim), act=act(office.acceptance)),
        lambda: support_claim(claim.pk, expected=expected(claim), act=act(office.first)),
        lambda: confirm_district_review(claim.pk, expected=expected(claim), act=act(office.second)),
        lambda: support_claim(claim.pk, expected=expected(claim), act=act(office.city)),
        lambda: support_claim(claim.pk, expected=expected(claim), act=act(office.decider), minutes=MINUTES),
    ]
    way = [S.SUBMITTED, S.DISTRICT_REVIEW, S.DISTRICT_CONFIRMATION, S.CITY_REVIEW, S.FINAL_DECISION]
    for step in steps[way.index(back_at) :]:
        step()
    assert (again(claim).status, again(claim).approved_amount) == (S.AWAITING_PUBLICITY, Decimal(5000))
    assert claim_balances(claim.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reach", "who", "back_at", "told"),
    [
        (confirmed, "city", S.DISTRICT_REVIEW, "first"),
        (city_passed, "decider", S.CITY_REVIEW, "city"),
        (decided, "city", S.FINAL_DECISION, "decider"),
    ],
)
def test_who_has_a_claim_sends_it_back_and_the_earlier_officer_and_the_applicant_hear_of_it(
    office, reach, who, back_at, told
):
    claim = reach(office)
    do = take_back if claim.status == S.AWAITING_PUBLICITY else send_back
    do(claim.pk, expected=expected(claim), reason="请核实权属", act=act(getattr(office, who)))
    assert again(claim).status == back_at
    nothing_is_held(claim)
    assert "请核实权属" in getattr(office, told).portal_messages.get().body
    message = claim.created_by.portal_messages.order_by("-pk").first()
    assert message.title == "申报退回重新审核"
    assert "权属" not in message.body
    client = Client()
    as_(client, getattr(office, told))
    assert "退回重审" in client.get(reverse("review:queue")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("redecide", [False, True])
def test_list_is_withdrawn_with_its_reason_and_a_new_one_names_it(client, office, redecide):
    first, second = decided(office, lines=[patent_facts(1)]), decided(office, lines=[patent_facts(2)])
    listed = publish(office, first, second)
    stranger = make_official(Role.CITY_OFFICER, make_official(Role.FINANCE, wuxi()).appointments.get().region.parent)
    with pytest.raises(PermissionDenied):
        withdraw_list(listed, reason="错", redecide=redecide, act=on(MONDAY, stranger))
    with pytest.raises(RefusedError, match="原因"):
        withdraw_list(listed, reason="", redecide=redecide, act=on(MONDAY, office.city))
    as_(client, office.city)
    sent = {"reason": "起止日期有误", "redecide": "1" if redecide else ""}
    assert client.post(reverse("review:publicity_withdraw", args=[listed.key]), sent).status_code == 302
    assert again(first).status == (S.FINAL_DECISION if redecide else S.AWAITING_PUBLICITY)
    assert bool(claim_balances(first.pk) and any(claim_balances(first.pk).values())) is not redecide
    if redecide:
        nothing_is_held(first)
        for claim in (first, second):
            support_claim(claim.pk, expected=expected(claim), act=act(office.decider), minutes=MINUTES)
    with pytest.raises(RefusedError, match="已经撤下"):
        withdraw_list(listed, reason="再撤", redecide=False, act=on(MONDAY, office.city))
    listed.refresh_from_db()
    plan = PublicityPlan("更正公示", MONDAY, 5, "电话", replaces=listed)
    new = publish_claims(wuxi(), claim_ids=[first.pk, second.pk], plan=plan, act=on(MONDAY, office.city))
    page = client.get(reverse("review:publicity_detail", args=[listed.key])).content.decode()
    assert "起止日期有误" in page
    assert reverse("review:publicity_detail", args=[new.key]) in page
    assert listed.title in client.get(reverse("review:publicity_detail", args=[new.key])).content.decode()
    later = on(new.ends_on + timedelta(days=1), office.decider)
    assert approve_list(listed, act=later) == []
    assert [outcome.problem for outcome in approve_list(new, act=later)] == ["", ""]
    with pytest.raises(RefusedError, match="已有批准"):
        withdraw_list(new, reason="晚了", redecide=False, act=on(MONDAY, office.city))


@pytest.mark.django_db
def test_objection_made_out_in_part_leads_to_a_lower_sum_on_a_later_list(client, office):
    claim, other = decided(office, lines=[patent_facts(1)]), decided(office, lines=[patent_facts(2)])
    listed = publish(office, claim, other)
    day = MONDAY + timedelta(days=1)
    entry = listed.entries.get(claim=claim)
    who = Objector("王某", "139")
    objection = enter_objection(entry, objector=who, text="费用不实", received_on=day, act=on(day, office.city))
    with pytest.raises(RefusedError, match="未办结的异议"):
        withdraw_list(listed, reason="错", redecide=False, act=on(day, office.city))
    with pytest.raises(RefusedError, match="请由其他人员办理"):
        redecide_objection(objection.pk, conclusion="部分票据重复", act=on(day, office.city))
    as_(client, office.hearer)
    sent = {"conclusion": "部分票据重复", "intent": "redecide"}
    assert client.post(reverse("review:objection", args=[objection.pk]), sent).status_code == 302
    assert Objection.objects.get().state == ObjectionState.REDECIDED
    nothing_is_held(claim)
    assert "已退出本次公示" in client.get(reverse("review:publicity_detail", args=[listed.key])).content.decode()
    lower = {claim.lines.get().pk: LineSum(Decimal(3000), "剔除重复票据")}
    support_claim(claim.pk, expected=expected(claim), sums=lower, act=act(office.decider), minutes=MINUTES)
    new = publish(office, claim, starts_on=date(2026, 6, 8))
    # The old list is over, the new one still runs.
    done = approve_list(listed, act=on(date(2026, 6, 9), office.decider))
    assert [outcome.claim.pk for outcome in done] == [other.pk]
    with pytest.raises(RefusedError, match="已退出"):
        enter_objection(entry, objector=who, text="再提", received_on=day, act=on(day, office.city))
    approve_list(new, act=on(date(2026, 6, 15), office.decider))
    assert (again(claim).status, again(claim).approved_amount) == (S.APPROVED, Decimal(3000))
    assert PublicityList.objects.filter(closed_at=None).count() == 0


@pytest.mark.django_db
def test_page_offers_taking_back_to_the_officer_alone_and_keeps_what_was_typed(client, office):
    claim = decided(office)
    address = reverse("review:recall", args=[claim.key])
    as_(client, office.decider)
    page = client.get(reverse("review:claim", args=[claim.key])).content.decode()
    assert address in page
    state = {"status": claim.status, "round": 1}
    assert client.post(address, state | {"reason": ""}).status_code == 422
    stale = client.post(address, {"status": claim.status, "round": 7, "reason": "看错了"})
    assert stale.status_code == 422
    assert "看错了" in stale.content.decode()
    assert client.post(address, state | {"reason": "看错了"}).status_code == 302
    assert again(claim).status == S.FINAL_DECISION
    as_(client, office.finance)
    assert client.post(address, state | {"reason": "x"}).status_code in (403, 404)


def test_applicants_are_no_party_of_the_offices_ways_back():
    rows = [row for row in workflow_of(Route.CITY) if row.by_source]
    assert rows
    assert not any(APPLICANT in row.parties for row in rows)
