"""What the experts of a panel do: declare conflicts, score, hand in; and the end of the scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from review.panels.enums import PanelAction, PanelState, SeatAction, SeatState
from review.panels.models import GONE, Conflict, Entry, Panel, ScoreSheet, Seat
from review.panels.scoring import Criterion, rounded, weighted
from review.panels.selectors.results import places_of, scores_of
from review.panels.services.forming import check_organiser, free_entries, leave, lock_panel, record, tell
from review.panels.workflow import PANELS, SEATS

OVERDUE = "逾期未提交评分"
_JUDGED = (PanelState.DRAWN, PanelState.SCORING)


def declare(seat: Seat, *, conflicts: Mapping[int, str], act: ActorContext) -> Seat:
    """Say, before any paper is open, which claims one must not score: reasons by the entries' keys; none for none.

    Whoever must score no claim leaves the panel. Raises RefusedError where it was said already.
    """
    with transaction.atomic():
        panel, seat = _own_seat(seat, act, SeatState.INVITED, "您已完成回避申报。")
        entries = {entry.pk: entry for entry in panel.entries.all()}
        given = {pk: reason.strip() for pk, reason in conflicts.items() if pk in entries}
        if not all(given.values()):
            raise RefusedError("请写明每件应当回避的情形，例如曾任职、有合作或亲属关系。", "conflicts")
        for pk, reason in given.items():
            Conflict.objects.create(seat=seat, entry=entries[pk], reason=reason, at=act.at)
        seat.declared_at = act.at
        if len(given) == len(entries):
            seat.save(update_fields=["declared_at"])
            leave(seat, reason="应当回避全部申报")
            tell([panel.made_by], "panels.left", panel, "panels:panel", panel.key, person=seat.expert.user.name)
        else:
            SEATS.move(seat, SeatAction.DECLARE, changes={"declared_at": seat.declared_at})
        record(panel, "declared", {"conflicts": len(given)}, act)
    return seat


def withdraw_from(seat: Seat, *, reason: str, act: ActorContext) -> Seat:
    """A member says that they cannot act; the organiser draws another. Raises RefusedError without a reason."""
    if not reason.strip():
        raise RefusedError("请写明不能参加的原因。", field="reason")
    with transaction.atomic():
        panel, seat = _own_seat(seat, act)
        leave(seat, reason=reason)
        tell([panel.made_by], "panels.left", panel, "panels:panel", panel.key, person=seat.expert.user.name)
        record(panel, "withdrew", {"leave_reason": seat.leave_reason}, act)
    return seat


def open_scoring(panel: Panel, *, act: ActorContext) -> Panel:
    """Open the papers once every member has declared and each claim has enough who may score it."""
    with transaction.atomic():
        panel = lock_panel(panel)
        check_organiser(panel.region, act)
        PANELS.check(panel, PanelAction.OPEN)
        seats = list(panel.seats.seated().select_related("expert__user"))
        if waiting := [seat.expert.user.name for seat in seats if seat.state == SeatState.INVITED]:
            raise RefusedError(f"{'、'.join(waiting)} 尚未申报回避，请催办或更换。")
        if len(seats) < panel.size:
            raise RefusedError("有专家退出，请先补抽专家。")
        _refuse_too_few(panel, {seat.pk for seat in seats})
        PANELS.move(panel, PanelAction.OPEN)
        people = [seat.expert.user for seat in seats]
        tell(people, "panels.opened", panel, "panels:mine", due=panel.score_until)
        record(panel, "opened", {"state": panel.state}, act)
    return panel


def save_sheet(
    seat: Seat, entry: Entry, *, points: Sequence[Decimal | None], comment: str, revision: int, act: ActorContext
) -> ScoreSheet:
    """Keep one's points on a claim (None: does not apply) with the opinion; `revision` is what the page showed, 0 new.

    Raises RefusedError for points out of range, a criterion that always applies left out, no criterion at all, a claim
    one does not score, and after handing in; StaleStateError where another page saved meanwhile.
    """
    with transaction.atomic():
        panel, seat = _own_seat(seat, act, SeatState.READY, "您已提交评分，或尚未申报回避，不能修改评分。")
        if panel.state != PanelState.SCORING:
            raise RefusedError(f"该评审现为“{panel.get_state_display()}”，不能评分。")
        if not panel.entries.scored_by(seat).filter(pk=entry.pk).exists():
            raise PermissionDenied("该申报已退出评审，或者您应当回避，不能评分。")
        criteria = panel.scheme.criterion_rows
        _check_points(criteria, points)
        if not comment.strip():
            raise RefusedError("请填写评审意见，说明评分的理由。", "comment")
        score = weighted(criteria, points)
        if score is None:
            raise RefusedError("至少应有一项指标评分，不能全部“不适用”。", "points")
        sheet = ScoreSheet.objects.filter(seat=seat, entry=entry).first() or ScoreSheet(
            seat=seat, entry=entry, revision=0
        )
        if sheet.revision != revision:
            raise StaleStateError("本件评分已在另一页面保存过，请刷新后再修改。您填写的内容仍在下方。", current=sheet)
        sheet.points = [None if point is None else str(point) for point in points]
        sheet.total, sheet.comment = rounded(score), comment.strip()
        sheet.revision, sheet.saved_at = revision + 1, act.at
        sheet.save()
        record_contents([sheet])
        record(panel, "scored", {"position": entry.position}, act)
    return sheet


def hand_in(seat: Seat, *, act: ActorContext) -> Seat:
    """Hand in all one's scores; they change no more. The last to do so ends the scoring."""
    with transaction.atomic():
        panel, seat = _own_seat(seat, act, SeatState.READY, "您已提交评分，不需重复提交。")
        if panel.state != PanelState.SCORING:
            raise RefusedError(f"该评审现为“{panel.get_state_display()}”，不能提交评分。")
        missing = panel.entries.scored_by(seat).exclude(sheets__seat=seat)
        if numbers := "、".join(str(number) for number in missing.values_list("position", flat=True)[:10]):
            raise RefusedError(f"第 {numbers} 件尚未评分，全部评完后再提交。")
        SEATS.move(seat, SeatAction.HAND_IN, changes={"handed_in_at": act.at})
        seats = panel.seats.seated()
        if seats.count() >= panel.size and not seats.exclude(state=SeatState.HANDED_IN).exists():
            _close(panel, act)
        record(panel, "handed_in", {"state": panel.state}, act)
    return seat


