"""What applicants say of how a finished matter was handled, and what the office answers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.regions import in_trees
from review.ratings.enums import BAD_LEVELS, Level, RatingState

# Who answers in a region: the supervisors of the officers, and the city's officer.
OFFICERS = (Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)
READERS = (*OFFICERS, Role.AUDITOR)


class RatingQuerySet(models.QuerySet["Rating"]):
    """Ratings, narrowed to who asks."""

    def visible_to(self, user: User) -> RatingQuerySet:
        """Those of the applicants one acts for, and of the regions that one answers for or audits."""
        own = Q(applicant_id__in=[m.applicant_id for m in user.active_memberships])
        return self.filter(own | in_trees("region__code", user.regions_for(*READERS)))

    def answerable_by(self, user: User) -> RatingQuerySet:
        """Those that the person answers for the office."""
        return self.filter(in_trees("region__code", user.regions_for(*OFFICERS)))


class Rating(models.Model):
    """One applicant's rating of one finished claim; what was said is written once, the answer once after it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.OneToOneField("applications.Claim", models.PROTECT, related_name="rating", verbose_name="申报")
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="ratings")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="办理地区")
    level = models.PositiveSmallIntegerField("评价", choices=Level.choices)
    text = models.CharField("意见", max_length=500, blank=True)
    given_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="评价人")
    given_at = models.DateTimeField("评价时间", default=timezone.now)
    state = StateField("状态", max_length=10, choices=RatingState)
    due_on = models.DateField("回复期限", null=True, blank=True)
    answer = models.CharField("回复", max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回复人"
    )
    answered_at = models.DateTimeField("回复时间", null=True, blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "办事评价"
        indexes: ClassVar = [models.Index(fields=["region", "state", "due_on"], name="ratings_to_answer")]
        constraints: ClassVar = [
            models.CheckConstraint(name="rating_has_a_level", condition=Q(level__gte=1, level__lte=5)),
            models.CheckConstraint(
                name="bad_rating_says_why_and_is_answered",
                condition=Q(state=RatingState.RECEIVED)
                & ~Q(level__in=sorted(BAD_LEVELS))
                & Q(answer="", answered_by=None, answered_at=None)
                | Q(state=RatingState.OPEN, level__in=sorted(BAD_LEVELS), answer="", answered_by=None, answered_at=None)
                & ~Q(text="")
                | Q(state=RatingState.ANSWERED, answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} {self.get_level_display()}"

    @property
    def is_bad(self) -> bool:
        """Whether the office owes an answer, or gave one."""
        return self.level in BAD_LEVELS
