"""What pages show of allocations: lines to allocate from, districts, and each district's use of what it was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Sum, When

from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region, User
from portal.core import clock
from portal.core.money import ZERO, to_yuan
from review.appropriations.enums import AppropriationState
from review.appropriations.models import Allocation, AppropriationLine
from review.treasury.models import BudgetLine
from review.treasury.selectors import LineFigures, line_figures


def lines_to_give(user: User) -> list[BudgetLine]:
    """The controlled budget lines of the cities whose finance the person is: this year's first, then the newest."""
    rows = BudgetLine.objects.managed_by(user).filter(
        region__level=RegionLevel.CITY, is_controlled=True, given_from=None
    )
    this_year = Case(When(year=clock.today().year, then=0), default=1)
    return list(rows.select_related("region").order_by(this_year, "-year", "region_id", "pk"))


def districts_of(city: Region) -> list[Region]:
    """A city's districts, in the order of their codes."""
    return list(Region.objects.filter(parent=city, level=RegionLevel.DISTRICT).order_by("code"))


def _chain(allocation: Allocation) -> list[int]:
    """The keys of an allocation and of those that it adjusts."""
    keys: list[int] = []
    current: Allocation | None = allocation
    while current is not None:
        keys.append(current.pk)
        current = current.replaces
    return keys


def given_by(allocation: Allocation) -> dict[str, int]:
    """Fen that districts hold of an allocation and of those that it adjusts; what was recalled does not count."""
    rows = (
        AppropriationLine.objects.filter(
            appropriation__allocation__in=_chain(allocation), appropriation__state=AppropriationState.ISSUED
        )
        .values_list("region_id")
        .annotate(fen=Sum("fen"))
        .order_by()
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Use:
    """What a district made of its lump sum, in yuan."""

    region: Region
    figures: LineFigures

    @property
    def used(self) -> Decimal:
        """What is no longer available."""
        return self.figures.issued - self.figures.available

    @property
    def held(self) -> Decimal:
        """What is committed, payable or in transit."""
        return self.used - self.figures.paid

    @property
    def percent(self) -> Decimal:
        """How much of it is used, in per cent with one place."""
        issued = self.figures.issued
        return (self.used * 100 / issued).quantize(Decimal("0.1")) if issued else ZERO


def use_of(line: BudgetLine) -> list[Use]:
    """Each district's use of what was given from a line."""
    rows = line.given_to.select_related("region__parent").order_by("region_id")
    return [Use(figures.line.region, figures) for figures in line_figures(rows)]


def unreceived(user: User) -> list[AppropriationLine]:
    """What was given to the districts whose finance the person is, and that nobody confirmed yet."""
    rows = AppropriationLine.objects.filter(
        region_id__in=user.regions_for(Role.FINANCE),
        appropriation__state=AppropriationState.ISSUED,
        receipt=None,
    )
    return list(rows.select_related("appropriation", "region").order_by("pk"))


def total_of(lines: Iterable[AppropriationLine]) -> Decimal:
    """The sum of a document's lines, in yuan."""
    return to_yuan(sum(line.fen for line in lines))