def close_scoring(panel: Panel, *, act: ActorContext) -> Panel:
    """End the scoring after its last day without those who are late, where each claim has enough scores."""
    with transaction.atomic():
        panel = lock_panel(panel)
        check_organiser(panel.region, act)
        PANELS.check(panel, PanelAction.CLOSE)
        if timezone.localdate(act.at) <= panel.score_until:
            raise RefusedError(f"评分至 {panel.score_until:%Y-%m-%d} 截止，截止后的次日起才能结束。")
        for seat in panel.seats.seated().exclude(state=SeatState.HANDED_IN):
            leave(seat, reason=OVERDUE)
        _close(panel, act)
        record(panel, "closed", {"state": panel.state}, act)
    return panel


def prolong(panel: Panel, *, until: date, act: ActorContext) -> Panel:
    """Give the members more time. Raises RefusedError for a day that is no later."""
    with transaction.atomic():
        panel = lock_panel(panel)
        check_organiser(panel.region, act)
        if panel.state not in _JUDGED:
            raise RefusedError(f"该评审现为“{panel.get_state_display()}”，不能延期。")
        if until <= max(panel.score_until, timezone.localdate(act.at)):
            raise RefusedError("新的截止日期应晚于原截止日期和今天。", "until")
        before, panel.score_until = panel.score_until, until
        panel.save(update_fields=["score_until"])
        members = [seat.expert.user for seat in panel.seats.seated().select_related("expert__user")]
        tell(members, "panels.prolonged", panel, "panels:mine", mark=str(until), due=until)
        record_audit(
            act,
            action="panels.prolonged",
            target=panel,
            region_code=panel.region_id,
            before={"score_until": before},
            after={"score_until": until},
        )
    return panel


def reopen(seat: Seat, *, reason: str, until: date, act: ActorContext) -> Panel:
    """The chair gives the scores back to their members, who may change them until a later day; the result is undone."""
    with transaction.atomic():
        panel, seat = lock_chair(seat, act)
        PANELS.check(panel, PanelAction.REOPEN, reason=reason)
        if until <= timezone.localdate(act.at):
            raise RefusedError("新的截止日期应晚于今天。", "until")
        _undo_results(panel)
        seats = list(panel.seats.filter(state=SeatState.HANDED_IN).select_related("expert__user"))
        for one in seats:
            SEATS.move(one, SeatAction.GIVE_BACK, changes={"handed_in_at": None})
        PANELS.move(panel, PanelAction.REOPEN, changes={"score_until": until, "closed_at": None})
        tell(
            [one.expert.user for one in seats],
            "panels.reopened",
            panel,
            "panels:mine",
            mark=f"{act.at:%Y%m%d%H%M%S}",
            reason=reason.strip(),
            due=until,
        )
        record(panel, "reopened", {"reason": reason.strip(), "score_until": until}, act)
    return panel


