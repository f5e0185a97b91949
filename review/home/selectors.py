"""What waits for whom: counts and next things for the home pages. Counts of queues stop at the queue's own cap."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from applications.claims.enums import RELEASED, ClaimStatus
from applications.claims.models import AssessmentReplay, Claim
from policies.published.models import PolicyDocument
from portal.accounts.enums import Role
from portal.accounts.models import Appointment, Region, User
from portal.audit.models import AuditRecord, ChainHead
from portal.core import clock
from portal.core.money import ZERO
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.notifications.models import Message
from review.decisions.enums import ObjectionState
from review.decisions.models import Objection, PublicityList
from review.decisions.permissions import decided_in, publishing_regions
from review.decisions.selectors.queue import COUNT_LIMIT, WorkQueue, next_claim, queues_of
from review.payments.enums import UNSENT
from review.payments.models import Disbursement
from review.payments.selectors.unpaid import unpaid_of
from review.recoveries.models import Recovery
from review.recoveries.selectors import owed_by

_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of a person's work queues: how many claims are in it (capped), since when, and which comes next."""

    work: WorkQueue
    count: int
    oldest: datetime | None
    next_claim: Claim | None

    @property
    def count_words(self) -> str:
        return f"{COUNT_LIMIT}+" if self.count > COUNT_LIMIT else str(self.count)


def waiting_for(user: User) -> list[Waiting]:
    """What is in each work queue of an official. One query for an empty queue, two for one with claims."""
    found = []
    for work in queues_of(user):
        oldest_first = work.claims(user).order_by("submitted_at", "pk")
        seen = oldest_first[: COUNT_LIMIT + 1].aggregate(count=Count("pk"), oldest=Min("submitted_at"))
        following = next_claim(user, work) if seen["count"] else None
        found.append(Waiting(work, seen["count"], seen["oldest"], following))
    return found


def awaiting_publicity(user: User) -> int:
    """How many decided claims wait for a publicity list that this person makes, counted up to the cap."""
    theirs = decided_in(publishing_regions(user))
    return Claim.objects.filter(theirs, status=ClaimStatus.AWAITING_PUBLICITY)[: COUNT_LIMIT + 1].count()


def publicity_ending(user: User, *, today: date) -> list[PublicityList]:
    """Open lists of the person's cities whose last day is today or past, the most overdue first."""
    return list(
        PublicityList.objects.workable_by(user)
        .filter(closed_at=None, ends_on__lte=today)
        .select_related("region")
        .annotate(entry_count=Count("entries"))
        .order_by("ends_on", "pk")[:10]
    )


def open_objections(user: User) -> list[Objection]:
    """Objections that still freeze a claim, the nearest deadline first."""
    return list(
        Objection.objects.visible_to(user)
        .filter(state=ObjectionState.OPEN)
        .select_related("entry__claim", "entry__publicity")
        .order_by("due_on", "pk")[:10]
    )


