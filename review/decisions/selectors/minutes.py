"""What a meeting decided, as its minutes say it: every decision of a region under one number that still stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.money import ZERO
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.decisions.permissions import decided_in

# Who prints the minutes of the meetings of their region.
KEEPERS = (Role.DECISION_MAKER, Role.CITY_OFFICER, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Minutes:
    """A meeting's number, day and region, what it supported and what it refused, by the order of the claims."""

    number: str
    held_on: date
    region: Region
    supported: list[Decision]
    refused: list[Decision]

    @property
    def granted(self) -> Decimal:
        """The sum of all supports in yuan."""
        return sum((one.amount or ZERO for one in self.supported), ZERO)

    @property
    def decided(self) -> list[Decision]:
        return [*self.supported, *self.refused]


def minutes_of(decision_id: int, user: User) -> Minutes | None:
    """The minutes under which a decision was made; None where there are none, or the person keeps them not.

    A decision that was taken back or made anew stands in no minutes but those of the last.
    """
    finals = Decision.objects.filter(stage=Stage.FINAL).exclude(minutes_number="")
    one = finals.select_related("claim__region__parent", "claim__city").filter(pk=decision_id).first()
    if one is None or one.minutes_date is None:
        return None
    region = one.claim.deciding_region
    if region.pk not in user.regions_for(*KEEPERS):
        return None
    seen = Claim.objects.visible_to(user).filter(decided_in([region.pk])).exclude(applicant_id__in=user.recused_from)
    rows = finals.filter(minutes_number=one.minutes_number, round=F("claim__round"), claim__in=seen)
    found = list(rows.select_related("claim__applicant", "claim__item", "claim__region").order_by("claim__number"))
    supported = [each for each in found if each.conclusion == Conclusion.SUPPORT]
    refused = [each for each in found if each.conclusion == Conclusion.REFUSE]
    return Minutes(one.minutes_number, one.minutes_date, region, supported, refused)
