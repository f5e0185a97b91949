"""A pool of experts, a scheme, and claims that wait for a panel."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from policies.calls.models import Call
from policies.engine.procedure import Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.experts.models import Expert
from review.decisions.services.decisions import support_claim
from review.panels.models import Panel, Seat
from review.panels.scoring import Criterion
from review.panels.services.forming import PanelPlan, draw_members, form_panel
from review.panels.services.judging import declare, hand_in, open_scoring, save_sheet
from review.panels.services.schemes import SchemePlan, make_scheme
from tests.applications.worlds import patent_facts
from tests.factories import UserFactory, act, make_official, wuxi
from tests.made_once import made_once
from tests.review.worlds import again, confirmed, expected, publish_items

CRITERIA = (
    Criterion("创新性", Decimal(100), Decimal("0.6"), "新颖程度", may_not_apply=False),
    Criterion("效益", Decimal(50), Decimal("0.4")),
)
# Days after today until which a panel scores.
DAYS = 10


def make_expert(number: int, **given):
    user = given.pop("user", None) or UserFactory(name=f"专家{number}")
    fields = {"employer": f"研究所{number}", "fields": ["专利"], "serves_from": date(2026, 1, 1)} | given
    return Expert.objects.create(user=user, region=wuxi(), added_by=make_official(Role.POLICY_ADMIN, wuxi()), **fields)


def make_pool(size: int = 6) -> list[Expert]:
    return [make_expert(number) for number in range(size)]


def scheme(**given):
    fields = {"title": "高价值专利评分标准", "criteria": CRITERIA, "minimum": 2, "outlier_distance": Decimal(15)}
    keeper = make_official(Role.POLICY_ADMIN, wuxi())
    return make_scheme(wuxi(), plan=SchemePlan(**(fields | given)), act=act(keeper))


@made_once
def at_panel(office, number: int = 1):
    """A claim that waits for a panel."""
    publish_items()
    with transaction.atomic():
        for call in Call.objects.all():
            call.procedure = Procedure("city", frozenset({"panel"})).as_dict()
            call.save()
    claim = confirmed(office, lines=[patent_facts(number)])
    support_claim(claim.pk, expected=expected(claim), act=act(office.city))
    return again(claim)


def organiser() -> User:
    return make_official(Role.CITY_OFFICER, wuxi())


def formed(office, user, *, claims: int = 2, size: int = 3, **given) -> Panel:
    """A panel of some claims, before its draw."""
    ids = [at_panel(office, number).pk for number in range(1, claims + 1)]
    until = timezone.localdate() + timedelta(days=DAYS)
    plan = PanelPlan("高价值培育评审", given.pop("scheme", None) or scheme(**given), size, until)
    return form_panel(wuxi(), claim_ids=ids, plan=plan, act=act(user))


def drawn(office, user, **given) -> tuple[Panel, list[Seat]]:
    panel = draw_members(formed(office, user, **given), act=act(user))
    return panel, list(panel.seats.select_related("expert__user"))


def by(seat: Seat):
    """As the expert of a seat, read anew."""
    return act(User.objects.get(pk=seat.expert.user_id))


def scoring(office, user, **given) -> tuple[Panel, list[Seat]]:
    """A panel whose members have declared and may score."""
    panel, seats = drawn(office, user, **given)
    for seat in seats:
        declare(seat, conflicts={}, act=by(seat))
    return open_scoring(panel, act=act(user)), seats


def fill(panel: Panel, seat: Seat, *points: tuple[int, int | None]) -> None:
    """Score the panel's claims in their order."""
    for entry, given in zip(panel.entries.scored_by(seat), points, strict=True):
        values = [None if point is None else Decimal(point) for point in given]
        save_sheet(seat, entry, points=values, comment="方案清楚", revision=0, act=by(seat))


def scored(office, user, **given) -> tuple[Panel, list[Seat]]:
    """A panel all of whose members have handed in: the first claim has 80, 84, 40, the second 90 each."""
    panel, seats = scoring(office, user, **given)
    for seat, first in zip(seats, (80, 84, 40), strict=True):
        fill(panel, seat, (first, first // 2), (90, None))
        hand_in(seat, act=by(seat))
    return Panel.objects.get(pk=panel.pk), seats
