"""Claims: what an applicant files, its lines, evidence, assessments, corrections and time line."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from applications.claims.enums import EDITABLE, RELEASED, Action, ClaimStatus, Route
from applications.claims.visibility import claims_of_duty, visible_claims
from applications.claims.workflow import reviewer_of
from applications.mandates.enums import Right
from applications.mandates.selectors import mandated_claims
from policies.engine.procedure import Procedure
from portal.accounts.enums import DISTRICT_ROLES
from portal.accounts.models import Region, User
from portal.core.choices import StateField
from portal.core.files import kept_name

_AFTER_REVIEW = frozenset({ClaimStatus.AUDIT, ClaimStatus.PANEL, ClaimStatus.FINAL_DECISION})


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Claims, narrowed to who asks."""

    def visible_to(self, user: User, *, right: Right | None = None) -> ClaimQuerySet:
        """Those that `visible_claims` says, and those that a mandate of their agency covers (giving the right)."""
        return self.filter(visible_claims(user) | mandated_claims(user, right=right))

    def with_call_item(self) -> ClaimQuerySet:
        """Each with `call_item`, what its call says of its item; without the attribute where it has no call."""
        same_item = Q(call__items__item=F("item"))
        joined = self.annotate(call_item=FilteredRelation("call__items", condition=same_item))
        return joined.select_related("call_item")  # type: ignore[misc]


