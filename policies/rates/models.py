"""Rates that districts set where a document leaves them to: a sum per right or a ratio, dated, with its paper.

苏府办〔2021〕136号 arts. 1, 7 and 20 name no sum or ratio; 锡政办发〔2020〕11号 art. 1 lets districts reward more.
"""

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from policies.engine.periods import last_day
from policies.rates.enums import RateState
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.regions import in_trees


class DistrictRateQuerySet(models.QuerySet["DistrictRate"]):
    """Rates, narrowed to who asks: the confirmed are public, the others their city's policy administrators'."""

    def confirmed(self) -> Self:
        return self.filter(state=RateState.CONFIRMED)

    def workable_by(self, user: User) -> Self:
        """All of the cities in which the person administers policy, and of their districts."""
        return self.filter(in_trees("region__code", user.regions_for(Role.POLICY_ADMIN)))

    def visible_to(self, user: User) -> Self:
        workable = in_trees("region__code", user.regions_for(Role.POLICY_ADMIN))
        return self.filter(Q(state=RateState.CONFIRMED) | workable)

    def in_force(self, on: date) -> Self:
        """The confirmed ones that hold on a day; a span is half-open."""
        return self.confirmed().filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


class DistrictRate(models.Model):
    """What one region gives for one item over a span of days: yuan per right, or a ratio of the costs."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="rates", verbose_name="地区")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="rates", verbose_name="支持事项")
    unit_amount = models.DecimalField("每件金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    ratio = models.CharField("支持比例", max_length=20, blank=True, help_text="如 15% 或 1/3")
    valid_from = models.DateField("适用自")
    valid_to = models.DateField("适用至（不含）", null=True, blank=True)
    source = models.CharField("依据", max_length=200)
    state = StateField("状态", max_length=10, choices=RateState, default=RateState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="登记人")
    proposed_at = models.DateTimeField("登记时间")
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)

    objects = DistrictRateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["item", "region", "-valid_from", "-pk"]
        verbose_name = verbose_name_plural = "区级标准"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rate_is_a_sum_or_a_ratio",
                condition=Q(unit_amount__gt=0, ratio="") | (Q(unit_amount=None) & ~Q(ratio="")),
            ),
            models.CheckConstraint(
                name="rate_ends_after_it_begins", condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="rate_decided_by_another",
                condition=Q(state=RateState.PROPOSED, decided_by=None, decided_at=None)
                | (~Q(state=RateState.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(name="refused_rate_says_why", condition=~Q(state=RateState.REFUSED) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.region.full_name} {self.item.title}"

    @property
    def last_day(self) -> date | None:
        """The last day of the span."""
        return last_day(self.valid_to) if self.valid_to else None

    @property
    def is_open(self) -> bool:
        """Whether a second person has still to decide on it."""
        return self.state == RateState.PROPOSED

    def holds_on(self, day: date) -> bool:
        """Whether the rate is for facts of this day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
