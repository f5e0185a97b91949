"""Who an organisation belongs to: the papers that show it, how they were checked, and contests by others."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Applicant, Membership, User
from portal.core.choices import StateField
from portal.core.files import kept_name
from portal.core.regions import in_trees
from portal.ownership.enums import (
    CONFIRMERS,
    OPEN_CONTESTS,
    CheckOutcome,
    ContestResult,
    ContestState,
    PaperKind,
)


def officers_see(user: User, field: str) -> Q:
    """The condition that a region code lies where the person checks organisations, or confirms."""
    return in_trees(field, user.regions_for(*CONFIRMERS))


class ContestQuerySet(models.QuerySet["Contest"]):
    """Contests, narrowed to who asks."""

    def visible_to(self, user: User) -> "ContestQuerySet":
        """One's own; those against an organisation that one owned when it was filed; those of an officer's region."""
        sides = Q(filed_by=user) | Q(holder=user)
        return self.filter(sides | officers_see(user, "region_code"))

    def open(self) -> "ContestQuerySet":
        """Those not decided yet."""
        return self.filter(state__in=OPEN_CONTESTS)


class Contest(models.Model):
    """Somebody says that an organisation, registered by another, is theirs to act for. Two officers decide."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="contests", verbose_name="单位")
    region_code = models.CharField("地区", max_length=6)
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="异议人")
    filed_at = models.DateTimeField("提出时间", default=timezone.now)
    reason = models.CharField("异议理由", max_length=500)
    holder = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="现负责人")
    answer_due = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    state = StateField("状态", max_length=12, choices=ContestState, default=ContestState.FILED)
    result = models.CharField("处理结果", max_length=12, choices=ContestResult.choices, blank=True)
    opinion = models.CharField("处理意见", max_length=500, blank=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出人"
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人")
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "登记异议"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["applicant"], condition=Q(state__in=sorted(OPEN_CONTESTS)), name="one_open_contest_each"
            ),
            models.CheckConstraint(
                name="contest_decided_by_two",
                condition=Q(decided_by=None) | Q(proposed_by__isnull=False) & ~Q(decided_by=models.F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant.name} 登记异议"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_CONTESTS


class OrganisationPaperQuerySet(models.QuerySet["OrganisationPaper"]):
    """Papers, narrowed to who asks."""

    def visible_to(self, user: User) -> "OrganisationPaperQuerySet":
        """One's own uploads; those of colleagues for the same organisation; those of an officer's region.

        What somebody uploaded who no longer belongs to the organisation is none of its later members' business.
        """
        mine = [m.applicant_id for m in user.active_memberships]
        colleagues = Membership.objects.filter(
            applicant_id=models.OuterRef("applicant_id"), user_id=models.OuterRef("uploaded_by_id")
        )
        own = Q(applicant_id__in=mine, contest=None) & Q(models.Exists(colleagues))
        return self.filter(Q(uploaded_by=user) | own | officers_see(user, "applicant__region__code"))


class OrganisationPaper(models.Model):
    """A paper that shows who acts for an organisation; with a contest, handed in by one side of it. Append-only."""

    FOLDER = "papers"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="papers")
    contest = models.ForeignKey(Contest, models.PROTECT, null=True, blank=True, related_name="papers")
    kind = models.CharField("材料", max_length=10, choices=PaperKind.choices)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    media_type = models.CharField("类型", max_length=100)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    objects = OrganisationPaperQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "主体材料"

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class OrganisationCheck(models.Model):
    """A finding on an organisation: by an officer who read its papers, or by a provider's word. Append-only."""

    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="checks")
    outcome = models.CharField("结果", max_length=10, choices=CheckOutcome.choices)
    name = models.CharField("名称", max_length=120)
    legal_representative = models.CharField("法定代表人", max_length=40, blank=True)
    reason = models.CharField("意见", max_length=500, blank=True)
    source = models.CharField("依据", max_length=60)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        get_latest_by = "pk"
        verbose_name = verbose_name_plural = "主体核验"

    def __str__(self) -> str:
        return f"{self.name} {self.get_outcome_display()}"
