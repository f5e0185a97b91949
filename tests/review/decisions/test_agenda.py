"""The meeting's agenda: money that is short is shared as the call says, shown before, and decided as shown."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from applications.claims.enums import ClaimStatus
from policies.calls.enums import Shortage
from policies.calls.models import Call
from review.decisions.selectors.agenda import agendas_of, ration
from tests.applications.worlds import patent_facts
from tests.review.worlds import again, city_passed, fresh


@example([], -1, Shortage.PRO_RATA)
@given(st.lists(st.integers(1, 10**10), max_size=20), st.integers(-5, 10**10), st.sampled_from(Shortage))
def test_money_is_never_exceeded_nobody_gets_more_than_wanted_and_enough_is_given_in_full(wants, left, way):
    granted = ration(wants, left, way)

    assert len(granted) == len(wants)
    assert all(0 <= got <= want for got, want in zip(granted, wants, strict=True))
    if sum(wants) <= max(left, 0):
        assert granted == wants
    elif way == Shortage.STOP:
        assert sum(granted) <= max(left, 0)
        assert all(got in (0, want) for got, want in zip(granted, wants, strict=True))
    else:
        assert sum(granted) == max(left, 0)


@pytest.mark.parametrize(
    ("way", "granted"),
    [(Shortage.STOP, [300, 0, 150]), (Shortage.RANK, [300, 200, 0]), (Shortage.PRO_RATA, [177, 235, 88])],
)
def test_each_way_of_sharing_does_what_it_says(way, granted):
    assert ration([300, 400, 150], 500, way) == granted


@pytest.fixture
def world(settings, office):
    """Two claims of the same call before the decision-maker."""
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return [city_passed(office, lines=[patent_facts(number)]) for number in (1, 2)]


def call_says(claims, way, budget):
    Call.objects.filter(pk=claims[0].call_id).update(when_short=way, budget=budget)


def agenda_of(office):
    [agenda] = agendas_of(fresh(office.decider))
    return agenda


@pytest.mark.django_db
def test_agenda_cuts_to_the_calls_budget_and_to_its_quota(office, world):
    wanted = [claim.forwarded_amount for claim in world]
    assert [row.granted for row in agenda_of(office).rows] == wanted
    call_says(world, Shortage.PRO_RATA, sum(wanted) / 2)
    agenda = agenda_of(office)
    assert (agenda.is_short, agenda.granted) == (True, sum(wanted) / 2)
    assert [row.granted for row in agenda.rows] == [each / 2 for each in wanted]
    Call.objects.update(quota=1, budget=None)
    assert [row.is_left_out for row in agenda_of(office).rows] == [False, True]


@pytest.mark.django_db
def test_decision_maker_decides_the_shown_sums_and_nothing_that_changed_meanwhile(client, office, world):
    total = sum(claim.forwarded_amount for claim in world)
    call_says(world, Shortage.PRO_RATA, total / 2 + Decimal("0.01"))
    client.force_login(office.decider)
    assert "资金不足" in client.get(reverse("review:agendas")).content.decode()
    page = reverse("review:agenda", args=[agenda_of(office).key])
    seen = agenda_of(office).seen
    assert seen in client.get(page).content.decode()
    minutes = {"minutes_number": "锡知纪3号", "minutes_date": "2026-06-01", "decision_no": ""}
    call_says(world, Shortage.PRO_RATA, total / 2)
    stale = client.post(page, {**minutes, "seen": seen})
    assert (stale.status_code, "已重新计算" in stale.content.decode()) == (422, True)
    assert again(world[0]).status == ClaimStatus.FINAL_DECISION
    agenda = agenda_of(office)
    sheet = openpyxl.load_workbook(BytesIO(client.get(f"{page}export/").content), data_only=True).active
    assert float(agenda.granted) in [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert client.post(page, {**minutes, "seen": agenda.seen}).status_code == 302
    for row in agenda.rows:
        decided = again(row.claim)
        decision = decided.decisions.order_by("-pk").first()
        assert (decided.status, decided.approved_amount) == (ClaimStatus.AWAITING_PUBLICITY, row.granted)
        assert "按比例核减" in decision.reason
        assert sum(line.amount for line in decision.lines.all()) == row.granted
    assert client.get(page).status_code == 404


@pytest.mark.django_db
def test_only_decision_makers_see_their_own_regions_agenda(client, office, world):
    key = agenda_of(office).key
    for person, status in ((office.city, 403), (office.finance, 403), (office.decider, 200)):
        client.force_login(person)
        assert client.get(reverse("review:agenda", args=[key])).status_code == status
