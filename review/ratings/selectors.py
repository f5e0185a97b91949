"""Reading ratings: what can still be rated, what waits for an answer, and how content applicants are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from review.ratings.enums import BAD_LEVELS, Level, RatingState
from review.ratings.models import Rating

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from portal.accounts.models import User

# What is finished for the applicant; what was withdrawn or abandoned no office finished.
RATABLE = frozenset(
    {
        ClaimStatus.PAID,
        ClaimStatus.RECOGNISED,
        ClaimStatus.REJECTED,
        ClaimStatus.NOT_ACCEPTED,
        ClaimStatus.TERMINATED,
    }
)
_MOST = 100


def ratable_claims(user: User) -> QuerySet[Claim]:
    """The finished claims of the person's applicants that are not rated yet, the latest first."""
    mine = Claim.objects.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships])
    return mine.filter(status__in=RATABLE, rating=None).select_related("item", "applicant").order_by("-status_since")


def own_ratings(user: User) -> list[Rating]:
    """What the person's applicants rated, the latest first."""
    own = Rating.objects.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships])
    return list(own.select_related("claim__item", "applicant")[:_MOST])


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How many ratings a level has, and its part of all."""

    level: Level
    count: int
    percent: str


def satisfaction(ratings: QuerySet[Rating]) -> tuple[list[Satisfaction], int, str]:
    """By level the ratings, how many there are, and the part of those that are content, such as 98.5% ("" for none)."""
    counts = dict(ratings.order_by().values_list("level").annotate(n=Count("pk")))
    total = sum(counts.values())
    levels = [Satisfaction(level, counts.get(level, 0), _percent(counts.get(level, 0), total)) for level in Level]
    content = sum(one.count for one in levels if one.level not in BAD_LEVELS)
    return levels, total, _percent(content, total)


def _percent(part: int, total: int) -> str:
    thousandths = part * 1000 // total if total else 0
    return f"{thousandths // 10}.{thousandths % 10}%" if total else ""


def is_overdue(rating: Rating, today: date) -> bool:
    """Whether a bad rating should have been answered before this day."""
    return bool(rating.state == RatingState.OPEN and rating.due_on is not None and rating.due_on < today)
