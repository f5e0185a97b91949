"""Read the jobs: what is due, how the machinery stands, and pages of the screen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from portal.accounts.models import User
from portal.core.paging import Page, paginate
from portal.jobs.enums import JobState
from portal.jobs.models import Heartbeat, Job

PAGE_SIZE = 50
SWEEP = "sweep"
# A job due for longer than this shows that nobody does it.
STUCK_AFTER = timedelta(minutes=10)
# How far two machines' clocks may be apart.
CLOCK_TOLERANCE = timedelta(seconds=60)


def due_jobs(now: datetime, *, grace: timedelta = timedelta()) -> QuerySet[Job]:
    """Jobs that wait since before the grace, or whose lease ran out, the longest due first."""
    waiting = Q(state=JobState.WAITING, run_after__lte=now - grace)
    return Job.objects.filter(waiting | Q(state=JobState.RUNNING, lease_until__lt=now)).order_by("run_after", "pk")


def silence_limit() -> timedelta:
    """How long the sweep may be silent before the worker counts as dead."""
    return timedelta(seconds=max(120, 8 * settings.JOB_SWEEP_SECONDS))


def last_sweep() -> datetime | None:
    """When worker and beat last did their round; None where they never did."""
    return Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()


def is_recent(swept_at: datetime | None, now: datetime) -> bool:
    """Whether a sweep was lately; one far in the future shows a wrong clock, not that somebody still sweeps."""
    return swept_at is not None and -CLOCK_TOLERANCE <= now - swept_at <= silence_limit()


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What narrows the list; empty fields narrow nothing."""

    state: str = ""
    kind: str = ""
    text: str = ""

    def apply(self, jobs: QuerySet[Job]) -> QuerySet[Job]:
        """The jobs that fit; the text is looked for in key and error."""
        if self.state:
            jobs = jobs.filter(state=self.state)
        if self.kind:
            jobs = jobs.filter(kind=self.kind)
        if self.text:
            jobs = jobs.filter(Q(key__icontains=self.text) | Q(last_error__icontains=self.text))
        return jobs


def page_of_jobs(user: User, *, narrowed: JobFilter, after: str = "") -> Page[Job]:
    """A page of what the person may see; a cursor that makes no sense begins at the first page."""
    return paginate(narrowed.apply(Job.objects.visible_to(user)), after=after, size=PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class DeadKind:
    """A kind of which jobs failed for good, and how many."""

    kind: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How the machinery stands at a moment."""

    counts: dict[str, int]
    dead: list[DeadKind]
    due_since: datetime | None
    swept_at: datetime | None
    is_silent: bool
    is_stuck: bool


def standing(user: User, *, now: datetime) -> Standing:
    """Counts by state and failures by kind of what the person sees, and whether worker and beat seem dead."""
    jobs = Job.objects.visible_to(user)
    counts = dict(jobs.order_by().values_list("state").annotate(Count("pk")))
    dead = jobs.filter(state=JobState.DEAD).order_by("kind").values_list("kind").annotate(Count("pk"))
    due = Job.objects.filter(state=JobState.WAITING, run_after__lte=now).aggregate(since=Min("run_after"))["since"]
    swept_at = last_sweep()
    return Standing(
        counts={state: counts.get(state, 0) for state in JobState.values},
        dead=[DeadKind(kind, Job(kind=kind).kind_label, count) for kind, count in dead],
        due_since=due,
        swept_at=swept_at,
        is_silent=not is_recent(swept_at, now),
        is_stuck=due is not None and now - due > STUCK_AFTER,
    )
