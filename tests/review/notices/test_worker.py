"""A worker killed in the middle and a flushed broker: every notice exists once, and no number is missing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.db.models import Count

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import enqueue_job
from portal.notifications.models import Message
from review.funding.models import Award
from review.notices.models import Notice, NoticeCounter
from tests.conftest import WorkerProcess
from tests.factories import ApplicantFactory, make_member
from tests.review.notices.world import make_approved, publish

COUNT = 50


@pytest.mark.worker
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_notices_survive_a_killed_worker_and_a_flushed_broker(
    celery_worker_process: WorkerProcess, wait_until: Callable[..., None]
) -> None:
    publish()
    applicant = ApplicantFactory()
    member = make_member(applicant)
    claims = [make_approved(applicant=applicant, created_by=member) for _ in range(COUNT)]
    with transaction.atomic():
        for claim in claims:
            enqueue_job("notices.issue_grant", key=str(claim.pk), payload={"claim_id": claim.pk})

    def done() -> int:
        return Job.objects.filter(kind="notices.issue_grant", state=JobState.DONE).count()

    wait_until(lambda: done() >= 5, seconds=60, what="the first notices")
    celery_worker_process.kill()
    if settings.REDIS_URL:
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
    assert done() < COUNT, "the worker was killed too late to show anything"
    celery_worker_process.start()
    wait_until(lambda: done() == COUNT, seconds=120, what="all notices")

    notices = list(Notice.objects.order_by("sequence"))
    assert [notice.sequence for notice in notices] == list(range(1, COUNT + 1))
    assert {notice.claim_id for notice in notices} == {claim.pk for claim in claims}
    assert NoticeCounter.objects.get().last == COUNT
    assert Award.objects.count() == COUNT
    for notice in notices:
        content = (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == notice.sha256
    told = Message.objects.filter(key__startswith="notice:").values("user", "key").annotate(times=Count("pk"))
    assert {row["times"] for row in told} == {1}
    assert {row["key"] for row in told} == {f"notice:{notice.pk}" for notice in notices}
