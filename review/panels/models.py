"""Panels of experts: the schemes by which they score, who sits in them by which draw, their scores and the result."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.visibility import visible_claims
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.files import kept_name
from portal.core.regions import in_trees
from review.decisions.models import StageReport
from review.panels.enums import PanelState, SeatState, TieRule
from review.panels.scoring import Criterion

# Who forms panels: where the city decides its officers, where a district does its second officers.
ORGANISERS = (Role.CITY_OFFICER, Role.DISTRICT_SECOND)
READERS = (*ORGANISERS, Role.DECISION_MAKER, Role.AUDITOR)
SCHEME_KEEPER = Role.POLICY_ADMIN
# A claim that ended so while it was before a panel is scored and ranked no more.
GONE = (ClaimStatus.WITHDRAWN, ClaimStatus.REJECTED, ClaimStatus.ABANDONED)


class SchemeQuerySet(models.QuerySet["Scheme"]):
    """Schemes, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of one's own region or of the city above it."""
        codes = {f"{code[:4]}00" for code in user.regions_for(SCHEME_KEEPER, *READERS)}
        return self.filter(region_id__in=codes)

    def in_force(self) -> Self:
        """Those that no later one took the place of."""
        return self.filter(replaced_by=None)


class Scheme(models.Model):
    """How the claims of an item, or of a call, are scored. Append-only: a change is a new scheme in its place."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="城市")
    title = models.CharField("名称", max_length=80)
    basis = models.CharField("依据", max_length=200, blank=True)
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, null=True, blank=True, related_name="+")
    call = models.ForeignKey("calls.Call", models.PROTECT, null=True, blank=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    # Objects of name, most, weight, guide and may_not_apply; numbers as text.
    criteria = models.JSONField("评分指标")
    minimum = models.PositiveSmallIntegerField("每件最少评分数")
    trimmed = models.PositiveSmallIntegerField("去掉最高、最低分各几个", default=0)
    outlier_distance = models.DecimalField("与中位数相差多少分作提示", max_digits=5, decimal_places=2)
    needed = models.DecimalField("入选最低得分", max_digits=5, decimal_places=2, null=True, blank=True)
    places = models.PositiveIntegerField("入选名额", null=True, blank=True)
    tie = models.CharField("同分规则", max_length=20, choices=TieRule.choices, default=TieRule.SHARED)
    shows_names = models.BooleanField("向专家显示申报单位名称", default=False)
    shows_files = models.BooleanField("向专家提供申报材料文件", default=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "评分标准"
        constraints: ClassVar = [
            models.CheckConstraint(name="scheme_minimum_leaves_a_score", condition=Q(minimum__gte=1)),
            models.CheckConstraint(
                name="scheme_needs_a_score_within_the_whole",
                condition=Q(needed=None) | (Q(needed__gte=0) & Q(needed__lte=100)),
            ),
            models.CheckConstraint(name="scheme_distance_is_not_negative", condition=Q(outlier_distance__gte=0)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def criterion_rows(self) -> list[Criterion]:
        """The criteria in their order."""
        return [
            Criterion(one["name"], Decimal(one["most"]), Decimal(one["weight"]), one["guide"], one["may_not_apply"])
            for one in self.criteria
        ]


class PanelQuerySet(models.QuerySet["Panel"]):
    """Panels, narrowed to who asks. Experts come to theirs by their seats."""

    def visible_to(self, user: User) -> Self:
        """Those of the regions in which one forms panels, decides or audits."""
        cities = [
            one.region_id
            for one in user.active_appointments
            if one.role in READERS and one.region.level != RegionLevel.DISTRICT
        ]
        return self.filter(Q(region_id__in=user.regions_for(*READERS)) | in_trees("region__code", cities))


class Panel(models.Model):
    """Some claims, the rule by which experts are drawn for them, and where their scoring stands."""

    # Beside the reports of the stages: a conclusion keeps the same file.
    FOLDER = StageReport.FOLDER

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    title = models.CharField("名称", max_length=80)
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+", verbose_name="评分标准")
    size = models.PositiveSmallIntegerField("专家人数")
    # How many members know a field, by its name.
    needs = models.JSONField("领域要求", default=dict, blank=True)
    score_until = models.DateField("评分截止日期")
    seed = models.CharField("抽取种子", max_length=64, blank=True)
    state = StateField("状态", max_length=10, choices=PanelState, default=PanelState.FORMING)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="组织人")
    made_at = models.DateTimeField("组建时间", default=timezone.now)
    closed_at = models.DateTimeField("评分结束时间", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    opinion = models.TextField("评审组意见", blank=True)
    report_sha256 = models.CharField(max_length=64, blank=True)
    report_size = models.PositiveIntegerField("报告大小（字节）", default=0)
    cancel_reason = models.CharField("取消原因", max_length=200, blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "专家评审"
        constraints: ClassVar = [
            models.CheckConstraint(name="panel_has_members", condition=Q(size__gte=1)),
            models.CheckConstraint(
                name="panel_confirmed_with_its_report",
                condition=~Q(state=PanelState.CONFIRMED) | (Q(confirmed_at__isnull=False) & ~Q(report_sha256="")),
            ),
            models.CheckConstraint(
                name="panel_cancelled_with_a_reason", condition=~Q(state=PanelState.CANCELLED) | ~Q(cancel_reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        """The name of the report's bytes in private storage."""
        return kept_name(self.FOLDER, self.report_sha256)


