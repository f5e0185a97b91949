"""Approve a long publicity list in the background: claim by claim, so that everybody else's work goes on beside it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.decisions.models import PublicityList
from review.decisions.permissions import approver_in
from review.decisions.services.publicity import approve_list, refuse_before_end

KIND = "review.approve_list"
# A request approves up to so many by itself, which takes a few seconds at most.
MOST_AT_ONCE = 50
_MOST_REASONS = 20


def approval_job(publicity: PublicityList) -> Job | None:
    """The last job that approves the list and has not come to its end, if there is one."""
    return Job.objects.filter(kind=KIND, key__startswith=f"{publicity.pk}-").exclude(state=JobState.DONE).last()


def start_approval(publicity: PublicityList, *, act: ActorContext) -> Job:
    """Promise the approval of every claim of the list that is not frozen; one job at a time.

    Raises RefusedError before the end of the period, PermissionDenied for another region's person.
    """
    if act.user is None or publicity.region_id not in act.user.regions_for(approver_in(publicity.region)):
        raise PermissionDenied("您的职责不包含批准本名单。")
    refuse_before_end(publicity, act=act)
    with transaction.atomic():
        # Locked, so that two people who press at once start one job.
        PublicityList.objects.select_for_update().get(pk=publicity.pk)
        if standing := approval_job(publicity):
            return standing
        earlier = Job.objects.filter(kind=KIND, key__startswith=f"{publicity.pk}-").count()
        key = f"{publicity.pk}-{earlier + 1}"
        payload = {"publicity_id": publicity.pk, "user_id": act.user.pk, "key": key}
        return enqueue_job(KIND, key=key, payload=payload, region_code=publicity.region_id)


def approve_in_background(publicity_id: int, user_id: int, key: str) -> None:
    """Approve what the list holds ready, and write the person what became of it. For the worker.

    May be killed and called again: what was approved stays so and is passed over. Must be called outside a transaction.
    """
    publicity, user = PublicityList.objects.get(pk=publicity_id), User.objects.get(pk=user_id)
    outcomes = approve_list(publicity, act=ActorContext(user=user, at=timezone.now()), progress=report_progress)
    refused = [f"{outcome.claim.number}：{outcome.problem}" for outcome in outcomes if outcome.problem]
    granted = [ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED]
    body = f"“{publicity.title}”已批准 {publicity.entries.filter(claim__status__in=granted).count()} 件"
    body += f"，未批准 {len(refused)} 件。" if refused else "，通知书正在后台制作。"
    if refused:
        body += "\n" + "\n".join(refused[:_MOST_REASONS]) + ("\n……" if len(refused) > _MOST_REASONS else "")
    url = reverse("review:publicity_work", args=[publicity.key])
    notify_users([user], key=f"{KIND}:{key}", title="公示期满批准已办完", body=body, url=url)
