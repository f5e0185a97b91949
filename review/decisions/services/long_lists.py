"""Publish, approve and take down a long publicity list in the background, so that everybody's work goes on beside it.

Each job works in small transactions, says how far it is, and writes the person at the end what became of it. Killed, it
begins again: what is done stays done and is passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.models import Region, User
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.decisions.models import PUBLISH_KIND, PublicityList
from review.decisions.permissions import approver_in
from review.decisions.services.publicity import (
    PublicityPlan,
    approve_list,
    begin_list,
    close_withdrawn,
    enter_claims,
    left_behind,
    refuse_before_end,
    take_off,
)

APPROVE_KIND, WITHDRAW_KIND = "review.approve_list", "review.withdraw_list"
# A request carries up to so many through by itself, which takes a few seconds at most.
MOST_AT_ONCE = 50
# Claims of one transaction: it holds the audit chain, for which everybody else waits, for some hundredths of a second.
SLICE = 20
_MOST_REASONS = 20


def running_job(publicity: PublicityList) -> Job | None:
    """The last job that works on the list and has not come to its end, if there is one."""
    of_list = Q(key=str(publicity.pk)) | Q(key__startswith=f"{publicity.pk}-")
    jobs = Job.objects.filter(of_list, kind__in=(PUBLISH_KIND, APPROVE_KIND, WITHDRAW_KIND))
    return jobs.exclude(state=JobState.DONE).last()


def start_publication(
    region: Region, *, claim_ids: Sequence[int], plan: PublicityPlan, act: ActorContext
) -> PublicityList:
    """Make a list that a job fills with these claims; the public sees it when it is full.

    Raises RefusedError and PermissionDenied as `publish_claims` does, for a claim that is not waiting here as well.
    """
    ids = sorted(set(claim_ids))
    with transaction.atomic():
        publicity = begin_list(region, claim_ids=ids, plan=plan, act=act)
        waiting = Claim.objects.filter(pk__in=ids, status=ClaimStatus.AWAITING_PUBLICITY)
        if sum(claim.deciding_region_id == region.pk for claim in waiting) < len(ids):
            raise RefusedError("所选申报中有的不在等待本地区公示，请刷新页面重新选择。")
        _promise(PUBLISH_KIND, str(publicity.pk), publicity, act, claim_ids=ids)
    return publicity


def publish_in_background(publicity_id: int, user_id: int, address: str, key: str, claim_ids: list[int]) -> None:
    """Fill a list, slice by slice; a claim that is refused stays off it. For the worker, outside a transaction."""
    publicity, act = _at_work(publicity_id, user_id, address)
    on_it = set(publicity.entries.values_list("claim_id", flat=True))
    left = [pk for pk in claim_ids if pk not in on_it]

    def enter(part: list[int]) -> None:
        enter_claims(publicity, part, act=act)

    refused = _in_slices(left, enter, total=len(claim_ids))
    words = f"公示名单已生成，列入 {publicity.entries.count()} 件，公示至 {publicity.ends_on:%Y-%m-%d}"
    _report(publicity, act, f"{PUBLISH_KIND}:{key}", title="公示名单已发布", words=words, refused=refused)


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
        if standing := running_job(publicity):
            return standing
        earlier = Job.objects.filter(kind=APPROVE_KIND, key__startswith=f"{publicity.pk}-").count()
        return _promise(APPROVE_KIND, f"{publicity.pk}-{earlier + 1}", publicity, act)


def approve_in_background(publicity_id: int, user_id: int, key: str, address: str = "") -> None:
    """Approve what the list holds ready, claim by claim. For the worker, outside a transaction."""
    publicity, act = _at_work(publicity_id, user_id, address)
    outcomes = approve_list(publicity, act=act, progress=report_progress)
    refused = [f"{outcome.claim.number}：{outcome.problem}" for outcome in outcomes if outcome.problem]
    granted = [ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED]
    words = f"已批准 {publicity.entries.filter(claim__status__in=granted).count()} 件"
    words += "" if refused else "，通知书正在后台制作"
    _report(publicity, act, f"{APPROVE_KIND}:{key}", title="公示期满批准已办完", words=words, refused=refused)


def start_withdrawal(publicity: PublicityList, *, reason: str, redecide: bool, act: ActorContext) -> PublicityList:
    """Take the list down at once, and have a job move its claims. Raises as `withdraw_list` does."""
    with transaction.atomic():
        publicity = close_withdrawn(publicity, reason=reason, act=act)
        _promise(WITHDRAW_KIND, str(publicity.pk), publicity, act, redecide=redecide)
    return publicity


def withdraw_in_background(publicity_id: int, user_id: int, address: str, key: str, *, redecide: bool) -> None:
    """Move the claims of a list that was taken down, slice by slice. For the worker, outside a transaction."""
    publicity, act = _at_work(publicity_id, user_id, address)

    def move(part: list[int]) -> None:
        take_off(part, reason=publicity.withdrawn_reason, redecide=redecide, act=act)

    refused = _in_slices(left_behind(publicity), move, total=publicity.entries.count())
    words = "名单已撤下，名单中的申报已退回"
    _report(publicity, act, f"{WITHDRAW_KIND}:{key}", title="公示撤下已办完", words=words, refused=refused)


def _promise(kind: str, key: str, publicity: PublicityList, act: ActorContext, **more: object) -> Job:
    payload = {"publicity_id": publicity.pk, "user_id": act.user and act.user.pk, "address": act.address, "key": key}
    return enqueue_job(kind, key=key, payload=payload | more, region_code=publicity.region_id)


def _at_work(publicity_id: int, user_id: int, address: str) -> tuple[PublicityList, ActorContext]:
    publicity = PublicityList.objects.select_related("region").get(pk=publicity_id)
    return publicity, ActorContext(user=User.objects.get(pk=user_id), at=clock.now(), address=address)


def _in_slices(claim_ids: Sequence[int], deed: Callable[[list[int]], None], *, total: int) -> list[str]:
    """Do the deed, a transaction each time; of a slice that is refused, claim by claim. Returns who was refused why."""
    refused, done = [], total - len(claim_ids)
    for part in _sliced(claim_ids):
        try:
            deed(part)
        except (RefusedError, PermissionDenied):
            for pk in part:
                try:
                    deed([pk])
                except (RefusedError, PermissionDenied) as error:
                    refused.append(f"{Claim.objects.get(pk=pk).number}：{error}")
        done += len(part)
        report_progress(done, total)
    return refused


def _sliced(claim_ids: Iterable[int]) -> Iterator[list[int]]:
    source = iter(claim_ids)
    while part := list(islice(source, SLICE)):
        yield part


def _report(
    publicity: PublicityList, act: ActorContext, key: str, *, title: str, words: str, refused: Sequence[str]
) -> None:
    body = f"“{publicity.title}”{words}" + (f"，未办理 {len(refused)} 件：" if refused else "。")
    body = "\n".join([body, *refused[:_MOST_REASONS], *(["……"] if len(refused) > _MOST_REASONS else [])])
    url = reverse("review:publicity_work", args=[publicity.key])
    recipients = [act.user] if act.user else []
    region = publicity.region_id
    notify_users(recipients, "review.report", key=key, url=url, region_code=region, heading=title, report=body)
