"""What applicants read when their claim moves: plain words, on the site and by mail."""

from django.urls import reverse

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import Claim, ClaimEvent
from portal.core.money import format_yuan
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_applicant, notify_users
from review.decisions.permissions import STAGE_OF

_REMEDIES = "如有异议，可自收到决定之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。"
# What the applicant was told before is taken back; the offices' reason is theirs.
_AGAIN = (
    "申报退回重新审核",
    "您的申报“{title}”（{number}）此前的审核意见已收回或退回，现为“{status}”，请以新的通知为准。您不需要操作。",
)
# Action → (title, body). A first officer's proposal is not told: it is not yet anybody's conclusion.
WORDS: dict[str, tuple[str, str]] = {
    Action.ACCEPT: ("申报已受理", "您的申报“{title}”（{number}）已受理，进入区级审核。"),
    Action.DECLINE: (
        "申报不予受理",
        (
            "您的申报“{title}”（{number}）不予受理。理由：{reason}\n如有异议，可自收到本通知之日起六十日内申请行政复议，"
            "或者在六个月内提起行政诉讼；补齐条件后也可以重新申报。"
        ),
    ),
    Action.DISTRICT_CONFIRM: ("区级审核已通过", "您的申报“{title}”（{number}）已通过区级审核，报送市级复审。"),
    Action.CITY_PASS: ("市级复审已通过", "您的申报“{title}”（{number}）已通过市级复审，等待审定。"),
    Action.DECIDE: (
        "审定拟予支持",
        "您的申报“{title}”（{number}）审定拟支持 {amount} 元，接下来将向社会公示。公示期满无异议后正式批准。",
    ),
    Action.RECOGNISE: (
        "认定已生效",
        "您的申报“{title}”（{number}）公示期满，已认定：{recognised}。认定通知书制作完成后即可下载。",
    ),
    Action.PUBLICISE: ("申报正在公示", "您的申报“{title}”（{number}）已列入公示，期满无异议后正式批准。"),
    Action.UNPUBLISH: (
        "公示已撤下",
        "您的申报“{title}”（{number}）所在的公示名单已撤下，原因：{reason}\n更正后将重新公示，您不需要操作。",
    ),
    Action.REDECIDE: (
        "异议部分成立，重新审定",
        "经核实，对您的申报“{title}”（{number}）提出的异议部分成立，将重新审定后再次公示。核实结论：{reason}",
    ),
    Action.RECALL: _AGAIN,
    Action.SEND_BACK: _AGAIN,
    Action.OBJECT: (
        "公示期间收到异议",
        "您的申报“{title}”（{number}）在公示期间收到异议，主管部门正在核实，其他申报不受影响。",
    ),
    Action.DISMISS_OBJECTION: ("异议不成立", "经核实，对您的申报“{title}”（{number}）提出的异议不成立，公示程序继续。"),
    Action.APPROVE: (
        "资助已批准",
        "您的申报“{title}”（{number}）已批准，资助金额 {amount} 元。资助决定通知书制作完成后即可下载。",
    ),
    Action.REJECT: (
        "申报不予支持",
        "您的申报“{title}”（{number}）经审核不予支持。理由：{reason}\n不予支持通知书制作完成后即可下载，内载救济途径。",
    ),
    Action.UPHOLD_OBJECTION: (
        "异议成立，不予支持",
        "经核实，公示期间对您的申报“{title}”（{number}）提出的异议成立，不予支持。理由：{reason}",
    ),
    Action.LOWER: (
        "资助金额已调减",
        "您的申报“{title}”（{number}）的资助金额调减为 {amount} 元。理由：{reason}\n" + _REMEDIES,
    ),
    Action.TERMINATE: (
        "资助已终止",
        "您的申报“{title}”（{number}）的资助已终止，尚未拨付的资金不再拨付。理由：{reason}\n" + _REMEDIES,
    ),
}

# What is said instead where the claim gets a title and no money, and where the district decides.
RECOGNISED_WORDS: dict[str, tuple[str, str]] = {
    Action.DECIDE: (
        "审定拟予认定",
        "您的申报“{title}”（{number}）审定拟予认定：{recognised}，接下来将向社会公示。公示期满无异议后正式认定。",
    ),
}
DISTRICT_WORDS: dict[str, tuple[str, str]] = {
    Action.DISTRICT_CONFIRM: ("区级审核已通过", "您的申报“{title}”（{number}）已通过区级审核，等待本区审定。"),
}


def _words_for(claim: Claim, action: str) -> tuple[str, str] | None:
    if claim.approved_amount is None and action in RECOGNISED_WORDS:
        return RECOGNISED_WORDS[action]
    if claim.route == Route.DISTRICT and action in DISTRICT_WORDS:
        return DISTRICT_WORDS[action]
    return WORDS.get(action)


def _tell_earlier_officer(claim: Claim, event: ClaimEvent) -> None:
    """Tell who concluded the stage to which a claim comes back that it is there again, and why."""
    stage = STAGE_OF[event.to_status]
    earlier = claim.decisions.filter(stage=stage).select_related("officer").order_by("-pk").first()
    if earlier is None or earlier.officer_id == event.actor_id:
        return
    notify_users(
        [earlier.officer],
        key=f"claim-event:{event.pk}:officer",
        title=f"{claim.number} 退回{stage.label}",
        body=f"{event.actor_name}将 {claim.number}（{claim.applicant.name}）退回{stage.label}。原因：{event.reason}",
        url=reverse("review:claim", args=[claim.key]),
    )


# Steps of which a notice tells, by the job that makes it. What can happen to a claim more than once names the step.
NOTICE_JOBS: dict[str, str] = {
    Action.ACCEPT: "notices.issue_acceptance",
    Action.DECLINE: "notices.issue_declined",
    Action.REQUEST_CORRECTION: "notices.issue_correction",
}


def enqueue_notice(claim: Claim, event: ClaimEvent) -> None:
    """Have the notice of a step made, where one tells of it, in the caller's transaction."""
    job = NOTICE_JOBS.get(event.action)
    if job is None:
        return
    repeats = event.action == Action.REQUEST_CORRECTION
    payload = {"claim_id": claim.pk} | ({"occasion": event.pk} if repeats else {})
    key = f"{claim.pk}:{event.pk}" if repeats else str(claim.pk)
    enqueue_job(job, key=key, payload=payload, region_code=claim.region_id)


def notify_of_step(claim: Claim, event: ClaimEvent) -> None:
    """Write the message about this step to everybody who acts for the applicant, in the caller's transaction."""
    if event.action in (Action.RECALL, Action.SEND_BACK):
        _tell_earlier_officer(claim, event)
        if event.from_status == ClaimStatus.DISTRICT_CONFIRMATION:
            return
    words = _words_for(claim, event.action)
    if words is None:
        return
    title, body = words
    amount = format_yuan(claim.approved_amount) if claim.approved_amount is not None else ""
    notify_applicant(
        claim.applicant_id,
        key=f"claim-event:{event.pk}",
        title=title,
        body=body.format(
            title=claim.item.title,
            number=claim.number,
            reason=event.reason,
            amount=amount,
            recognised=claim.approved_title,
            status=claim.applicant_label,
        ),
        url=reverse("applications:claim", args=[claim.key]),
    )
