"""Figures of the portal that may serve as factors: counted by district for a year, from registered data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.rights.models import Right
from portal.core.money import quantise_yuan


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its label with the unit, and what it counts, by district, for those that have any."""

    label: str
    count: Callable[[Sequence[str], int], Mapping[str, Decimal]]

    def values(self, codes: Sequence[str], year: int) -> dict[str, Decimal]:
        """The figure of each of the districts for a year, nothing being zero."""
        found = self.count(codes, year)
        return {code: found.get(code, Decimal(0)) for code in codes}


def _supported(codes: Sequence[str], year: int) -> QuerySet[Claim]:
    """Claims of the districts that were filed in the year and granted money."""
    granted = [ClaimStatus.APPROVED, ClaimStatus.PAID]
    return Claim.objects.filter(region_id__in=codes, status__in=granted, submitted_at__year=year).order_by()


def _claims(codes: Sequence[str], year: int) -> dict[str, Decimal]:
    rows = _supported(codes, year).values_list("region_id").annotate(number=Count("pk"))
    return {code: Decimal(number) for code, number in rows}


def _applicants(codes: Sequence[str], year: int) -> dict[str, Decimal]:
    rows = _supported(codes, year).values_list("region_id").annotate(number=Count("applicant", distinct=True))
    return {code: Decimal(number) for code, number in rows}


def _sums(codes: Sequence[str], year: int) -> dict[str, Decimal]:
    rows = _supported(codes, year).values_list("region_id").annotate(total=Sum("approved_amount"))
    return {code: quantise_yuan(total) for code, total in rows}


def _patents(codes: Sequence[str], year: int) -> dict[str, Decimal]:
    # As text: a day as JSON would have to be compared with JSON, which the databases do each in its own way.
    granted = Right.objects.held().alias(granted=Cast(KT("facts__granted_on"), TextField()))
    rows = (
        granted.filter(kind="patent", applicant__region_id__in=codes, granted__startswith=f"{year}-")
        .order_by()
        .values_list("applicant__region_id")
        .annotate(number=Count("subject_key", distinct=True))
    )
    return {code: Decimal(number) for code, number in rows}


FIGURES: Mapping[str, Figure] = {
    "patents": Figure("上一年度台账登记的授权专利（件）", _patents),
    "claims": Figure("上一年度提交并获批的申报（件）", _claims),
    "applicants": Figure("上一年度提交并获批的申报单位（家）", _applicants),
    "sums": Figure("上一年度提交并获批的资助（元）", _sums),
}