class Claim(models.Model):
    """What an applicant files under one item version; `key` also makes a double click one claim."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("申报编号", max_length=20, unique=True, null=True, blank=True)
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="claims", verbose_name="申报单位")
    version = models.ForeignKey("policies.ItemVersion", models.PROTECT, related_name="+", verbose_name="事项版本")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")
    call = models.ForeignKey(
        "calls.Call",
        models.PROTECT,
        related_name="claims",
        null=True,
        blank=True,
        verbose_name="申报通知",
        help_text="早于申报通知的申报为空",
    )
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区县")
    city = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="设区市")
    route = models.CharField("审定层级", max_length=10, choices=Route.choices, default=Route.CITY)
    departures = models.CharField("程序中另有", max_length=60, blank=True, help_text="逗号分隔，提交时确定")
    periods = models.JSONField("办理期限", default=dict, blank=True, help_text="各环节的工作日，提交时确定")
    # The last days of the present step and of the whole; empty while the clock stands, and where no calendar is known.
    step_due_on = models.DateField("本环节期限", null=True, blank=True)
    whole_due_on = models.DateField("全程期限", null=True, blank=True)
    status = StateField("状态", max_length=30, choices=ClaimStatus, default=ClaimStatus.DRAFT)
    returned_from = models.CharField("补正前状态", max_length=30, choices=ClaimStatus.choices, blank=True)
    round = models.PositiveIntegerField("轮次", default=1, help_text="每次退回后加一")
    correction_round = models.PositiveIntegerField("补正次数", default=0)
    correction_due_on = models.DateField("补正期限", null=True, blank=True)
    facts = models.JSONField("申报内容", default=dict, blank=True)
    revision = models.PositiveIntegerField("修订号", default=0, help_text="每次保存加一，用于发现陈旧页面")
    last_page = models.CharField(
        "最近保存的页面", max_length=50, blank=True, help_text="打开后未受他人改动影响、一直由其保存的页面，否则为空"
    )
    commitment_at = models.DateTimeField("承诺时间", null=True, blank=True)
    claimed_amount = models.DecimalField("申报金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    district_amount = models.DecimalField("区级审核金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    city_amount = models.DecimalField("市级审核金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    approved_amount = models.DecimalField("批准金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    approved_title = models.CharField("认定名称", max_length=200, blank=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    saved_at = models.DateTimeField("保存时间", default=timezone.now)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    status_since = models.DateTimeField("状态自", default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="claim_submitted_has_time_number_and_commitment",
                condition=Q(status__in=[ClaimStatus.DRAFT, ClaimStatus.WITHDRAWN])
                | Q(submitted_at__isnull=False, number__isnull=False, commitment_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_in_correction_knows_where_from",
                condition=~Q(status=ClaimStatus.CORRECTION) | ~Q(returned_from=""),
            ),
            models.CheckConstraint(
                name="claim_approved_has_an_amount",
                condition=~Q(status__in=[ClaimStatus.APPROVED, ClaimStatus.PAID]) | Q(approved_amount__gt=0),
            ),
            models.CheckConstraint(
                name="claim_recognised_has_a_title_and_no_amount",
                condition=~Q(status=ClaimStatus.RECOGNISED) | (~Q(approved_title="") & Q(approved_amount=None)),
            ),
            models.CheckConstraint(
                name="claim_amounts_not_negative",
                condition=(Q(claimed_amount=None) | Q(claimed_amount__gte=0))
                & (Q(district_amount=None) | Q(district_amount__gte=0))
                & (Q(city_amount=None) | Q(city_amount__gte=0))
                & (Q(approved_amount=None) | Q(approved_amount__gte=0)),
            ),
        ]
        # Queues read one region and status, newest first, page by page: the index is the page's order.
        indexes: ClassVar = [
            models.Index(fields=["region", "status", "-submitted_at", "-id"], name="claims_district_queue"),
            models.Index(fields=["city", "status", "-submitted_at", "-id"], name="claims_city_queue"),
            models.Index(fields=["region", "-submitted_at", "-id"], name="claims_district_all"),
            models.Index(fields=["city", "-submitted_at", "-id"], name="claims_city_all"),
            models.Index(fields=["applicant", "-id"], name="claims_by_applicant"),
        ]

    def __str__(self) -> str:
        return f"{self.number or '草稿'} {self.item.title}"

    @property
    def procedure(self) -> Procedure:
        """The way on which it was submitted, with the periods of then."""
        content = {"route": self.route, "procedure": filter(None, self.departures.split(",")), "periods": self.periods}
        return Procedure.read(content)

    @property
    def applicant_label(self) -> str:
        """The status in the applicant's words."""
        return ClaimStatus(self.status).applicant_label

    def is_correction_overdue(self, on: date) -> bool:
        """Whether the claim waits for a correction whose day was before this one."""
        is_waiting = self.status == ClaimStatus.CORRECTION
        return is_waiting and self.correction_due_on is not None and self.correction_due_on < on

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def holds_rights(self) -> bool:
        """Whether its rights are taken, so that no other claim may have them."""
        return self.status not in RELEASED

    @property
    def holder(self) -> str:
        """Who has it now, in words."""
        if self.is_editable:
            return "申报单位"
        role = reviewer_of(ClaimStatus(self.status), self.route, self.departures)
        if role is None:
            return "已办结"
        region = self.region if role in DISTRICT_ROLES else self.deciding_region
        return role.of(region.full_name)

    @property
    def forwarded_amount(self) -> Decimal | None:
        """The sum with which it came to the stage where it is, in yuan: as claimed, or as the stage before found."""
        if self.status == ClaimStatus.CITY_REVIEW:
            return self.claimed_amount if self.district_amount is None else self.district_amount
        if self.status in _AFTER_REVIEW:
            return self.district_amount if self.route == Route.DISTRICT else self.city_amount
        return self.claimed_amount

    @property
    def listed_amount(self) -> Decimal | None:
        """The sum that a public list shows: as decided, or as proposed where the list comes before the decision."""
        if self.approved_amount is not None or not self.procedure.is_publicised_first:
            return self.approved_amount
        return self.district_amount if self.route == Route.DISTRICT else self.city_amount

    @property
    def deciding_region_id(self) -> str:
        """Where the final decision is taken, publicised and paid: in the city, or in the district where it decides."""
        return self.region_id if self.route == Route.DISTRICT else self.city_id

    @property
    def deciding_region(self) -> Region:
        return self.region if self.route == Route.DISTRICT else self.city


