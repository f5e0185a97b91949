"""The daily summary for officials: what waits at their desk, on working days, at the hour each chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.core import clock
from portal.core.registry import Registry
from portal.jobs.progress import LaterError
from portal.jobs.services import enqueue_jobs
from portal.notifications.choosing import choices_for
from portal.notifications.enums import Urgency
from portal.notifications.kinds import MESSAGE_KINDS
from portal.notifications.models import Choices, Message
from portal.notifications.services import notify_users
from portal.workdays.selectors import CalendarUnknownError, is_workday

DIGEST_JOB = "notifications.send_digest"


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One heap of work: how many things, how many of them are due tomorrow, and how many are late."""

    label: str
    count: int
    due: int = 0
    late: int = 0

    def __str__(self) -> str:
        notes = [f"{self.late} 件已逾期"] * bool(self.late) + [f"{self.due} 件明天到期"] * bool(self.due)
        return f"{self.label} {self.count} 件" + (f"（{'，'.join(notes)}）" if notes else "")


# What an app has for an official to do on a day.
DIGEST_PARTS: Registry[Callable[[User, date], Iterable[DigestLine]]] = Registry("part of the daily summary")


def plan_digests() -> None:
    """Every morning of a working day: a job for each official who wants the summary. A daily job."""
    today = clock.today()
    if not _is_worked(today):
        return
    unwanted = Choices.objects.filter(wants_digest=False).values("user_id")
    in_force = Appointment.objects.in_force().filter(user__is_active=True).exclude(user__in=unwanted)
    people = in_force.order_by("user_id").values_list("user_id", flat=True).distinct()
    enqueue_jobs(DIGEST_JOB, {f"{today}:{pk}": {"user_id": pk, "day": str(today)} for pk in people})


def send_digest(user_id: int, day: str) -> None:
    """Write a person's summary of a day, from their hour on; nothing where nothing waits or the day is over.

    Raises LaterError before the hour.
    """
    user, now, on = User.objects.get(pk=user_id), clock.now(), date.fromisoformat(day)
    choices = choices_for(user)
    at = datetime.combine(on, time(choices.digest_hour), tzinfo=timezone.get_current_timezone())
    if now < at:
        raise LaterError(at)
    if timezone.localdate(now) > on or not choices.wants_digest:
        return
    lines = [line for part in DIGEST_PARTS.values() for line in part(user, on) if line.count]
    if not lines:
        return
    notify_users(
        [user],
        "notifications.digest",
        key=f"digest:{on}",
        url="/",
        todo=sum(line.count for line in lines),
        due_tomorrow=sum(line.due for line in lines) or "",
        lines="\n".join(map(str, lines)),
    )


def unread_work(user: User, _on: date) -> list[DigestLine]:
    """The messages about work that wait for the summary and are not read yet."""
    waiting = [code for code, kind in MESSAGE_KINDS.items() if kind.urgency == Urgency.DIGEST]
    return [
        DigestLine("未读的待办消息", Message.objects.visible_to(user).filter(read_at=None, kind__in=waiting).count())
    ]


def _is_worked(day: date) -> bool:
    """Whether a day is worked; in a year without a calendar, every day but the weekend: a summary binds nobody."""
    try:
        return is_workday(day)
    except CalendarUnknownError:
        return day.weekday() < 5
