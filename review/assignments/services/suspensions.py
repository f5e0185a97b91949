"""Suspend the work on a claim for a while, resume it, and watch that none rests for good."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.messages import notify_members
from applications.claims.services.transitions import lock_claim, set_clocks
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_users
from portal.workdays.selectors import add_workdays
from review.assignments.enums import SuspensionReason
from review.assignments.models import Suspension
from review.assignments.selectors.desks import deputies_of, principals_of, supervises, works_on
from review.assignments.services.holding import check_desk


def latest_day(today: date) -> date:
    """The last day until which work may rest that is suspended today."""
    return add_workdays(today + timedelta(days=1), days=settings.SUSPENSION_WORKDAYS)


def suspend_claim(claim_id: int, *, reason: str, expected_on: date, note: str = "", act: ActorContext) -> Suspension:
    """Suspend the work on a claim until an expected day, for a reason of the closed list that its applicant reads.

    Its officer or a supervisor does. Raises RefusedError for another reason, a day that is past or too far, one time
    too many at the stage, and what `check_desk` refuses; PermissionDenied for anybody else.
    """
    if reason not in SuspensionReason.values:
        raise RefusedError("请选择挂起的事由。", field="reason")
    today = timezone.localdate(act.at)
    latest = latest_day(today)
    if not today < expected_on <= latest:
        raise RefusedError(
            f"预计恢复日期应在明天至 {latest:%Y-%m-%d} 之间（最长 {settings.SUSPENSION_WORKDAYS} 个工作日）。",
            field="expected_on",
        )
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if act.user is None or not (works_on(act.user, claim) or supervises(act.user, claim)):
            raise PermissionDenied("该申报不在您的办理环节。")
        if Suspension.objects.open().filter(claim=claim).exists():
            raise RefusedError("该申报已经挂起。")
        if not supervises(act.user, claim):
            check_desk(claim, act=act)
        if Suspension.objects.filter(claim=claim, status=claim.status).count() >= settings.SUSPENSIONS_PER_STAGE:
            raise RefusedError(f"同一环节最多挂起 {settings.SUSPENSIONS_PER_STAGE} 次，请继续办理。")
        try:
            with transaction.atomic():
                made = Suspension.objects.create(
                    claim=claim,
                    status=claim.status,
                    reason=reason,
                    note=note.strip(),
                    expected_on=expected_on,
                    latest_on=latest,
                    placed_by=act.user,
                    at=act.at,
                )
        except IntegrityError as error:
            raise RefusedError("该申报已经挂起。") from error
        set_clocks(claim, on=today)
        _notify_applicant(
            claim, made, "assignments.suspended", why=made.get_reason_display(), due=f"{expected_on:%Y-%m-%d}"
        )
        record_audit(
            act,
            action="assignments.suspended",
            target=claim,
            region_code=claim.region_id,
            after={"reason": reason, "expected_on": expected_on, "note": made.note},
        )
    return made


def resume_claim(claim_id: int, *, act: ActorContext) -> Suspension:
    """Resume the work on a claim: who suspended it, who stands in for them, or a supervisor.

    Raises RefusedError where it does not rest, PermissionDenied for anybody else.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        standing = Suspension.objects.open().filter(claim=claim).first()
        if standing is None:
            raise RefusedError("该申报没有挂起。")
        if not may_resume(standing, claim, act=act):
            raise PermissionDenied("只能由挂起人或负责人恢复办理。")
        _resume(standing, claim, act=act)
    return standing


def may_resume(standing: Suspension, claim: Claim, *, act: ActorContext) -> bool:
    """Whether who acts may resume the work that rests."""
    if act.user is None or claim.applicant_id in act.user.recused_from:
        return False
    if same_person(act.user, standing.placed_by_id) or supervises(act.user, claim):
        return True
    return standing.placed_by_id in principals_of(act.user, on=timezone.localdate(act.at))


def watch_suspensions(*, on: date) -> None:
    """Every night: remind of work whose expected day came, and resume what has rested as long as it may.

    Idempotent; each claim in a transaction of its own.
    """
    act = ActorContext(user=None, at=clock.now())
    due = Suspension.objects.open().filter(Q(expected_on__lte=on, reminded_on=None) | Q(latest_on__lt=on))
    for pk, claim_id in list(due.order_by("pk").values_list("pk", "claim_id")):
        with transaction.atomic():
            claim = lock_claim(claim_id)
            standing = Suspension.objects.open().select_related("placed_by").filter(pk=pk).first()
            if standing is None:
                continue
            if standing.latest_on < on:
                _resume(standing, claim, act=act)
            standing.reminded_on = on
            standing.save(update_fields=["reminded_on"])
            is_over = standing.resumed_at is not None
            notify_users(
                deputies_of([standing.placed_by], on=on),
                "assignments.rest_over" if is_over else "assignments.rest_due",
                key=f"suspension:{pk}:{'resumed' if is_over else 'due'}",
                url=reverse("review:claim", args=[claim.key]),
                region_code=claim.region_id,
                number=claim.number,
                applicant=claim.applicant.name,
            )


def _resume(standing: Suspension, claim: Claim, *, act: ActorContext) -> None:
    standing.resumed_at, standing.resumed_by = act.at, act.user
    standing.save(update_fields=["resumed_at", "resumed_by"])
    set_clocks(claim, on=timezone.localdate(act.at))
    _notify_applicant(claim, standing, "assignments.resumed")
    record_audit(act, action="assignments.resumed", target=claim, region_code=claim.region_id, after={})


def _notify_applicant(claim: Claim, suspension: Suspension, kind: str, **values: Any) -> None:
    notify_members(
        claim,
        kind,
        key=f"{kind}:{suspension.pk}",
        item=claim.item.title,
        number=claim.number,
        **values,
    )