def _close(panel: Panel, act: ActorContext) -> None:
    """End the scoring of a locked panel; claims that have ended meanwhile take no place."""
    free_entries(panel.entries.filter(claim__status__in=GONE))
    handed_in = set(panel.seats.filter(state=SeatState.HANDED_IN).values_list("pk", flat=True))
    _refuse_too_few(panel, handed_in)
    _write_results(panel)
    PANELS.move(panel, PanelAction.CLOSE, changes={"closed_at": act.at})
    chair = panel.seats.seated().select_related("expert__user").get(is_chair=True)
    mark = f"{act.at:%Y%m%d%H%M%S}"
    tell([chair.expert.user], "panels.to_confirm", panel, "panels:seat", chair.key, mark=mark)


def _write_results(panel: Panel) -> None:
    """Write each claim's score, rank and whether it passes."""
    scores = scores_of(panel)
    final, places = places_of(panel, scores)
    entries = {one.entry.pk: one.entry for one in scores}
    for place in places:
        entry = entries[place.key]
        entry.score, entry.rank, entry.place = final[place.key], place.rank, place.place
        entry.is_passed = place.is_passed
    _keep(list(entries.values()))


def _undo_results(panel: Panel) -> None:
    entries = list(panel.entries.all())
    for entry in entries:
        entry.score = entry.rank = entry.place = entry.is_passed = None
    _keep(entries)


def _keep(entries: list[Entry]) -> None:
    Entry.objects.bulk_update(entries, ["score", "rank", "place", "is_passed"])
    record_contents(entries)


def _refuse_too_few(panel: Panel, seats: set[int]) -> None:
    """Raise RefusedError for a claim that fewer of these members may score than the scheme asks."""
    minimum = panel.scheme.minimum
    barred: dict[int, set[int]] = {}
    for seat, entry in Conflict.objects.filter(seat__in=seats).values_list("seat_id", "entry_id"):
        barred.setdefault(entry, set()).add(seat)
    short = [
        str(entry.position)
        for entry in panel.entries.filter(is_open=True)
        if len(seats) - len(barred.get(entry.pk, set())) < minimum
    ]
    if short:
        raise RefusedError(
            f"第 {'、'.join(short[:10])} 件可评分的专家不足 {minimum} 人，请补抽专家、延期，或取消后重新组建。"
        )


def _check_points(criteria: Sequence[Criterion], points: Sequence[Decimal | None]) -> None:
    if len(points) != len(criteria):
        raise RefusedError("评分指标已有变化，请刷新页面。", "points")
    for criterion, point in zip(criteria, points, strict=True):
        if point is None and not criterion.may_not_apply:
            raise RefusedError(f"“{criterion.name}”必须评分，不能选“不适用”。", "points")
        exponent = point.as_tuple().exponent if point is not None else 0
        if point is not None and (not 0 <= point <= criterion.most or not isinstance(exponent, int) or exponent < -2):
            raise RefusedError(f"“{criterion.name}”应为 0 至 {criterion.most:f} 分，最多两位小数。", "points")


def _own_seat(seat: Seat, act: ActorContext, state: SeatState | None = None, otherwise: str = "") -> tuple[Panel, Seat]:
    """The locked panel and seat of the expert who acts; raises PermissionDenied for anybody else."""
    panel = lock_panel(seat.panel)
    seat = Seat.objects.select_for_update(of=("self",)).select_related("expert__user").get(pk=seat.pk)
    seat.panel = panel
    expert = seat.expert
    if act.user is None or act.user.pk != expert.user_id or not expert.is_serving(timezone.localdate(act.at)):
        raise PermissionDenied("只有受聘的专家本人可以办理。")
    if panel.state not in (*_JUDGED, PanelState.SCORED):
        raise RefusedError(f"该评审现为“{panel.get_state_display()}”，不能再办理。")
    if seat.state == SeatState.LEFT:
        raise RefusedError("您已退出该评审。")
    if state is not None and seat.state != state:
        raise RefusedError(otherwise)
    return panel, seat


def lock_chair(seat: Seat, act: ActorContext) -> tuple[Panel, Seat]:
    """The locked panel and seat of the chair who acts; raises PermissionDenied for anybody else."""
    panel, seat = _own_seat(seat, act)
    if not seat.is_chair:
        raise PermissionDenied("评审结果由组长确认。")
    return panel, seat
