"""Read people, bodies and regions."""

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet

from portal.accounts.enums import OverrideState, RegionLevel, Role
from portal.accounts.models import (
    Applicant,
    Appointment,
    AppointmentQuerySet,
    Invitation,
    Membership,
    OverrideRequest,
    Region,
    User,
)
from portal.accounts.permissions import conflict
from portal.core.encryption import keyed_hashes
from portal.core.regions import in_trees
from portal.core.searching import contains_words
from portal.core.text import compact, half_width

SEARCH_LIMIT = 20
_IS_WAITING = ExpressionWrapper(Q(confirmed_at=None), output_field=BooleanField())


def districts_by_city() -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of districts, grouped under their cities."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for district in Region.objects.filter(level=RegionLevel.DISTRICT).select_related("parent"):
        groups.setdefault(district.parent.name if district.parent else "", []).append((district.code, district.name))
    return list(groups.items())


def owner_of(applicant: Applicant) -> User | None:
    """Who owns an applicant; none for one that was put in by hand."""
    membership = applicant.memberships.filter(is_owner=True).select_related("user").first()
    return membership.user if membership else None


def members_of(applicant: Applicant) -> list[Membership]:
    """The owner, then the others in the order they came."""
    return list(applicant.memberships.select_related("user").order_by("-is_owner", "created_at", "pk"))


def open_invitations(applicant: Applicant, *, now: datetime) -> list[Invitation]:
    """Invitations that can still be accepted, the newest first."""
    return list(applicant.invitations.open_at(now).order_by("-created_at", "-pk"))


def officers_of(region_code: str, *, role: Role) -> list[User]:
    """Who holds a role in exactly this region."""
    return _holders(Q(region_id=region_code), role)


def known_digest(number: str) -> str:
    """The digest of an ID number: the very one that another account of its holder has, under whichever key."""
    digests = keyed_hashes(number)
    held = [
        model.objects.filter(identity_digest__in=digests).values_list("identity_digest", flat=True).first()
        for model in (User, Appointment)
    ]
    return next((one for one in held if one), digests[0])


def security_admins_over(region: Region) -> list[User]:
    """Who confirms appointments in a region: its security administrators and those of the regions above it."""
    codes = [region.pk, f"{region.pk[:4]}00", f"{region.pk[:2]}0000"]
    return _holders(Q(region_id__in=codes), Role.SECURITY_ADMIN)


def _holders(where: Q, role: Role) -> list[User]:
    held = Appointment.objects.in_force().filter(where, role=role)
    return list(User.objects.filter(pk__in=held.values("user_id")).order_by("pk"))


def overrides_for(user: User, *, pending: bool) -> list[OverrideRequest]:
    """Requests for an exception that a person may see: those waiting, the oldest first, or the last fifty decided."""
    found = OverrideRequest.objects.visible_to(user).select_related("region__parent", "requested_by", "decided_by")
    if pending:
        return list(found.filter(state=OverrideState.PENDING))
    return list(found.exclude(state=OverrideState.PENDING).order_by("-decided_at")[:50])


def own_overrides(user: User) -> list[OverrideRequest]:
    """One's own requests for an exception that have not led to a registration, the newest first."""
    return list(user.override_requests.filter(applicant=None).order_by("-created_at")[:20])


def managed_regions(user: User, *roles: str) -> QuerySet[Region]:
    """Regions that a system administrator appoints in (or of these roles): those administered and all below."""
    here = user.regions_for(*(roles or (Role.SYSTEM_ADMIN,)))
    return Region.objects.filter(in_trees("code", here)).select_related("parent")


def appointments_listed(user: User, *, region: str = "", role: str = "") -> QuerySet[Appointment]:
    """Appointments not ended that an administrator looks after, those to be confirmed first, with people."""
    found = Appointment.objects.visible_to(user).filter(revoked_at=None)
    if region:
        found = found.filter(region_id=region)
    if role:
        found = found.filter(role=role)
    return found.select_related("user", "region__parent").order_by(
        _IS_WAITING.desc(), "region_id", "role", "user__name", "pk"
    )


def people_managed_by(admin: User) -> QuerySet[User]:
    """Whom an administrator looks after (`is_own`: the people of their regions), and whoever belongs nowhere yet."""
    regions = admin.regions_for(Role.SYSTEM_ADMIN)
    appointments = Appointment.objects.filter(user=OuterRef("pk"), revoked_at=None)
    members = Membership.objects.filter(user=OuterRef("pk"))
    own = Exists(appointments.filter(in_trees("region__code", regions))) | Exists(
        members.filter(in_trees("applicant__region__code", regions))
    )
    people = User.objects.annotate(is_own=ExpressionWrapper(own, output_field=BooleanField()))
    return people.filter(Q(is_own=True) | Q(~Exists(appointments), ~Exists(members)))


def search_users(text: str, *, admin: User) -> list[User]:
    """Up to 20 people whose name or address contains the text, or whose telephone it is, with what they are here.

    Only of the administrator's own regions; who belongs nowhere yet is found by the whole address alone.
    """
    active = Appointment.objects.filter(revoked_at=None).select_related("region__parent")
    words = contains_words(text, "name", "email") | Q(phone_hash__in=keyed_hashes(compact(text)))
    return list(
        people_managed_by(admin)
        .filter(Q(words, is_own=True) | Q(email__iexact=half_width(text)))
        .prefetch_related(
            Prefetch("appointments", active, to_attr="listed_appointments"),
            Prefetch("memberships", Membership.objects.select_related("applicant"), to_attr="listed_memberships"),
        )
        .order_by("name", "pk")[:SEARCH_LIMIT]
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a person's appointments, with those it concerns."""

    appointments: list[Appointment]
    problem: str

    @property
    def people(self) -> list[User]:
        """The accounts concerned, each once."""
        return list({appointment.user_id: appointment.user for appointment in self.appointments}.values())


def appointment_findings(appointments: AppointmentQuerySet) -> list[Finding]:
    """People who hold duties that exclude each other, under one account or several; then those of unknown identity.

    `appointments` are the ones looked after; what the same people hold elsewhere is compared too.
    """
    by_person: dict[str | int, list[Appointment]] = {}
    for held in Appointment.objects.in_force().select_related("user", "region__parent").order_by("pk"):
        by_person.setdefault(held.user.identity_digest or held.user_id, []).append(held)
    own = set(appointments.in_force().values_list("pk", flat=True))
    mine = [held for held in by_person.values() if not own.isdisjoint(one.pk for one in held)]
    pairs = [pair for held in mine for pair in combinations(held, 2)]
    clashes = [
        Finding([one, other], problem)
        for one, other in pairs
        if (problem := conflict((one.role, one.region_id), (other.role, other.region_id)))
    ]
    unknown = [held for held in mine if not held[0].user.identity_digest]
    return clashes + [
        Finding(held, "未登记证件号码，无法核对是否与其他账号为同一人。请本人在“个人信息”中登记，由安全管理员核验。")
        for held in unknown
    ]


def appointment_history(user: User, *, admin: User) -> list[Appointment]:
    """All appointments of a person that an administrator looks after, those in force first."""
    return list(
        Appointment.objects.visible_to(admin)
        .filter(user=user)
        .select_related("region__parent", "appointed_by", "revoked_by")
        .order_by(F("revoked_at").desc(nulls_first=True), "-appointed_at")
    )
