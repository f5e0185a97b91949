"""Notify those who act for a claim's applicant of what happened to the claim."""

from datetime import date, datetime
from functools import cache

from django.db.models import Q, QuerySet
from django.urls import reverse

from applications.claims.models import Claim
from applications.mandates.enums import Right
from applications.mandates.selectors import acting_agencies
from portal.accounts.models import User
from portal.core import clock
from portal.core.statements import A_DAY, A_KEY, A_MOMENT, ANOTHER_KEY, Lookup
from portal.notifications.services import notify_users


def notify_members(
    claim: Claim, kind: str, *, key: str, url: str = "", right: Right | None = None, **values: object
) -> None:
    """A message to every member of the claim's applicant and of the agencies that act for it, once per key.

    With a right, only of the agencies whose mandate gives it. Leads to the claim unless `url` says where; see
    `notify_users`.
    """
    notify_users(
        people_of(claim, right),
        kind,
        key=key,
        url=url or reverse("applications:claim", args=[claim.key]),
        region_code=claim.region_id,
        **values,
    )


def people_of(claim: Claim, right: Right | None = None) -> list[User]:
    """Who acts for a claim's applicant: its members, and those of agencies with a mandate (that gives the right)."""
    return _people(right)(claim.applicant_id, claim.item_id, claim.created_at, clock.today())


@cache
def _people(right: Right | None) -> Lookup[User]:
    def of(applicant: int, item: int, begun_at: datetime, today: date) -> QuerySet[User]:
        mandates = acting_agencies(principal_id=applicant, item_id=item, begun_at=begun_at, right=right, on=today)
        theirs = Q(memberships__applicant=applicant) | Q(memberships__applicant__in=mandates.values("agency"))
        return User.objects.filter(theirs, is_active=True).distinct().order_by("pk")

    return Lookup(of, A_KEY, ANOTHER_KEY, A_MOMENT, A_DAY)
