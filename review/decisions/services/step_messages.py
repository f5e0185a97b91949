"""Tell applicants that their claim moved, and officers that it comes back to them."""

from django.urls import reverse

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import Claim, ClaimEvent
from applications.claims.services.messages import notify_members
from portal.core.money import format_yuan
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.decisions.message_kinds import DISTRICT_WORDS, OWN_WAY_WORDS, RECOGNISED_WORDS, WORDS
from review.decisions.permissions import STAGE_OF


def _kind_of(claim: Claim, action: str) -> str | None:
    """The kind of message that tells of a step; None where nobody is told."""
    if claim.approved_amount is None and action in RECOGNISED_WORDS:
        return f"review.recognised.{action}"
    if claim.departures and action in OWN_WAY_WORDS:
        return f"review.own_way.{action}"
    if claim.route == Route.DISTRICT and action in DISTRICT_WORDS:
        return f"review.district.{action}"
    return f"review.{action}" if action in WORDS else None


def _tell_earlier_officer(claim: Claim, event: ClaimEvent) -> None:
    """Tell who concluded the stage to which a claim comes back that it is there again, and why."""
    stage = STAGE_OF[event.to_status]
    earlier = claim.decisions.filter(stage=stage).select_related("officer").order_by("-pk").first()
    if earlier is None or earlier.officer is None or earlier.officer_id == event.actor_id:
        return
    notify_users(
        [earlier.officer],
        "review.sent_back",
        key=f"claim-event:{event.pk}:officer",
        url=reverse("review:claim", args=[claim.key]),
        region_code=claim.region_id,
        number=claim.number,
        stage=stage.label,
        by=event.actor_name,
        applicant=claim.applicant.name,
        reason=event.reason,
    )


# Steps of which a notice tells, by the job that makes it.
NOTICE_JOBS: dict[str, str] = {
    Action.ACCEPT: "notices.issue_acceptance",
    Action.DEEM_ACCEPTED: "notices.issue_acceptance",
    Action.DECLINE: "notices.issue_declined",
    Action.REQUEST_CORRECTION: "notices.issue_correction",
    Action.ABANDON: "notices.issue_abandoned",
    Action.REJECT: "notices.issue_refusal",
    Action.UPHOLD_OBJECTION: "notices.issue_refusal",
}


def enqueue_notice(claim: Claim, event: ClaimEvent) -> None:
    """Have the notice of a step made, where one tells of it, in the caller's transaction."""
    job = NOTICE_JOBS.get(event.action)
    if job is None:
        return
    # Of corrections each has its notice; of what is decided anew the last, once the earlier was voided.
    occasion = {"occasion": event.pk} if event.action == Action.REQUEST_CORRECTION else {}
    payload = {"claim_id": claim.pk} | occasion
    enqueue_job(job, key=f"{claim.pk}:{event.pk}", payload=payload, region_code=claim.region_id)


def notify_of_step(claim: Claim, event: ClaimEvent) -> None:
    """Write the message about this step to everybody who acts for the applicant, in the caller's transaction."""
    if event.action in (Action.RECALL, Action.SEND_BACK):
        _tell_earlier_officer(claim, event)
        if event.from_status == ClaimStatus.DISTRICT_CONFIRMATION:
            return
    kind = _kind_of(claim, event.action)
    if kind is None:
        return
    notify_members(
        claim,
        kind,
        key=f"claim-event:{event.pk}",
        item=claim.item.title,
        number=claim.number,
        reason=event.reason,
        amount=format_yuan(claim.approved_amount) if claim.approved_amount is not None else "",
        recognised=claim.approved_title,
        status=claim.applicant_label,
    )
