"""Form a panel, draw its members by chance that can be repeated, replace them, and cancel it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.permissions import party_for
from applications.claims.services.transitions import lock_claim
from portal.accounts.models import Region, User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.experts.models import Expert
from portal.notifications.services import notify_users
from review.panels.drawing import Candidate, draw
from review.panels.enums import PanelAction, PanelState, SeatAction
from review.panels.models import ORGANISERS, Draw, Entry, Panel, Scheme, Seat
from review.panels.selectors.candidates import pool_of
from review.panels.workflow import PANELS, SEATS

MOST_CLAIMS, MOST_MEMBERS = 200, 25
# While members may leave and be replaced.
_SEATED = (PanelState.DRAWN, PanelState.SCORING)


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """What a panel is to be: how many experts, how many of them know which field, and the last day of scoring."""

    title: str
    scheme: Scheme
    size: int
    score_until: date
    needs: Mapping[str, int] = field(default_factory=dict)


def form_panel(region: Region, *, claim_ids: Collection[int], plan: PanelPlan, act: ActorContext) -> Panel:
    """Form a panel for claims that wait for one, each under its number in an order of chance.

    Raises RefusedError for a claim that is not waiting, is decided elsewhere or is before another panel, and for a
    plan that cannot be met; PermissionDenied for whoever does not form panels in the region.
    """
    user = check_organiser(region, act)
    _check(plan, region, claim_ids, act=act)
    with transaction.atomic():
        claims = [lock_claim(pk) for pk in sorted(set(claim_ids))]
        for claim in claims:
            if claim.status != ClaimStatus.PANEL or claim.deciding_region_id != region.pk:
                raise RefusedError(
                    f"{claim.number} 现为“{claim.get_status_display()}”，不在{region.name}的专家评审环节。"
                )
            if party_for(user, claim, Action.PANEL_PASS) is None or claim.applicant_id in user.recused_from:
                raise RefusedError(f"您应当回避 {claim.number}，请由其他人员组织评审。")
        panel = Panel.objects.create(
            region=region,
            title=plan.title.strip(),
            scheme=plan.scheme,
            size=plan.size,
            needs=dict(plan.needs),
            score_until=plan.score_until,
            made_by=user,
            made_at=act.at,
        )
        # The order of filing would tell experts who is who.
        secrets.SystemRandom().shuffle(claims)
        try:
            with transaction.atomic():
                entries = Entry.objects.bulk_create(
                    Entry(panel=panel, claim=claim, position=number) for number, claim in enumerate(claims, start=1)
                )
        except IntegrityError as error:
            raise RefusedError("所选申报中有的已在另一次评审中，请刷新页面后重新选择。") from error
        record_contents(entries)
        record(panel, "formed", {"title": panel.title, "claims": len(entries), "size": panel.size}, act)
    return panel


def draw_members(panel: Panel, *, act: ActorContext) -> Panel:
    """Draw the members, the first of whom chairs; once only. Raises RefusedError where the rule cannot be met."""
    with transaction.atomic():
        panel = lock_panel(panel)
        check_organiser(panel.region, act)
        PANELS.move(panel, PanelAction.DRAW, changes={"seed": secrets.token_hex(16)})
        _seat(panel, _drawn(panel, act=act), reason="", act=act)
        record(panel, "drawn", {"seed": panel.seed}, act)
    return panel


def replace_member(seat: Seat, *, reason: str, act: ActorContext) -> Seat:
    """Put the next of the draw's order in the place of a member who cannot act; returns the new seat.

    Raises RefusedError without a reason, for who has handed in or left, and where nobody is left to draw.
    """
    if not reason.strip():
        raise RefusedError("请写明更换专家的原因。", field="reason")
    with transaction.atomic():
        panel = lock_panel(seat.panel)
        check_organiser(panel.region, act)
        seat = Seat.objects.select_for_update().get(pk=seat.pk)
        if panel.state not in _SEATED:
            raise RefusedError(f"该评审现为“{panel.get_state_display()}”，不能更换专家。")
        leave(seat, reason=reason)
        fresh = _seat(panel, _drawn(panel, act=act), reason=reason.strip(), act=act)[0]
        record(panel, "replaced", {"leave_reason": reason.strip()}, act)
    return fresh


def fill_seats(panel: Panel, *, reason: str = "专家退出，补抽", act: ActorContext) -> list[Seat]:
    """Draw as many members as are missing. Raises RefusedError where none is, or nobody can be drawn."""
    with transaction.atomic():
        panel = lock_panel(panel)
        check_organiser(panel.region, act)
        if panel.state not in _SEATED or panel.seats.seated().count() >= panel.size:
            raise RefusedError("现在没有需要补抽的专家。")
        fresh = _seat(panel, _drawn(panel, act=act), reason=reason, act=act)
        record(panel, "replaced", {"count": len(fresh)}, act)
    return fresh


def leave(seat: Seat, *, reason: str) -> None:
    """Take a member out of a locked panel; somebody else chairs. Raises RefusedError for who left or handed in."""
    chaired = seat.is_chair
    SEATS.move(seat, SeatAction.LEAVE, changes={"leave_reason": reason.strip(), "is_chair": False})
    heir = Seat.objects.filter(panel=seat.panel_id).seated().order_by("pk").first() if chaired else None
    if heir is not None:
        heir.is_chair = True
        heir.save(update_fields=["is_chair"])


def cancel_panel(panel: Panel, *, reason: str, act: ActorContext) -> Panel:
    """End a panel without a result; its claims are free for another. Raises RefusedError without a reason."""
    with transaction.atomic():
        panel = lock_panel(panel)
        check_organiser(panel.region, act)
        PANELS.check(panel, PanelAction.CANCEL, reason=reason)
        free_entries(panel.entries.all())
        PANELS.move(panel, PanelAction.CANCEL, changes={"cancel_reason": reason.strip()})
        members = list(User.objects.filter(expert__seats__in=panel.seats.seated()).order_by("pk"))
        tell(members, "panels.cancelled", panel, "panels:mine", reason=panel.cancel_reason)
        record(panel, "cancelled", {"cancel_reason": panel.cancel_reason}, act)
    return panel


def free_entries(rows: QuerySet[Entry]) -> None:
    """Take claims out of their panel: they may come before another."""
    entries = list(rows)
    for entry in entries:
        entry.is_open = False
    Entry.objects.bulk_update(entries, ["is_open"])
    record_contents(entries)


def lock_panel(panel: Panel) -> Panel:
    """The panel as it is now, locked until the end of the transaction."""
    return Panel.objects.select_for_update(of=("self",)).select_related("region__parent", "scheme").get(pk=panel.pk)


def check_organiser(region: Region, act: ActorContext) -> User:
    """Who forms panels in a region; raises PermissionDenied for anybody else."""
    if act.user is None or region.pk not in act.user.regions_for(*ORGANISERS):
        raise PermissionDenied("专家评审由审定地区的审核人员组织。")
    return act.user


def _check(plan: PanelPlan, region: Region, claim_ids: Collection[int], *, act: ActorContext) -> None:
    city = region.city or region
    if not claim_ids:
        raise RefusedError("请至少选择一件申报。", "claims")
    if len(set(claim_ids)) > MOST_CLAIMS:
        raise RefusedError(f"一次评审最多 {MOST_CLAIMS} 件，请分组评审。", "claims")
    if plan.scheme.region_id != city.pk or Scheme.objects.filter(replaces=plan.scheme).exists():
        raise RefusedError("该评分标准已不是最新，请重新选择。", "scheme")
    if not plan.scheme.minimum <= plan.size <= MOST_MEMBERS:
        raise RefusedError(f"专家人数应为 {plan.scheme.minimum} 至 {MOST_MEMBERS} 人。", "size")
    if sum(plan.needs.values()) > plan.size and max(plan.needs.values()) > plan.size:
        raise RefusedError("领域要求的人数超过专家人数。", "needs")
    if plan.score_until <= timezone.localdate(act.at):
        raise RefusedError("评分截止日期应晚于今天。", "score_until")


def _drawn(panel: Panel, *, act: ActorContext) -> tuple[list[Candidate], list[str], list[Candidate]]:
    """The pool now, the keys of who sits, and who is drawn beside them."""
    pool = pool_of(panel, on=timezone.localdate(act.at))
    keys = [str(key) for key in panel.seats.seated().values_list("expert__key", flat=True)]
    seated = [each for each in pool if each.key in keys]
    drawn = draw(pool, seed=panel.seed, size=panel.size, needs=panel.needs, seated=seated)
    if not drawn:
        free = sum(not each.barred for each in pool)
        raise RefusedError(
            f"专家库中可抽取的专家 {free} 人，不能满足人数、领域和同一单位不超过一人的要求。"
            "请补充专家库，或取消后调整要求。"
        )
    return pool, keys, drawn


def _seat(
    panel: Panel, found: tuple[Sequence[Candidate], list[str], Sequence[Candidate]], *, reason: str, act: ActorContext
) -> list[Seat]:
    """Write the draw and the seats of who was drawn, and invite them."""
    pool, keys, drawn = found
    Draw.objects.create(
        panel=panel,
        seed=panel.seed,
        pool=[each.as_dict() for each in pool],
        seated=keys,
        drawn=[each.key for each in drawn],
        reason=reason,
        by=check_organiser(panel.region, act),
        at=act.at,
    )
    experts = {str(one.key): one for one in Expert.objects.filter(key__in=[each.key for each in drawn])}
    has_chair = panel.seats.seated().filter(is_chair=True).exists()
    seats = [
        Seat.objects.create(panel=panel, expert=experts[each.key], is_chair=not has_chair and number == 0)
        for number, each in enumerate(drawn)
    ]
    for seat in seats:
        tell([seat.expert.user], "panels.invited", panel, "panels:seat", seat.key, due=panel.score_until)
    return seats


def tell(
    users: Sequence[User], kind: str, panel: Panel, page: str, *args: object, mark: str = "", **fields: object
) -> None:
    """Tell members or the organiser of a panel; `mark` tells apart what can happen more than once."""
    notify_users(
        users,
        kind,
        key=f"{kind}:{panel.pk}:{mark}",
        url=reverse(page, args=args),
        region_code=panel.region_id,
        panel=panel.title,
        **fields,
    )


def record(panel: Panel, action: str, after: Mapping[str, object], act: ActorContext) -> None:
    """Append what was done with the panel to the record; last in its transaction."""
    record_audit(act, action=f"panels.{action}", target=panel, region_code=panel.region_id, after=after)