class EntryQuerySet(models.QuerySet["Entry"]):
    """Claims before panels, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those whose claim one sees as an official who is not recused from it."""
        if not user.is_official:
            return self.none()
        return self.filter(visible_claims(user, "claim__")).exclude(claim__applicant_id__in=user.recused_from)

    def scored_by(self, seat: Seat) -> Self:
        """Those that a member scores: not ended meanwhile, and without a conflict that they declared."""
        still = self.filter(is_open=True).exclude(claim__status__in=GONE)
        return still.exclude(conflicts__seat=seat)


class Entry(models.Model):
    """A claim before a panel, by the number under which experts know it; and what came out."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="entries")
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="panel_entries")
    position = models.PositiveIntegerField("评审序号")
    # A claim is before one panel at a time: of a cancelled one it is free again.
    is_open = models.BooleanField("评审有效", default=True)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, blank=True)
    rank = models.PositiveIntegerField("名次", null=True, blank=True)
    # The last of the year's places that it needs, those taken before counted; what the engine takes as its rank.
    place = models.PositiveIntegerField("名额位次", null=True, blank=True)
    is_passed = models.BooleanField("入选", null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = verbose_name_plural = "参评申报"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "position"], name="one_entry_a_number"),
            models.UniqueConstraint(fields=["panel", "claim"], name="claim_once_before_a_panel"),
            models.UniqueConstraint(fields=["claim"], condition=Q(is_open=True), name="claim_before_one_panel"),
            models.CheckConstraint(
                name="entry_result_is_whole",
                condition=Q(score=None, rank=None, is_passed=None)
                | Q(score__isnull=False, rank__isnull=False, is_passed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.position}"


class Draw(models.Model):
    """One draw: the whole pool as it was, with who was barred and why, and who was drawn. Append-only."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="draws")
    seed = models.CharField("抽取种子", max_length=64)
    pool = models.JSONField("候选专家")
    # Keys of the members that stayed, and of those that were drawn.
    seated = models.JSONField("在任专家", default=list)
    drawn = models.JSONField("抽中专家")
    reason = models.CharField("补抽原因", max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "专家抽取"

    def __str__(self) -> str:
        return f"{self.panel_id} {self.seed}"


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """One's own, as an expert whose term runs, of panels that were not cancelled."""
        if not user.is_expert:
            return self.none()
        return self.filter(expert__user=user).exclude(panel__state=PanelState.CANCELLED)

    def seated(self) -> Self:
        """Those that nobody left."""
        return self.exclude(state=SeatState.LEFT)


class Seat(models.Model):
    """An expert in a panel. Who leaves keeps the row; a replacement gets one of their own."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="seats")
    expert = models.ForeignKey("experts.Expert", models.PROTECT, related_name="seats")
    is_chair = models.BooleanField("组长", default=False)
    state = StateField("状态", max_length=10, choices=SeatState, default=SeatState.INVITED)
    declared_at = models.DateTimeField("回避申报时间", null=True, blank=True)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    leave_reason = models.CharField("退出原因", max_length=200, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "评审专家"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "expert"], name="expert_once_in_a_panel"),
            models.UniqueConstraint(
                fields=["panel"], condition=Q(is_chair=True) & ~Q(state=SeatState.LEFT), name="one_chair_a_panel"
            ),
            models.CheckConstraint(
                name="seat_left_with_a_reason", condition=~Q(state=SeatState.LEFT) | ~Q(leave_reason="")
            ),
            models.CheckConstraint(
                name="seat_hands_in_at_a_time",
                condition=~Q(state=SeatState.HANDED_IN) | Q(handed_in_at__isnull=False, declared_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.expert_id}"


class Conflict(models.Model):
    """An expert does not score a claim: what they declared before seeing it. Append-only."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="conflicts")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="conflicts")
    reason = models.CharField("回避情形", max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "专家回避"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seat", "entry"], name="one_conflict_a_claim"),
            models.CheckConstraint(name="conflict_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.entry_id}"


class ScoreSheet(models.Model):
    """One expert's points on one claim; changed until they hand in all of them."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="sheets")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="sheets")
    # In the order of the scheme's criteria: points as text, None for what does not apply.
    points = models.JSONField("各项得分")
    total = models.DecimalField("加权得分", max_digits=5, decimal_places=2)
    comment = models.TextField("评审意见")
    revision = models.PositiveIntegerField("修改次数", default=1)
    saved_at = models.DateTimeField("保存时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "专家评分"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seat", "entry"], name="one_score_an_expert_and_claim"),
            models.CheckConstraint(name="score_within_the_whole", condition=Q(total__gte=0) & Q(total__lte=100)),
            models.CheckConstraint(name="score_has_a_comment", condition=~Q(comment="")),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.entry_id}"

    @property
    def given(self) -> list[Decimal | None]:
        """The points in the order of the criteria."""
        return [None if one is None else Decimal(one) for one in self.points]

    def as_shown(self, criteria: list[Criterion]) -> list[tuple[Criterion, Any]]:
        """Each criterion with its points."""
        return list(zip(criteria, self.given, strict=True))
