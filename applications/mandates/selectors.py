"""Read mandates: those of a person's organisations, those under which somebody acts, and who acts under them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q

from applications.mandates.enums import MandateState, Right, Side
from applications.mandates.models import ON_PAPER, Mandate, MandateItem, MandateQuerySet, agencies_of
from portal.accounts.models import Applicant, User
from portal.core import clock
from portal.core.paging import Page, paginate
from portal.core.searching import contains_words

PAGE_SIZE = 20
# What a list of mandates is asked for.
STATES = {"asked": "待确认", "standing": "有效", "ended": "已结束"}


def mandated_claims(user: User, prefix: str = "", *, right: Right | None = None) -> Q:
    """The condition that a claim (reached through `prefix`) is covered by a mandate of one of a person's agencies.

    With a right, by one that gives it. Always as of now, so that what is revoked is gone at once. One query for members
    of agencies, none for anybody else.
    """
    nothing = Q(pk__in=[])
    if not agencies_of(user):
        return nothing
    held = Mandate.objects.held_by(user, right=right)
    principals = set(held.values_list("principal_id", flat=True))
    if not principals:
        return nothing
    covering = held.covering(
        principal=OuterRef(f"{prefix}applicant_id"),
        item=OuterRef(f"{prefix}item_id"),
        begun_at=OuterRef(f"{prefix}created_at"),
    )
    # The list of principals leads to the index of claims; the rest is asked of what it finds.
    return Q(**{f"{prefix}applicant_id__in": principals}) & Q(Exists(covering))


def mandate_for(
    user: User | None, *, principal_id: int, item_id: int, begun_at: datetime, right: Right | None = None
) -> Mandate | None:
    """The mandate under which a person may act on such a claim today, the one that lasts longest; None without."""
    if user is None or not agencies_of(user):
        return None
    held = Mandate.objects.held_by(user, right=right).select_related("agency")
    return held.covering(principal=principal_id, item=item_id, begun_at=begun_at).order_by("-ends_on", "pk").first()


def acting_agencies(
    *, principal_id: int, item_id: int, begun_at: datetime, right: Right | None, on: date
) -> MandateQuerySet:
    """The mandates of whichever agencies that cover such a claim on a day; with a right, those that give it."""
    given = Mandate.objects.in_force(on)
    given = given.filter(**{right: True}) if right else given
    return given.covering(principal=principal_id, item=item_id, begun_at=begun_at)


def clients_of(user: User, *, right: Right | None = None, item_id: int | None = None) -> list[Applicant]:
    """The principals for whom a person may act today, by name; with an item, on new claims of it. No query without."""
    if not agencies_of(user):
        return []
    held = Mandate.objects.held_by(user, right=right)
    if item_id is not None:
        listed = MandateItem.objects.filter(mandate=OuterRef("pk"), item=item_id)
        held = held.filter(Q(all_items=True) | Exists(listed))
    found = Applicant.objects.filter(pk__in=held.values("principal"))
    return list(found.select_related("region__parent").order_by("name", "pk"))


def applicant_choices(user: User, *, right: Right | None = None) -> list[tuple[int, str]]:
    """For whom a person may act, as choices: their own organisations, then the principals of mandates."""
    own = {m.applicant_id: m.applicant.name for m in user.active_memberships}
    return list((own | {client.pk: client.name for client in clients_of(user, right=right)}).items())


def mandates_of(user: User, *, side: str = "", state: str = "", search: str = "", after: str = "") -> Page[Mandate]:
    """A page of the mandates of one's organisations, the newest first. Two queries."""
    own = [m.applicant_id for m in user.active_memberships]
    sides = {Side.PRINCIPAL: Q(principal__in=own), Side.AGENCY: Q(agency__in=own)}
    found = Mandate.objects.filter(sides[Side(side)] if side else sides[Side.PRINCIPAL] | sides[Side.AGENCY])
    today = clock.today()
    standing = Q(state=MandateState.CONFIRMED, ends_on__gte=today)
    if state == "asked":
        found = found.filter(state=MandateState.ASKED)
    elif state == "standing":
        found = found.filter(standing)
    elif state == "ended":
        found = found.exclude(standing).exclude(state=MandateState.ASKED)
    found = found.filter(contains_words(search, "principal__name", "agency__name"))
    return paginate(with_scope(found), after=after, size=PAGE_SIZE)


def with_scope(mandates: MandateQuerySet) -> MandateQuerySet:
    """With both parties and the items, in one more query."""
    scope = Prefetch("scope", MandateItem.objects.select_related("item"))
    return mandates.select_related("principal__region__parent", "agency").prefetch_related(scope)


def sides_of(user: User, mandate: Mandate) -> dict[Side, bool]:
    """The sides on which a person stands in a mandate, each with whether as the owner."""
    found: dict[Side, bool] = {}
    for side, applicant_id in ((Side.PRINCIPAL, mandate.principal_id), (Side.AGENCY, mandate.agency_id)):
        for membership in user.active_memberships:
            if membership.applicant_id == applicant_id:
                found[side] = membership.is_owner
    return found


def members_of(applicant_ids: Iterable[int]) -> list[User]:
    """The people who act for organisations."""
    found = User.objects.filter(memberships__applicant__in=list(applicant_ids), is_active=True)
    return list(found.distinct().order_by("pk"))


def principals_of(agencies: frozenset[int]) -> frozenset[int]:
    """Keys of those who ever gave one of these agencies a mandate on paper: what it did for them stays done."""
    found = Mandate.objects.filter(agency__in=agencies, state__in=ON_PAPER)
    return frozenset(found.values_list("principal", flat=True))
