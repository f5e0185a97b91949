"""Enter and correct measured values, adopt what the portal counts itself, report progress of a plan."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from policies.published.models import PolicyDocument, SupportItem
from policies.published.selectors import TARGET
from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.targets.enums import ProgressState, SourceKind
from review.targets.goals import Goal, deadline
from review.targets.models import Measurement, ProgressEntry
from review.targets.programmes import duty_of
from review.targets.selectors import Aim, find_aim, may_record, measured_text, platform_figures


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value as entered: `value` in the target's unit, or `wording` where a word is wanted."""

    year: int
    value: Decimal | None
    wording: str
    measured_on: date
    source_kind: SourceKind
    source: str
    link: str = ""
    is_lower_bound: bool = False


def record_measurement(code: str, reading: Reading, *, key: uuid.UUID, act: ActorContext) -> Measurement:
    """Add a measured value to a target; the same key again gives the row that is there.

    Raises RefusedError for what cannot stand, PermissionDenied for who may not enter it.
    """
    with transaction.atomic():
        aim, officer = _open_target(code, act=act)
        known = Measurement.objects.filter(key=key, item__code=aim.goal.measured_as).first()
        if known is not None:
            return known
        _check(reading, aim, act=act)
        row = _append(aim, reading, key=key, officer=officer, act=act)
        record_audit(act, action="targets.measure", target=row, region_code=_region(aim), after=_audited(row, aim))
    return row


def correct_measurement(
    row_id: int, reading: Reading | None, *, reason: str, key: uuid.UUID, act: ActorContext
) -> Measurement:
    """Replace a measured value by another, or (None) by nothing; both rows stay.

    Raises RefusedError where somebody else corrected it first, or without a reason.
    """
    if not reason.strip():
        raise RefusedError("请写明更正原因。", field="reason")
    with transaction.atomic():
        old = Measurement.objects.select_related("item").get(pk=row_id)
        aim, officer = _open_target(old.item.code, act=act)
        known = Measurement.objects.filter(key=key, replaces=old).first()
        if known is not None:
            return known
        if Measurement.objects.filter(replaces=old).exists():
            raise RefusedError("本页打开后，这个实测值已由他人更正。请回到目标页查看最新数值，再决定是否更正。")
        if old.is_void:
            raise RefusedError("这个实测值已经作废，请重新登记。")
        if reading is not None:
            _check(reading, aim, act=act, besides=old)
        row = _append(
            aim, reading or _void_of(old), key=key, officer=officer, act=act, replaces=old, reason=reason.strip()
        )
        record_audit(
            act,
            action="targets.correct",
            target=row,
            region_code=_region(aim),
            before=_audited(old, aim),
            after=_audited(row, aim) | {"reason": row.reason},
        )
    return row


def adopt_platform_figure(code: str, *, year: int, key: uuid.UUID, act: ActorContext) -> Measurement:
    """Enter what the portal counts now as a measured value, marked as a lower bound. Counted here, never posted.

    Raises RefusedError where the portal counts nothing for this target and year, or did so today already.
    """
    aim = find_aim(code)
    figure = platform_figures([aim], on=timezone.localdate(act.at)).get((code, year)) if aim else None
    if figure is None or not figure.value:
        raise RefusedError("平台还没有这项目标的数据，请从其他来源登记。")
    reading = Reading(
        year=year,
        value=figure.value,
        wording="",
        measured_on=figure.counted_on,
        source_kind=SourceKind.PLATFORM,
        source=figure.source[:300],
        is_lower_bound=True,
    )
    return record_measurement(code, reading, key=key, act=act)


def _open_target(code: str, *, act: ActorContext) -> tuple[Aim, User]:
    """Lock a target and check that this person may enter its values. Must run in the transaction that writes."""
    item = SupportItem.objects.select_for_update(of=("self",)).filter(code=code, kind=TARGET).first()
    aim = find_aim(code) if item else None
    if aim is None or aim.goal.is_restated:
        raise RefusedError("没有这项目标，或它的实测值登记在另一项目标下。")
    return aim, _officer_for(aim.item.document, act=act)


def _officer_for(document: PolicyDocument, *, act: ActorContext) -> User:
    if act.user is None or not may_record(act.user, document):
        raise PermissionDenied("您的职责不包含登记这份文件的数据。")
    return act.user


