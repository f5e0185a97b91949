"""A worker killed twice, a flushed broker, a database that drops everybody: each notice once, sealed, without a gap."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import enqueue_job
from portal.notifications.models import Message
from review.funding.models import Award
from review.notices.models import Notice, NoticeCounter
from review.notices.seals.trial import make_trial_seals
from tests.conftest import WorkerProcess
from tests.depth import by_depth
from tests.factories import ApplicantFactory, make_member
from tests.review.notices.world import make_approved, publish

COUNT = by_depth(30, nightly=1000)
SECONDS = 60 + COUNT // 2


@pytest.fixture
def worker_environment(tmp_path: Path) -> dict[str, str]:
    """The worker seals for the city's office."""
    make_trial_seals(tmp_path / "seals", [("320200", "无锡市知识产权局")])
    return {"SEALS_FILE": str(tmp_path / "seals" / "seals.toml")}


def drop_connections() -> None:
    """End every connection to the database but this one, as its restart does; SQLite has none to drop."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.mark.worker
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_notices_survive_a_worker_killed_twice_a_flushed_broker_and_a_database_gone(
    celery_worker_process: WorkerProcess, wait_until: Callable[..., None]
) -> None:
    publish()
    applicant = ApplicantFactory()
    member = make_member(applicant)
    with transaction.atomic():
        claims = [make_approved(applicant=applicant, created_by=member) for _ in range(COUNT)]
        for claim in claims:
            enqueue_job("notices.issue_grant", key=str(claim.pk), payload={"claim_id": claim.pk})

    def done() -> int:
        return Job.objects.filter(kind="notices.issue_grant", state=JobState.DONE).count()

    for least in (COUNT // 10, COUNT * 3 // 10):
        wait_until(partial(lambda wanted: done() >= wanted, least), seconds=SECONDS, what=f"{least} notices")
        celery_worker_process.kill()
        if settings.REDIS_URL:
            redis.Redis.from_url(settings.REDIS_URL).flushdb()
        assert done() < COUNT, "the worker was killed too late to show anything"
        celery_worker_process.start()
    wait_until(lambda: done() >= COUNT // 2, seconds=SECONDS, what="half of the notices")
    drop_connections()
    wait_until(lambda: done() == COUNT, seconds=2 * SECONDS, what="all notices")

    notices = list(Notice.objects.order_by("sequence"))
    assert [notice.sequence for notice in notices] == list(range(1, COUNT + 1))
    assert {notice.claim_id for notice in notices} == {claim.pk for claim in claims}
    assert NoticeCounter.objects.get().last == COUNT
    assert Award.objects.count() == COUNT
    for notice in notices:
        content = (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == notice.sha256
        assert content.count(b"/ETSI.CAdES.detached") == 1
    told = Message.objects.filter(key__startswith="notice:").values("user", "key").annotate(times=Count("pk"))
    assert {row["times"] for row in told} == {1}
    assert {row["key"] for row in told} == {f"notice:{notice.pk}" for notice in notices}
