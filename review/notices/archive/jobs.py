"""Every night: the package of each claim that has ended, made once for each end and kept in private storage."""

from datetime import timedelta

from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from applications.claims.enums import ENDED
from applications.claims.models import Claim
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.files import keep_bytes
from portal.jobs.progress import LaterError
from portal.jobs.services import enqueue_jobs
from review.notices.models import Notice

JOB = "notices.archive_claim"
# The last notice is printed and sent before; a portal that stood still for a month misses none.
_AFTER, _UNTIL = timedelta(days=1), timedelta(days=60)
_AGAIN = timedelta(hours=6)
_BATCH = 500


def archive_ended() -> None:
    """Have the claims packed that ended a day to two months ago; for each end there is one job."""
    now = clock.now()
    ended = Claim.objects.filter(
        status__in=ENDED, number__isnull=False, status_since__range=(now - _UNTIL, now - _AFTER)
    ).order_by("pk")
    rows = list(ended.values_list("pk", "status_since"))
    for start in range(0, len(rows), _BATCH):
        wanted = {f"{pk}:{since:%Y%m%d%H%M%S}": {"claim_id": pk} for pk, since in rows[start : start + _BATCH]}
        with transaction.atomic():
            enqueue_jobs(JOB, wanted)


def archive_one(claim_id: int) -> None:
    """Make and keep the package of a claim, unless it goes on again. A notice that is not printed is waited for."""
    claim = Claim.objects.get(pk=claim_id)
    if claim.status not in ENDED:
        return
    now = clock.now()
    if Notice.objects.filter(claim=claim, rendered_at=None, voided_at=None).exists():
        raise LaterError(now + _AGAIN)
    package_of(claim, act=ActorContext(user=None, at=now))


def package_of(claim: Claim, *, act: ActorContext) -> bytes:
    """The package of a claim's present end, made if it is not kept yet. Raises RefusedError as `archive_claim`."""
    name = _name_of(claim)
    if storages["private"].exists(name):
        with storages["private"].open(name) as file:
            kept: bytes = file.read()
        return kept
    # What checks seals takes 20 MB that most processes never need.
    from review.notices.archive.package import archive_claim  # noqa: PLC0415

    content = archive_claim(claim.pk, act=act)
    keep_bytes(name, content)
    return content


def _name_of(claim: Claim) -> str:
    """Where a package is kept: the year of the claim's end, its number, the moment of its end."""
    ended = timezone.localtime(claim.status_since)
    return f"archive/{ended:%Y}/{claim.number}-{ended:%Y%m%d%H%M%S}.zip"