def _check(reading: Reading, aim: Aim, *, act: ActorContext, besides: Measurement | None = None) -> None:
    goal: Goal = aim.goal
    if reading.year not in goal.years:
        raise RefusedError(f"这项目标的年度为 {'、'.join(str(year) for year in goal.years)}，请改选。", field="year")
    if (goal.target is None) != (reading.value is None) or bool(reading.wording) != (goal.target is None):
        raise RefusedError("请填写实测值。", field="value")
    first, last = days_of(aim, reading.year)
    today = timezone.localdate(act.at)
    if not first <= reading.measured_on <= last:
        raise RefusedError(
            f"数据时点应在 {first.isoformat()} 至 {last.isoformat()} 之间，即目标的期限内。", field="measured_on"
        )
    if reading.measured_on > today:
        raise RefusedError("数据时点不能晚于今天。", field="measured_on")
    if not reading.source.strip():
        raise RefusedError("请写明来源：文件名称和文号、统计报表，或网页标题。", field="source")
    same_day = Measurement.objects.standing().exclude(value=None, wording="")
    same_day = same_day.filter(item=aim.item, year=reading.year, measured_on=reading.measured_on)
    if (same_day.exclude(pk=besides.pk) if besides else same_day).exists():
        raise RefusedError(
            "这一时点已经登记过实测值。数值有误的，请在历次实测中选“更正”；另一时点的，请改数据时点。",
            field="measured_on",
        )


def days_of(aim: Aim, year: int) -> tuple[date, date]:
    """The first and last day that a value for a target's year may describe."""
    begun = aim.item.document.effective_from
    first = year if aim.goal.is_yearly or begun is None else min(begun.year, year)
    return deadline(first - 1).replace(year=first, month=1, day=1), deadline(year)


def _void_of(old: Measurement) -> Reading:
    return Reading(old.year, None, "", old.measured_on, SourceKind(old.source_kind), old.source, old.link)


def _append(
    aim: Aim,
    reading: Reading,
    *,
    key: uuid.UUID,
    officer: User,
    act: ActorContext,
    replaces: Measurement | None = None,
    reason: str = "",
) -> Measurement:
    return Measurement.objects.create(
        key=key,
        item=aim.item,
        year=reading.year,
        value=reading.value,
        wording=reading.wording,
        is_lower_bound=reading.is_lower_bound,
        measured_on=reading.measured_on,
        source_kind=reading.source_kind,
        source=reading.source.strip(),
        link=reading.link,
        replaces=replaces,
        reason=reason,
        entered_by=officer,
        entered_at=act.at,
    )


def _audited(row: Measurement, aim: Aim) -> dict[str, object]:
    return {
        "year": row.year,
        "figure": measured_text(row, aim.goal.unit),
        "measured_on": row.measured_on,
        "source": row.source,
    }


def _region(aim: Aim) -> str:
    return aim.item.document.region_id or ""


# ---- progress of a plan ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Report:
    """What is reported of a phase or duty; `year` for a yearly duty, None for any other."""

    year: int | None
    state: ProgressState
    note: str
    source: str
    on: date


def report_progress(
    document_code: str, rule: str, report: Report, *, seen: int, key: uuid.UUID, act: ActorContext
) -> ProgressEntry:
    """Add what is known of a phase or duty. `seen` is the last entry's id as the page showed it (0: none).

    Raises RefusedError for what cannot stand or where somebody else reported meanwhile.
    """
    with transaction.atomic():
        document = PolicyDocument.objects.select_for_update(of=("self",)).get(code=document_code)
        duty = duty_of(document_code, rule)
        officer = _officer_for(document, act=act)
        known = ProgressEntry.objects.filter(key=key, document=document, rule=rule).first()
        if known is not None:
            return known
        if duty is None or report.year not in duty.years:
            raise RefusedError("方案里没有这项任务或这个年度，请回到方案页重新选择。")
        entries = ProgressEntry.objects.filter(document=document, rule=rule, year=report.year)
        last = entries.first()
        if (last.pk if last else 0) != seen:
            raise RefusedError("本页打开后，他人已登记新的进展。您填写的内容仍在下方，请先看最新情况再决定。")
        _check_report(report, ongoing=duty.is_ongoing, act=act)
        entry = ProgressEntry.objects.create(
            key=key,
            document=document,
            rule=rule,
            year=report.year,
            state=report.state,
            note=report.note.strip(),
            source=report.source.strip(),
            on=report.on,
            entered_by=officer,
            entered_at=act.at,
        )
        record_audit(
            act,
            action="targets.report",
            target=entry,
            region_code=document.region_id or "",
            before={"state": last.get_state_display()} if last else None,
            after={"state": entry.get_state_display(), "note": entry.note, "year": entry.year, "on": entry.on},
        )
    return entry


def _check_report(report: Report, *, ongoing: bool, act: ActorContext) -> None:
    if report.on > timezone.localdate(act.at):
        raise RefusedError("日期不能晚于今天。", field="on")
    if not report.note.strip():
        raise RefusedError("请写明做了什么、到了哪一步。", field="note")
    if report.state == ProgressState.DONE and ongoing:
        raise RefusedError("持续开展的工作没有完成之日，请选“进行中”。", field="state")
    if report.state == ProgressState.DONE and not report.source.strip():
        raise RefusedError("登记为已完成，须写明依据，例如文件名称和文号。", field="source")
