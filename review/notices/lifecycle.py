"""What becomes of a notice after it was issued: voided, replaced, made again, delivered."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.services.messages import notify_members
from applications.mandates.enums import Right
from portal.accounts.models import User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.services import close_dead_jobs, enqueue_job, retry_job
from portal.recusal.permissions import refuse_recused
from review.notices.compose import NoticeNotDue
from review.notices.enums import RECORDED_BY_OFFICERS, NoticeEventKind, NoticeKind
from review.notices.kinds import FORMS, occasion_of
from review.notices.models import Notice, NoticeEvent
from review.notices.selectors import failed_jobs


def void_notice(code: str, *, reason: str, act: ActorContext) -> Notice:
    """Void a notice: its number stays used, its page says so, and the applicant is told if it was made.

    Raises RefusedError without a reason, and where it is void already; Notice.DoesNotExist for a person who does not
    keep it.
    """
    with transaction.atomic():
        notice = _lock(code, act)
        _void(notice, reason=reason, act=act)
    return notice


def void_for_cause(claim_id: int, kind: NoticeKind, occasion: int, *, reason: str, act: ActorContext) -> None:
    """Void the valid notice on what came undone, if there is one; who undid it is who voids."""
    with transaction.atomic():
        valid = Notice.objects.filter(claim_id=claim_id, kind=kind, occasion=occasion, voided_at=None)
        notice = valid.select_for_update(of=("self",)).select_related("claim__item", "claim__applicant").first()
        if notice is not None:
            _void(notice, reason=reason, act=act)


def replace_notice(code: str, *, reason: str, act: ActorContext) -> Notice:
    """Void a notice if it is not yet, and have the next number's made in its place. Returns the old one.

    Raises RefusedError as `void_notice`, and where it was replaced already or its claim has moved on.
    """
    with transaction.atomic():
        notice = _lock(code, act)
        if Notice.objects.filter(replaces=notice).exists():
            raise RefusedError("这份通知书已有新的通知书，请在新的通知书上办理。")
        try:
            occasion_of(notice.claim, NoticeKind(notice.kind), notice.occasion)
        except NoticeNotDue as error:
            raise RefusedError(f"不能重新制作：{error}") from error
        if not notice.voided_at:
            _void(notice, reason=reason, act=act)
        job = FORMS[NoticeKind(notice.kind)].job
        key = f"{notice.claim_id}:{notice.occasion}:{notice.pk}"
        enqueue_job(job, key=key, payload=_payload(notice), region_code=notice.claim.region_id)
    return notice


def make_again(job_id: int, *, act: ActorContext) -> None:
    """Put a failed job of a notice back in line. Raises RefusedError where it is not among those the person sees."""
    job = next((one for one in failed_jobs(_person(act)) if one.job.pk == job_id), None)
    if job is None or not retry_job(job.job, act=act):
        raise RefusedError("该任务已不在失败之列，请刷新后查看。")


def record_delivery(code: str, kind: NoticeEventKind, *, on: date, note: str, act: ActorContext) -> None:
    """Record that a notice was mailed or handed over, with the number of the paper that proves it.

    Raises RefusedError where the notice is not made or void, or the day lies before it or after today.
    """
    if kind not in RECORDED_BY_OFFICERS:
        raise ValueError(f"officers do not record {kind}")
    with transaction.atomic():
        notice = _lock(code, act)
        if notice.voided_at or not notice.rendered_at:
            raise RefusedError("只有已制作且未作废的通知书可以登记送达。")
        if not notice.issued_on <= on <= timezone.localdate(act.at):
            raise RefusedError(f"送达日期须在 {notice.issued_on:%Y-%m-%d} 至今天之间。", field="on")
        if not note.strip():
            raise RefusedError("请填写送达回证或邮件单号。", field="note")
        _record(notice, kind, on=on, note=note.strip(), act=act)


def record_looks(notices: Iterable[Notice], kind: NoticeEventKind, *, act: ActorContext) -> None:
    """Record, once a person and notice, that a member of the applicant saw these notices or took the file."""
    user = _person(act)
    own = {membership.applicant_id for membership in user.active_memberships}
    made = [notice for notice in notices if notice.rendered_at and notice.claim.applicant_id in own]
    seen = NoticeEvent.objects.filter(notice__in=made, kind=kind, user=user).values_list("notice_id", flat=True)
    known = set(seen) if made else set()
    fresh = [notice for notice in made if notice.pk not in known]
    if not fresh:
        return
    on = timezone.localdate(act.at)
    with transaction.atomic():
        NoticeEvent.objects.bulk_create(
            [NoticeEvent(notice=notice, kind=kind, on=on, user=user, at=act.at) for notice in fresh],
            ignore_conflicts=True,
        )
        # Read again: of rows of which some may have been there, no database says the keys.
        record_contents(NoticeEvent.objects.filter(notice__in=fresh, kind=kind, user=user))


def _lock(code: str, act: ActorContext) -> Notice:
    person = _person(act)
    kept = Notice.objects.kept_by(person).select_for_update(of=("self",))
    notice = kept.select_related("claim__item", "claim__applicant").get(code=code)
    refuse_recused(person, notice.claim.applicant_id)
    return notice


def _payload(notice: Notice) -> dict[str, int]:
    occasion = {"occasion": notice.occasion} if notice.occasion else {}
    return {"claim_id": notice.claim_id} | occasion


def _void(notice: Notice, *, reason: str, act: ActorContext) -> None:
    if not reason.strip():
        raise RefusedError("请写明作废原因。", field="reason")
    if notice.voided_at:
        raise RefusedError("这份通知书已经作废。")
    notice.voided_at = act.at
    notice.save(update_fields=["voided_at"])
    _record(notice, NoticeEventKind.VOIDED, on=timezone.localdate(act.at), note=reason.strip(), act=act)
    # A notice that was never made has no reader, and its job nothing left to do.
    close_dead_jobs(FORMS[NoticeKind(notice.kind)].job, _payload(notice), act=act)
    if notice.rendered_at:
        notify_members(
            notice.claim,
            "notices.void",
            key=f"notice-void:{notice.pk}",
            url=reverse("notices:mine"),
            right=Right.READ,
            notice=notice.get_kind_display(),
            item=notice.claim.item.title,
            number=notice.claim.number,
            notice_number=notice.number,
            reason=reason.strip(),
        )


def _record(notice: Notice, kind: NoticeEventKind, *, on: date, note: str, act: ActorContext) -> None:
    NoticeEvent.objects.create(notice=notice, kind=kind, on=on, note=note, user=_person(act), at=act.at)
    after = {"number": notice.number, "on": on, "note": note}
    record_audit(act, action=f"notices.{kind.value}", target=notice, region_code=notice.claim.region_id, after=after)


def _person(act: ActorContext) -> User:
    if act.user is None:
        raise ValueError("a person does this, never a job")
    return act.user
