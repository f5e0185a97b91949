"""Remove what is over, in slices, each counted."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.privacy.extension import RETENTIONS, Retention
from portal.privacy.models import Removal

logger = logging.getLogger(__name__)
SLICE = 500


def remove_what_is_over() -> None:
    """Remove the rows of every kind whose time of keeping is over; the daily job.

    Each slice is a transaction with its count: who kills the job loses nothing and repeats nothing. A kind that fails
    keeps no other from being removed; the job then fails, and is tried again.
    """
    now = timezone.now()
    failed: list[Exception] = []
    for code, kind in RETENTIONS.items():
        try:
            while kind.over is not None and _remove_slice(code, kind, now):
                pass
        except Exception as error:  # every other kind is removed first
            logger.exception("What is over of %s was not removed.", code)
            failed.append(error)
    if failed:
        raise ExceptionGroup("some kinds of rows were not removed", failed)


def _remove_slice(code: str, kind: Retention, now: datetime) -> bool:
    """Remove some rows; whether more may be left."""
    if kind.over is None:
        return False
    before = kind.before(now)
    with transaction.atomic():
        rows = list(kind.over(before).order_by("pk")[:SLICE])
        if rows:
            kind.remove(rows, now)
            removal = Removal.objects.create(kind=code, count=len(rows), before=before, at=now)
            act = ActorContext(user=None, at=now)
            record_audit(act, action="privacy.removed", target=removal, after={"kind": kind.label, "count": len(rows)})
    return len(rows) == SLICE
