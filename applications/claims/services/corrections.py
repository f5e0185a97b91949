"""Send a claim back with a complete list of what to correct, and take it up again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, CorrectionPoint
from applications.claims.permissions import party_for, stands_for
from applications.claims.selectors.corrections import facts_before
from applications.claims.selectors.scope import correction_targets
from applications.claims.services.assessment import assess_claim
from applications.claims.services.drafts import lock_editable, touch
from applications.claims.services.messages import notify_members
from applications.claims.services.submission import (
    AlreadySubmittedError,
    Submitted,
    check_ready,
    raise_rights_taken,
    refuse_undetermined,
    take_rights,
)
from applications.claims.services.transitions import lock_claim, perform_transition
from applications.mandates.enums import Right
from applications.payees.services import freeze_payee
from portal.accounts.enums import Role
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_users
from portal.workdays.selectors import CalendarUnknownError, add_workdays

# A second round of correction is asked for by who checks the officer's work, not by the officer alone.
SUPERVISORS = frozenset({Role.DISTRICT_SECOND, Role.DECISION_MAKER})
SHORTEST_WORKDAYS = 3
MOST_ANSWER = 500


@dataclass(frozen=True, slots=True)
class PointAsked:
    """One thing to correct: a place of the form (as in `correction_targets`) and what is wrong there.

    `field` is a fact's name, `evidence:<code>`, or "" for the whole line; with `line_position=None` it is the claim's
    own, and with both empty a remark on the claim as a whole, which opens all of it.
    """

    line_position: int | None
    field: str
    remark: str


def request_correction(
    claim: Claim, *, act: ActorContext, points: Sequence[PointAsked], reason: str = "", workdays: int | None = None
) -> Claim:
    """Return a claim to its applicant with everything that is to be corrected, and a day by which it is due.

    `workdays` (3 to the site's CORRECTION_WORKDAYS, which is also the default) count from the next day. Raises
    RefusedError where a point names no place of the form or says nothing, where the round is the second and the
    person no supervisor, or where the calendar of the coming year is not known; PermissionDenied where the claim is
    not with the person's office.
    """
    days = settings.CORRECTION_WORKDAYS if workdays is None else workdays
    if not SHORTEST_WORKDAYS <= days <= settings.CORRECTION_WORKDAYS:
        raise RefusedError(f"补正期限应为 {SHORTEST_WORKDAYS} 至 {settings.CORRECTION_WORKDAYS} 个工作日。")
    with transaction.atomic():
        claim = lock_claim(claim.pk)
        labels = {
            (target.line_position, target.field): target.label
            for target in correction_targets(claim, claim.lines.order_by("position"))
        }
        labels[None, ""] = "整份申报"
        _check_points(points, labels)
        _check_round(claim, act)
        try:
            due_on = add_workdays(timezone.localdate(act.at) + timedelta(days=1), days=days)
        except CalendarUnknownError as error:
            raise RefusedError(str(error)) from None
        perform_transition(
            claim,
            action=Action.REQUEST_CORRECTION,
            act=act,
            reason=reason.strip() or f"共 {len(points)} 处需要补正",
            changes={"correction_due_on": due_on},
        )
        CorrectionPoint.objects.bulk_create(
            CorrectionPoint(
                claim=claim,
                round=claim.correction_round,
                line_position=point.line_position,
                field=point.field,
                field_label=labels[point.line_position, point.field],
                remark=point.remark.strip(),
                before=facts_before(claim, position=point.line_position, field=point.field),
                due_on=due_on,
                asked_by=act.user,
                asked_at=act.at,
            )
            for point in points
        )
        notify_members(
            claim,
            "claims.correction",
            key=f"claim.correction:{claim.pk}:{claim.correction_round}",
            right=Right.CORRECT,
            number=claim.number,
            item=claim.item.title,
            count=len(points),
            due=due_on.isoformat(),
            points="；".join(f"{labels[p.line_position, p.field]}——{p.remark.strip()}" for p in points),
        )
        return claim


def answer_points(claim: Claim, *, act: ActorContext, answers: Mapping[int, str]) -> None:
    """Keep what the applicant says to points of the present round, by their ids; empty text takes an answer back.

    Raises RefusedError where the claim is not being corrected, or an answer is too long.
    """
    with transaction.atomic():
        claim = lock_editable(claim, act=act)
        for point in claim.correction_points.filter(round=claim.correction_round, pk__in=answers):
            text = answers[point.pk].strip()
            if len(text) > MOST_ANSWER:
                raise RefusedError(f"对“{point.field_label}”的说明超过 {MOST_ANSWER} 字，请缩短。")
            if text != point.answer:
                point.answer = text
                point.save(update_fields=["answer"])
                touch(claim, act=act)


def resubmit_claim(claim: Claim, *, act: ActorContext, revision: int, commitment: bool) -> Submitted:
    """Hand a corrected claim back to the officer who asked. Errors are those of `submit_claim`."""
    try:
        with transaction.atomic():
            return _resubmit(claim, act=act, revision=revision, commitment=commitment)
    except IntegrityError as error:
        raise_rights_taken(claim, error, act=act)


def _resubmit(claim: Claim, *, act: ActorContext, revision: int, commitment: bool) -> Submitted:
    claim = lock_claim(claim.pk)
    if claim.status != ClaimStatus.CORRECTION and stands_for(act.user, claim):
        raise AlreadySubmittedError(claim)
    context = check_ready(claim, act=act, revision=revision, commitment=commitment)
    before = claim.assessments.first()
    assessment = assess_claim(context, act=act, stage=Action.RESUBMIT)
    refuse_undetermined(context, assessment)
    take_rights(context)
    freeze_payee(claim, act=act)
    points = list(claim.correction_points.filter(round=claim.correction_round).select_related("asked_by"))
    perform_transition(
        claim,
        action=Action.RESUBMIT,
        act=act,
        changes={
            "version": claim.version,
            "commitment_at": act.at,
            "claimed_amount": assessment.amount,
        },
    )
    record_audit(
        act,
        action="claim.corrected",
        target=claim,
        region_code=claim.region_id,
        before={"lines": before.question["lines"] if before else []},
        after={"lines": assessment.question["lines"]},
    )
    key = f"claim.resubmit:{claim.pk}:{claim.correction_round}"
    said: dict[str, Any] = {
        "number": str(claim.number),
        "applicant": claim.applicant.name,
        "item": claim.item.title,
        "holder": claim.holder,
    }
    notify_members(claim, "claims.resubmitted", key=key, **said)
    asked_by = {point.asked_by for point in points}
    notify_users(asked_by, "claims.to_go_on", key=key, region_code=claim.region_id, **said)
    return Submitted(claim, assessment)


def _check_points(points: Sequence[PointAsked], labels: dict[tuple[int | None, str], str]) -> None:
    if not points:
        raise RefusedError("请至少列出一处需要补正的内容。")
    for number, point in enumerate(points, start=1):
        if (point.line_position, point.field) not in labels:
            raise RefusedError(f"第 {number} 处补正要求没有对应的字段或材料，请重新选择。")
        if not point.remark.strip():
            place = labels[point.line_position, point.field]
            raise RefusedError(f"请写明“{place}”有什么问题、应怎样补正。")
        if len(point.remark.strip()) > 300:
            raise RefusedError(f"第 {number} 处补正要求超过 300 字，请缩短。")


def _check_round(claim: Claim, act: ActorContext) -> None:
    """One round of a stage is the officer's; a second needs a supervisor (to be called with the claim locked)."""
    asked_here = claim.events.filter(action=Action.REQUEST_CORRECTION, from_status=claim.status)
    if act.user is None or not asked_here.exists():
        return
    party = party_for(act.user, claim, Action.REQUEST_CORRECTION)
    if party is not None and party not in SUPERVISORS:
        raise RefusedError(
            "该申报在本环节已退回补正过一次。再次退回补正须由复核（市级为审定）人员提出：请写明意见后送复核，或直接作出结论。"
        )
