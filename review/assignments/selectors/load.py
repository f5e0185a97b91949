"""What supervisors see: their officers, how much each has, what is late, what was done, who is away."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from applications.claims.enums import ClaimStatus, Route
from applications.claims.models import Claim
from portal.accounts.enums import DISTRICT_ROLES, Role
from portal.accounts.models import Appointment, User
from portal.core import clock
from review.assignments.enums import SUPERVISORS_OF, Ending
from review.assignments.models import Absence, Assignment

# The stage at which each duty works.
STAGE_OF_ROLE: dict[Role, ClaimStatus] = {
    Role.ACCEPTANCE: ClaimStatus.SUBMITTED,
    Role.DISTRICT_FIRST: ClaimStatus.DISTRICT_REVIEW,
    Role.DISTRICT_SECOND: ClaimStatus.DISTRICT_CONFIRMATION,
    Role.CITY_OFFICER: ClaimStatus.CITY_REVIEW,
    Role.DECISION_MAKER: ClaimStatus.FINAL_DECISION,
}


@dataclass(frozen=True, slots=True)
class OfficerLoad:
    """One officer at one stage: claims they have, those that are late, done in seven days, and their absence."""

    appointment: Appointment
    open: int
    overdue: int
    done: int
    absence: Absence | None


def appointments_supervised(user: User) -> QuerySet[Appointment]:
    """The offices in force that the person supervises, in their own region and the districts of it."""
    wanted = Q(pk__in=[])
    for one in user.active_appointments:
        for role, supervisors in SUPERVISORS_OF.items():
            if one.role in supervisors:
                below = Q(region__parent_id=one.region_id) if role in DISTRICT_ROLES else Q(pk__in=[])
                wanted |= (Q(region_id=one.region_id) | below) & Q(role=role)
    held = Appointment.objects.in_force().filter(wanted, user__is_active=True)
    return held.select_related("user", "region__parent").order_by("region_id", "role", "user__name", "pk")


def officers_supervised(user: User) -> list[User]:
    """The people who hold an office that the person supervises."""
    return list({one.user_id: one.user for one in appointments_supervised(user)}.values())


def load_of(appointments: Sequence[Appointment]) -> list[OfficerLoad]:
    """The load of each office; three queries."""
    people = {one.user_id for one in appointments}
    held = Assignment.objects.filter(officer__in=people)
    late = Count("pk", filter=Q(claim__step_due_on__lt=clock.today()))
    rows = held.open().values_list("officer_id", "status").annotate(count=Count("pk"), late=late)
    has = {(officer, status): (count, overdue) for officer, status, count, overdue in rows}
    week_ago = clock.now() - timedelta(days=7)
    concluded = held.filter(ending=Ending.CONCLUDED, ended_at__gte=week_ago)
    done: Counter[tuple[int, str]] = Counter(
        {(pk, status): n for pk, status, n in concluded.values_list("officer_id", "status").annotate(Count("pk"))}
    )
    away = Absence.objects.on(clock.today()).filter(user__in=people).select_related("deputy")
    absences = {one.user_id: one for one in away}
    found = []
    for one in appointments:
        key = (one.user_id, STAGE_OF_ROLE[Role(one.role)])
        count, overdue = has.get(key, (0, 0))
        found.append(OfficerLoad(one, count, overdue, done[key], absences.get(one.user_id)))
    return found


def claims_at(user: User, region_id: str, role: Role) -> QuerySet[Claim]:
    """The claims at the stage of a duty in a region, as this person sees them."""
    claims = Claim.objects.visible_to(user).filter(status=STAGE_OF_ROLE[role]).exclude(applicant__in=user.recused_from)
    if role in DISTRICT_ROLES:
        return claims.filter(region_id=region_id)
    in_city = Q(city_id=region_id, route=Route.CITY) if role == Role.DECISION_MAKER else Q(city_id=region_id)
    return claims.filter(in_city | Q(region_id=region_id, route=Route.DISTRICT))