class ClaimLine(models.Model):
    """One right, loan, policy … of a claim. `exclusive_key` is unique while the claim holds the right."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField("序号")
    facts = models.JSONField("申报内容", default=dict)
    subject_key = models.CharField("权利标识", max_length=120, blank=True, db_index=True)
    exclusive_key = models.CharField(max_length=170, unique=True, null=True, blank=True)
    assessed_amount = models.DecimalField("测算金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    is_defence = models.BooleanField("国防专利", default=False)

    class Meta:
        ordering: ClassVar = ["claim", "position"]
        verbose_name = verbose_name_plural = "申报明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "position"], name="one_line_per_position"),
            # What is secret is not kept here: the line only says that it was, until it is taken off the claim.
            models.CheckConstraint(
                name="defence_line_holds_nothing",
                condition=Q(is_defence=False) | Q(facts={}, subject_key="", exclusive_key=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} 第 {self.position} 项"


class ClaimCounter(models.Model):
    """The last claim number given out in a year; its row is locked while the next one is taken."""

    year = models.PositiveIntegerField("年度", primary_key=True)
    last = models.PositiveIntegerField("最后编号", default=0)


class StoredFile(models.Model):
    """A file's bytes, kept once under their SHA-256 in private storage."""

    FOLDER = "evidence"

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveIntegerField("大小（字节）")
    media_type = models.CharField("类型", max_length=60)
    stored_at = models.DateTimeField(default=timezone.now)

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence, narrowed to who asks: what was filed says nothing of what officers concluded, and is never closed."""

    def visible_to(self, user: User) -> EvidenceQuerySet:
        """Those of the claims that are the person's, by membership, duty or mandate."""
        return self.filter(claims_of_duty(user, "claim__") | mandated_claims(user, "claim__"))

    def open_to(self, user: User) -> EvidenceQuerySet:
        """Files that this person may open: a removed one only officials, who had it before them when it was removed."""
        may = Q(removed_at=None)
        if user.is_official:
            may |= Q(removed_at__gt=F("claim__submitted_at"))
        return self.visible_to(user).filter(may)


class Evidence(models.Model):
    """An uploaded file for one requirement of the item; removed ones stay on record.

    One without a requirement waits to be put in its place, and is no line's.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="evidence")
    line = models.ForeignKey(ClaimLine, models.SET_NULL, null=True, blank=True, related_name="evidence")
    requirement = models.CharField("材料要求", max_length=40)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="uses")
    filename = models.CharField("文件名", max_length=200)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["requirement", "pk"]
        verbose_name = verbose_name_plural = "佐证材料"

    def __str__(self) -> str:
        return self.filename

    @property
    def is_unplaced(self) -> bool:
        return not self.requirement


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def of_rules(self) -> AssessmentQuerySet:
        """Those that say what the rules give, without those of what people granted of it."""
        return self.exclude(question__has_key="supported")


class Assessment(models.Model):
    """The engine's answer at one moment: question, answer, version and hash. Never changed."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="assessments")
    stage = models.CharField("环节", max_length=30, choices=Action.choices)
    version = models.ForeignKey("policies.ItemVersion", models.PROTECT, related_name="+")
    question = models.JSONField("输入")
    answer = models.JSONField("结果")
    hash = models.CharField("哈希", max_length=64)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    made_at = models.DateTimeField("时间", default=timezone.now)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        get_latest_by = "pk"
        verbose_name = verbose_name_plural = "测算"


class AssessmentReplay(models.Model):
    """One run over all stored assessments: each asked again, and its answer compared byte for byte. Append-only."""

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", default=timezone.now)
    checked = models.PositiveIntegerField("核对数")
    differing = models.PositiveIntegerField("不一致数")
    differences = models.JSONField("不一致的测算", default=list, help_text="最前面的若干项：测算、申报编号、说明")

    class Meta:
        ordering: ClassVar = ["-pk"]
        get_latest_by = "pk"
        verbose_name = verbose_name_plural = "测算重放"
        constraints: ClassVar = [
            models.CheckConstraint(name="replay_differs_in_what_it_checked", condition=Q(differing__lte=F("checked"))),
        ]


class CorrectionPoint(models.Model):
    """One thing to correct, bound to a field or an evidence requirement of the form."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="correction_points")
    round = models.PositiveIntegerField("补正次数")
    line_position = models.PositiveIntegerField("明细序号", null=True, blank=True)
    field = models.CharField("字段或材料", max_length=60, blank=True)
    field_label = models.CharField("名称", max_length=120)
    remark = models.CharField("要求", max_length=300)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField("补正期限", null=True, blank=True)
    before = models.JSONField(
        "补正前的内容", default=dict, blank=True, help_text="该处的事实，按明细序号；0 为总体情况"
    )
    answer = models.CharField("申报单位说明", max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["round", "pk"]
        verbose_name = verbose_name_plural = "补正事项"


class ClaimEvent(models.Model):
    """One step in a claim's time line. Append-only (trigger)."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="events")
    action = models.CharField("操作", max_length=30, choices=Action.choices)
    from_status = models.CharField(max_length=30, choices=ClaimStatus.choices, blank=True)
    to_status = models.CharField(max_length=30, choices=ClaimStatus.choices)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField("操作人", max_length=40)
    role = models.CharField("身份", max_length=20, blank=True)
    # Under which an agency's member acted for the applicant.
    mandate = models.ForeignKey("mandates.Mandate", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField("说明", blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "申报经过"