def current_publicity(*, today: date) -> list[PublicityList]:
    """Lists that the public may read and object to today, the soonest to end first."""
    return list(
        PublicityList.objects.complete()
        .filter(closed_at=None, starts_on__lte=today, ends_on__gte=today)
        .select_related("region")
        .annotate(entry_count=Count("entries"))
        .order_by("ends_on", "pk")[:5]
    )


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Approved and not yet paid by one city or district: its parts of how many claims, and their sum in yuan."""

    place: str
    count: int
    total: Decimal
    oldest: datetime | None
    overdue: int

    @property
    def note(self) -> str:
        """How many claims the sum is made of, how long the oldest has waited, and how many stages are overdue."""
        waited = (timezone.now() - self.oldest).days if self.oldest else 0
        since = f"，最早一件已等 {waited} 天" if waited else ""
        return f"{self.count} 件{since}{f'，{self.overdue} 笔已超拨付期限' if self.overdue else ''}"


def unpaid_for(user: User) -> list[Unpaid]:
    """What the person, as finance, has still to pay, by the region whose parts they pay."""
    found = []
    for appointment in user.active_appointments:
        if appointment.role == Role.FINANCE:
            sums = unpaid_of(Q(region=appointment.region_id))
            due = Disbursement.objects.filter(part__region_id=appointment.region_id, due_on__lt=clock.today())
            overdue = due.filter(state__in=sorted(UNSENT)).count()
            found.append(Unpaid(appointment.region.full_name, sums.count, sums.total, sums.oldest, overdue))
    return found


def chain_head() -> ChainHead | None:
    """The end of the audit chain: whoever notes its number and hash can later prove that nothing before was changed."""
    return ChainHead.objects.first()


def latest_replay() -> AssessmentReplay | None:
    """The last time that all stored assessments were asked again; None before the first."""
    return AssessmentReplay.objects.order_by("-pk").first()


def recent_records(user: User) -> list[AuditRecord]:
    """The last deeds that an auditor may see."""
    return list(AuditRecord.objects.visible_to(user)[:6])


@dataclass(frozen=True, slots=True)
class Machinery:
    """How the background work and the staff stand."""

    dead: int
    waiting: int
    running: int
    overdue_since: datetime | None
    officials: int
    now: datetime

    @property
    def is_stuck(self) -> bool:
        """Whether a job has been due for so long that no worker can be at work."""
        return self.overdue_since is not None and self.now - self.overdue_since > _PATIENCE


def machinery(*, now: datetime) -> Machinery:
    """Counts for the system administrator; `overdue_since` is when the oldest due job should have begun."""
    waiting = Q(state=JobState.WAITING)
    jobs = Job.objects.exclude(state=JobState.DONE).aggregate(
        dead=Count("pk", filter=Q(state=JobState.DEAD)),
        waiting=Count("pk", filter=waiting),
        running=Count("pk", filter=Q(state=JobState.RUNNING)),
        overdue_since=Min("run_after", filter=waiting & Q(run_after__lte=now)),
    )
    officials = Appointment.objects.in_force().values("user_id").distinct().count()
    return Machinery(**jobs, officials=officials, now=now)


def documents_in_care(user: User) -> list[PolicyDocument]:
    """Documents of the policy administrator's regions, with how many items each has."""
    return list(
        PolicyDocument.objects.filter(region_id__in=user.regions_for(Role.POLICY_ADMIN))
        .select_related("region")
        .annotate(
            item_count=Count("items", distinct=True),
            claimable_count=Count("items", filter=Q(items__claimable=True), distinct=True),
        )
    )


@dataclass(frozen=True, slots=True)
class ApplicantOverview:
    """What an applicant has to do, and how its claims stand."""

    corrections: list[Claim]
    drafts: list[Claim]
    under_way: list[Claim]
    counts: dict[str, int]
    granted: Decimal
    recoveries: list[Recovery]


_FINISHED = (*sorted(RELEASED - {ClaimStatus.DRAFT}), ClaimStatus.PAID, ClaimStatus.RECOGNISED)


def applicant_overview(user: User) -> ApplicantOverview:
    """The next things of all applicants a person acts for: corrections due, drafts, claims under way. Five queries."""
    mine = Claim.objects.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships])
    listed = mine.select_related("item__document", "applicant", "region__parent", "city")
    sums = mine.aggregate(
        draft=Count("pk", filter=Q(status=ClaimStatus.DRAFT)),
        correction=Count("pk", filter=Q(status=ClaimStatus.CORRECTION)),
        under_way=Count("pk", filter=~Q(status__in=[*_FINISHED, ClaimStatus.DRAFT, ClaimStatus.CORRECTION])),
        paid=Count("pk", filter=Q(status=ClaimStatus.PAID)),
        granted=Sum("approved_amount", filter=Q(status__in=[ClaimStatus.APPROVED, ClaimStatus.PAID]), default=ZERO),
    )
    granted = sums.pop("granted")
    open_claims = listed.exclude(status__in=[*_FINISHED, ClaimStatus.DRAFT, ClaimStatus.CORRECTION])
    return ApplicantOverview(
        corrections=list(listed.filter(status=ClaimStatus.CORRECTION).order_by("correction_due_on", "pk")[:10]),
        drafts=list(listed.filter(status=ClaimStatus.DRAFT).order_by("-saved_at")[:5]),
        under_way=list(open_claims.order_by("-status_since")[:6]),
        counts=sums,
        granted=granted,
        recoveries=list(owed_by(user)),
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """What an applicant's profile lacks before it can submit."""

    title: str
    text: str


def profile_gaps(user: User) -> list[Gap]:
    """One remark for each of the person's applicants whose profile a claim could not be submitted with."""
    return [
        Gap(f"“{m.applicant.name}”的资料还不完整", f"提交申报前须填写：{'、'.join(missing)}。")
        for m in user.active_memberships
        if (missing := m.applicant.missing_for_claim)
    ]


def unread_messages(user: User) -> list[Message]:
    """The newest messages a person has not read."""
    return list(Message.objects.visible_to(user).filter(read_at=None)[:5])


def offices() -> list[Region]:
    """Cities and districts with an office to call, districts below their city."""
    return list(Region.objects.exclude(bureau="").exclude(contact="").select_related("parent").order_by("code"))
