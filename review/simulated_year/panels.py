"""The experts of a simulated year: their pool, and a panel each week over the claims that wait for one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.sheet_rows import SheetRow
from portal.experts.services import COLUMNS, take_in_experts
from review.panels.models import Entry, Panel, Scheme, Seat
from review.panels.scoring import Criterion
from review.panels.services.confirming import confirm
from review.panels.services.forming import MOST_CLAIMS, PanelPlan, draw_members, fill_seats, form_panel
from review.panels.services.judging import declare, hand_in, open_scoring, save_sheet
from review.panels.services.schemes import SchemePlan, make_scheme
from review.simulated_year.crew import Count
from review.simulated_year.meetings import waiting_in
from review.simulated_year.people import CITY, DOMAIN
from review.simulated_year.world import World

_EXPERTS, _MEMBERS = 15, 5
_FIELDS = ("专利", "财务", "法律", "机械", "电子")
_CRITERIA = (
    Criterion("创新性", Decimal(100), Decimal("0.5"), may_not_apply=False),
    Criterion("效益", Decimal(50), Decimal("0.3")),
    Criterion("资金使用", Decimal(10), Decimal("0.2")),
)
# How often a member must not score an applicant's claim, or a criterion does not apply.
_CONFLICTS, _NOT_APPLICABLE = 0.02, 0.1
NEEDED = Decimal(65)


def make_pool(world: World) -> None:
    """Take in the experts, and set up the scheme by which they score."""
    keeper, rows = _keeper(world), []
    for number in range(_EXPERTS):
        texts = dict.fromkeys(COLUMNS, "") | {
            "name": f"专家{number + 1}",
            "email": f"expert{number + 1:02d}@{DOMAIN}",
            "employer": f"示范研究所{number + 1}",
            "fields": f"{_FIELDS[number % len(_FIELDS)]}、{_FIELDS[(number + 1) % len(_FIELDS)]}",
            "serves_from": f"{world.year}-01-01",
        }
        rows.append(SheetRow(number + 2, texts, dict.fromkeys(COLUMNS, "")))
    region = world.city.regions[CITY]
    world.do(keeper, take_in_experts, rows, region=region)
    plan = SchemePlan("项目评分标准", _CRITERIA, 3, Decimal(15), trimmed=1, needed=NEEDED)
    world.do(keeper, make_scheme, region, plan=plan)


def judge(world: World) -> None:
    """Each week: a panel of each region over what waits, from its draw to the chair's confirmation."""
    before = set(Entry.objects.filter(is_open=True).values_list("claim_id", flat=True))
    for region in world.counts.taken(Count.PANELS, list(world.city.regions)):
        claims = waiting_in(world, region, ClaimStatus.PANEL)
        waiting = [claim.pk for claim in claims if claim.pk not in before][:MOST_CLAIMS]
        if not waiting:
            continue
        role = Role.CITY_OFFICER if region == CITY else Role.DISTRICT_SECOND
        officer = world.city.present(role, region, week=world.week)[0]
        scheme = Scheme.objects.filter(region_id=CITY).in_force().latest("pk")
        until = world.day + timedelta(days=10)
        plan = PanelPlan(f"第 {world.week} 周项目评审", scheme, _MEMBERS, until, {"财务": 1, "专利": 1})
        formed = world.do(officer, form_panel, world.city.regions[region], claim_ids=waiting, plan=plan)
        if formed.is_done:
            _live(world, officer, formed.value)


def _live(world: World, officer: User, panel: Panel) -> None:
    world.do(officer, draw_members, panel)
    _declare(world, panel)
    # Who comes for another may have a conflict, too.
    for _ in range(_EXPERTS):
        if panel.seats.seated().count() == panel.size or not world.do(officer, fill_seats, panel).is_done:
            break
        _declare(world, panel)
    world.do(officer, open_scoring, panel)
    for seat in _seats(panel):
        for entry in panel.entries.scored_by(seat).select_related("claim"):
            _score(world, seat, entry)
        world.do(seat.expert.user, hand_in, seat)
    chair = next(seat for seat in _seats(panel) if seat.is_chair)
    world.do(chair.expert.user, confirm, chair, opinion="同意按名次择优支持。")


def _declare(world: World, panel: Panel) -> None:
    for seat in _seats(panel):
        if seat.declared_at is None:
            chance = world.chance("conflict", panel.title, seat.expert.user.email)
            conflicts = {entry.pk: "曾有合作" for entry in panel.entries.all() if chance.random() < _CONFLICTS}
            world.do(seat.expert.user, declare, seat, conflicts=conflicts)


def _score(world: World, seat: Seat, entry: Entry) -> None:
    # What a claim is worth all members see alike; each is somewhat milder or stricter.
    worth = world.chance("worth", world.by_claim[entry.claim_id].number).uniform(0.55, 0.98)
    chance = world.chance("score", world.by_claim[entry.claim_id].number, seat.expert.user.email)
    points: list[Decimal | None] = []
    for criterion in _CRITERIA:
        if criterion.may_not_apply and chance.random() < _NOT_APPLICABLE:
            points.append(None)
            continue
        part = min(max(worth + chance.uniform(-0.08, 0.08), 0), 1)
        points.append((criterion.most * int(part * 1000) / 1000).quantize(Decimal("0.01")))
    world.do(seat.expert.user, save_sheet, seat, entry, points=points, comment="方案清楚，依据充分。", revision=0)


def _seats(panel: Panel) -> list[Seat]:
    return list(panel.seats.seated().select_related("expert__user", "panel").order_by("pk"))


def _keeper(world: World) -> User:
    return world.city.present(Role.POLICY_ADMIN, CITY, week=0)[0]
