"""Remind applicants of notices that nobody of theirs has opened."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from applications.claims.services.messages import notify_members
from applications.mandates.enums import Right
from review.notices.models import Notice, NoticeEvent

# Days after which a notice is reminded of, once, and after which no more.
AFTER_DAYS, NO_MORE_DAYS = 7, 60
_SLICE = 200


def remind_of_unopened(*, on: date, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Tell the members of whoever has a printed notice that was neither opened nor delivered; returns how many.

    Slice by slice, each in a transaction of its own; run again, nobody is told twice.
    """
    events = NoticeEvent.objects.filter(notice=OuterRef("pk"))
    notices = Notice.objects.filter(
        ~Exists(events),
        voided_at=None,
        rendered_at__isnull=False,
        issued_on__range=(on - timedelta(days=NO_MORE_DAYS), on - timedelta(days=AFTER_DAYS)),
    ).select_related("claim__item")
    total, done, after = notices.count(), 0, 0
    while some := list(notices.filter(pk__gt=after).order_by("pk")[:_SLICE]):
        with transaction.atomic():
            for notice in some:
                claim = notice.claim
                notify_members(
                    claim,
                    "notices.unopened",
                    key=f"notice.unopened:{notice.pk}",
                    url=reverse("notices:mine"),
                    right=Right.READ,
                    notice=notice.get_kind_display(),
                    item=claim.item.title,
                    number=claim.number,
                    notice_number=notice.number,
                    count=(on - (timezone.localdate(notice.rendered_at) if notice.rendered_at else on)).days,
                )
        done, after = done + len(some), some[-1].pk
        progress(done, total)
    return done
