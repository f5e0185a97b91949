"""Prepare and release a long batch in the background: its claims are checked slice by slice, the money moves at once.

What the slices found is asked once more under the batch's lock, with who is paid, their credit and their debts as they
are then; a claim that was not checked since the job was promised is checked there.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from applications.claims.models import Claim
from portal.accounts.models import User
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.checks.services.examine import examine_for_payment
from review.payments.enums import BatchState
from review.payments.models import Batch
from review.payments.services.batches import check_preparation, check_release, lock_batch, prepare_batch, release_batch

KIND = "payments.move_batch"
# A request checks so many claims by itself, which takes some two seconds.
MOST_AT_ONCE = 150
# Claims of one transaction.
SLICE = 100


def is_long(batch: Batch) -> bool:
    """Whether the batch is prepared and released by a job."""
    return batch.lines.order_by().values("part__award__claim").distinct().count() > MOST_AT_ONCE


def running_job(batch: Batch) -> Job | None:
    """The job that prepares or releases the batch and has not come to its end."""
    return Job.objects.filter(kind=KIND, key__startswith=f"{batch.pk}-").exclude(state=JobState.DONE).last()


def start_preparation(batch: Batch, *, withhold: bool, act: ActorContext) -> Job:
    """Promise to prepare a batch. Raises as `prepare_batch` does, what only its lines say aside."""
    with transaction.atomic():
        locked = lock_batch(batch)
        check_preparation(locked, act=act)
        return _promise(locked, BatchState.PREPARED, act=act, withhold=withhold)


def start_release(batch: Batch, *, shown: str, act: ActorContext) -> Job:
    """Promise to release a batch whose page showed this digest. Raises as `release_batch` does, its lines aside."""
    with transaction.atomic():
        locked = lock_batch(batch)
        check_release(locked, shown=shown, act=act)
        return _promise(locked, BatchState.RELEASED, act=act, shown=shown)


def _promise(batch: Batch, target: BatchState, *, act: ActorContext, **more: object) -> Job:
    """One job at a time: pressed again, or by another, it is the job that runs."""
    if standing := running_job(batch):
        return standing
    earlier = Job.objects.filter(kind=KIND, key__startswith=f"{batch.pk}-").count()
    payload = {
        "batch_id": batch.pk,
        "target": target,
        "user_id": act.user_id,
        "address": act.address,
        "asked_at": act.at.isoformat(),
        "key": f"{batch.pk}-{earlier + 1}",
    }
    return enqueue_job(KIND, key=str(payload["key"]), payload=payload | more, region_code=batch.region_id)


def move_in_background(
    *,
    batch_id: int,
    target: str,
    user_id: int,
    address: str,
    asked_at: str,
    key: str,
    shown: str = "",
    withhold: bool = False,
) -> None:
    """Check the claims of a batch in slices, then prepare or release it, and tell the officer what became of it.

    A job; begun again it checks anew, and finds done what was done.
    """
    batch, user = Batch.objects.get(pk=batch_id), User.objects.get(pk=user_id)
    since = datetime.fromisoformat(asked_at)
    ids = list(batch.lines.filter(debt="").order_by("pk").values_list("part__award__claim_id", flat=True))
    if batch.state != target:
        _check_in_slices(list(dict.fromkeys(ids)))
    act = ActorContext(user=user, at=clock.now(), address=address)
    try:
        if batch.state == target:
            moved = batch
        elif target == BatchState.PREPARED:
            moved = prepare_batch(batch, withhold=withhold, act=act, checked_since=since)
        else:
            moved = release_batch(batch, shown=shown, act=act, checked_since=since)
    except (RefusedError, PermissionDenied) as error:
        heading, words = f"批次 {batch.number} 没有办理", str(error)
    else:
        heading, words = f"批次 {batch.number} {moved.get_state_display()}", f"共 {moved.count} 笔，{moved.yuan} 元。"
    url = reverse("payments:batch", args=[batch.key])
    region = batch.region_id
    notify_users(
        [user], "review.report", key=f"{KIND}:{key}", url=url, region_code=region, heading=heading, report=words
    )
    report_progress(len(ids), len(ids))


def _check_in_slices(claim_ids: Sequence[int]) -> None:
    """The last slice is left to be reported with the deed itself, so that the job never looks done before it is."""
    for done, part in enumerate(_sliced(claim_ids), start=1):
        with transaction.atomic():
            claims = Claim.objects.select_for_update(of=("self",)).filter(pk__in=part).order_by("pk")
            joined = claims.select_related("item", "version", "call", "applicant", "region", "city")
            examine_for_payment(list(joined), at=clock.now())
        report_progress(min(done * SLICE, len(claim_ids) - 1), len(claim_ids))


def _sliced(claim_ids: Sequence[int]) -> Iterator[list[int]]:
    source = iter(claim_ids)
    while part := list(islice(source, SLICE)):
        yield part
