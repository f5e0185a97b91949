"""What officials conclude on claims: decisions per line, credit checks, publicity lists, objections."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone

from applications.claims.enums import Route
from applications.claims.visibility import visible_claims
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedField
from portal.core.files import kept_name
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from review.decisions.enums import Conclusion, CreditResult, ObjectionState, Stage

# District lists are worked by the district's own second officer too.
PUBLICITY_ROLES = (Role.CITY_OFFICER, Role.DECISION_MAKER, Role.DISTRICT_SECOND)
# The job that fills a long list; its key is the list's.
PUBLISH_KIND = "review.publish_list"
_HEAR_OBJECTIONS = frozenset({*PUBLICITY_ROLES, Role.AUDITOR})


class Decision(models.Model):
    """One conclusion at one stage of one round: the database lets there be only one. Append-only.

    It is an officer's, or was made by a `rule`, which then says by whose setting and what passed.
    """

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="decisions")
    stage = models.CharField("环节", max_length=20, choices=Stage.choices)
    round = models.PositiveIntegerField("轮次")
    conclusion = models.CharField("结论", max_length=20, choices=Conclusion.choices)
    officer = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    officer_name = models.CharField("审核人姓名", max_length=40)
    rule = models.TextField("按规则办理的依据", blank=True, help_text="没有审核人时：依据、设置人和通过的核查")
    on_behalf_of = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代何人办理"
    )
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    ceiling = models.DecimalField("测算上限（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    reason = models.TextField("理由", blank=True)
    grounds = models.JSONField("不予支持的理由", default=list, blank=True, help_text="理由的代码")
    is_discretionary = models.BooleanField("金额由审定决定", default=False, help_text="文件未定金额，由审核人员提出")
    decision_no = models.CharField("金额依据", max_length=120, blank=True, help_text="文件或决定的名称、文号和日期")
    title = models.CharField("认定名称", max_length=200, blank=True)
    unmet = models.JSONField("未满足的条件", default=list, blank=True, help_text="条件的代码")
    minutes_number = models.CharField("会议纪要编号", max_length=60, blank=True)
    minutes_date = models.DateField("会议日期", null=True, blank=True)
    assessment = models.ForeignKey(
        "applications.Assessment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="测算"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "审核意见"
        indexes: ClassVar = [
            models.Index(fields=["minutes_number"], condition=~Q(minutes_number=""), name="decisions_of_a_meeting")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "stage", "round"], name="one_decision_per_stage_and_round"),
            models.CheckConstraint(
                name="decision_of_a_person_or_by_rule",
                condition=Q(officer__isnull=False, rule="") | (Q(officer=None) & ~Q(rule="")),
            ),
            models.CheckConstraint(
                name="refusal_or_return_has_a_reason",
                condition=Q(conclusion=Conclusion.SUPPORT) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="decision_within_ceiling",
                condition=Q(amount=None) | Q(ceiling=None) | (Q(amount__gte=0) & Q(amount__lte=F("ceiling"))),
            ),
            models.CheckConstraint(
                name="lower_sum_has_a_reason",
                condition=~Q(conclusion=Conclusion.SUPPORT) | Q(ceiling=None) | Q(amount=F("ceiling")) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="support_has_a_sum_or_a_title",
                condition=~Q(conclusion=Conclusion.SUPPORT)
                | Q(stage=Stage.ACCEPTANCE)
                | Q(amount__gt=0)
                | (Q(amount=None) & ~Q(title="")),
            ),
            models.CheckConstraint(
                name="discretionary_sum_names_what_sets_it",
                condition=~Q(stage=Stage.FINAL, conclusion=Conclusion.SUPPORT, is_discretionary=True)
                | Q(amount=None)
                | ~Q(decision_no=""),
            ),
            models.CheckConstraint(
                name="final_support_has_minutes",
                condition=~Q(stage=Stage.FINAL, conclusion=Conclusion.SUPPORT)
                | (~Q(minutes_number="") & Q(minutes_date__isnull=False)),
            ),
        ]

    @property
    def label(self) -> str:
        """The conclusion in the officers' words for its stage."""
        return Conclusion(self.conclusion).label_at(self.stage)

    @property
    def tone(self) -> str:
        return Conclusion(self.conclusion).tone


class LineDecision(models.Model):
    """The sum an officer supports for one line. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="lines")
    line = models.ForeignKey("applications.ClaimLine", models.PROTECT, related_name="decisions")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    ceiling = models.DecimalField("测算上限（元）", max_digits=14, decimal_places=2)
    reason = models.CharField("核减理由", max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["line__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "line"], name="one_sum_per_line_and_decision"),
            models.CheckConstraint(
                name="line_sum_within_ceiling", condition=Q(amount__gte=0) & Q(amount__lte=F("ceiling"))
            ),
            models.CheckConstraint(
                name="lower_line_sum_has_a_reason", condition=Q(amount=F("ceiling")) | ~Q(reason="")
            ),
        ]


class StageReportQuerySet(models.QuerySet["StageReport"]):
    """Reports, narrowed to who asks: the officials who see the claim."""

    def visible_to(self, user: User) -> StageReportQuerySet:
        theirs = ~Q(decision__claim__applicant_id__in=user.recused_from) if user.is_official else Q(pk=None)
        return self.filter(visible_claims(user, "decision__claim__"), theirs)


class StageReport(models.Model):
    """What a panel or an auditor reported, recorded by an officer with the conclusion drawn from it. Append-only."""

    FOLDER = "reports"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="report")
    body = models.CharField("出具单位", max_length=120, help_text="专家组或审计机构")
    number = models.CharField("报告编号", max_length=60, blank=True)
    made_on = models.DateField("报告日期")
    result = models.TextField("结论")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小（字节）")

    objects = StageReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "评审和审计报告"

    def __str__(self) -> str:
        return f"{self.body} {self.number}"

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class CreditSnapshot(models.Model):
    """What a credit check said on a day. Dated, never changed; a later check is a new row."""

    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="credit_snapshots")
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="credit_snapshots")
    result = models.CharField("结果", max_length=12, choices=CreditResult.choices)
    source = models.CharField("查询来源", max_length=120)
    remark = models.CharField("备注", max_length=300, blank=True)
    checked_on = models.DateField("查询日期")
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-checked_on", "-pk"]
        verbose_name = verbose_name_plural = "信用查询"


class ClaimScore(models.Model):
    """What a panel gave a claim (评审得分), with its paper; the higher the better. Append-only, the latest counts."""

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="scores")
    score = models.DecimalField("得分", max_digits=6, decimal_places=2)
    paper = models.CharField("评审依据", max_length=120)
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "评审得分"
        indexes: ClassVar = [models.Index(fields=["claim", "-id"], name="latest_score_of_a_claim")]
        constraints: ClassVar = [
            models.CheckConstraint(name="score_is_not_negative", condition=Q(score__gte=0)),
            models.CheckConstraint(name="score_has_a_paper", condition=~Q(paper="")),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} {self.score} 分"


class PublicityQuerySet(models.QuerySet["PublicityList"]):
    """Publicity lists are public; those who make them see their own city's for work."""

    def visible_to(self, user: User) -> PublicityQuerySet:
        return self.all()

    def complete(self) -> PublicityQuerySet:
        """Those that hold all their claims: a long list is filled by a job, and nobody reads it before."""
        filling = Job.objects.filter(kind=PUBLISH_KIND, key=Cast(OuterRef("pk"), models.CharField()))
        return self.filter(~Exists(filling.exclude(state=JobState.DONE)))

    def workable_by(self, user: User) -> PublicityQuerySet:
        """Lists of the cities, or of the district, in which the person handles publicity."""
        return self.filter(region_id__in=user.regions_for(*PUBLICITY_ROLES))


class PublicityList(models.Model):
    """A city's published list of claims, open for objections for N working days, first day counted."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="publicity_lists")
    title = models.CharField("标题", max_length=120)
    number = models.CharField("文号", max_length=60, blank=True, help_text="早于编号的公示为空")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("截止日期")
    workdays = models.PositiveIntegerField("公示工作日")
    contact = models.CharField("异议受理方式", max_length=200)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤下原因", max_length=300, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="更正的公示"
    )

    objects = PublicityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        verbose_name = verbose_name_plural = "公示"
        constraints: ClassVar = [
            models.CheckConstraint(name="publicity_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="one_publicity_list_a_number"),
            models.CheckConstraint(name="publicity_has_workdays", condition=Q(workdays__gte=1)),
            models.CheckConstraint(
                name="withdrawn_publicity_is_closed", condition=Q(withdrawn_reason="") | Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PublicityEntryQuerySet(models.QuerySet["PublicityEntry"]):
    def standing(self) -> PublicityEntryQuerySet:
        """The last entry of each claim, on lists that are not withdrawn: a later list takes over from an earlier."""
        later = PublicityEntry.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later), publicity__withdrawn_reason="")


class PublicityEntry(models.Model):
    """One claim on a list, with what the public sees of it, frozen."""

    publicity = models.ForeignKey(PublicityList, models.PROTECT, related_name="entries")
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="publicity_entries")
    applicant_name = models.CharField("申报单位", max_length=120)
    district_name = models.CharField("地区", max_length=40)
    item_title = models.CharField("事项", max_length=120)
    count = models.PositiveIntegerField("数量")
    amount = models.DecimalField("拟资助金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    title = models.CharField("拟认定名称", max_length=200, blank=True)

    objects = PublicityEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["district_name", "applicant_name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publicity", "claim"], name="claim_once_on_a_list"),
            models.CheckConstraint(name="entry_has_a_sum_or_a_title", condition=Q(amount__isnull=False) | ~Q(title="")),
        ]


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections, narrowed to who asks: the objector's identity is confidential."""

    def visible_to(self, user: User) -> ObjectionQuerySet:
        regions = {
            level: [
                a.region_id for a in user.active_appointments if a.role in _HEAR_OBJECTIONS and a.region.level == level
            ]
            for level in (RegionLevel.CITY, RegionLevel.DISTRICT)
        }
        theirs = Q(entry__claim__city_id__in=regions[RegionLevel.CITY]) | Q(
            entry__claim__region_id__in=regions[RegionLevel.DISTRICT], entry__claim__route=Route.DISTRICT
        )
        return self.filter(visible_claims(user, "entry__claim__"), theirs)


class Objection(models.Model):
    """A signed objection to one entry of a list; it freezes that claim alone until decided."""

    entry = models.ForeignKey(PublicityEntry, models.PROTECT, related_name="objections")
    objector = models.CharField("异议人", max_length=60)
    contact = EncryptedField("联系方式", longest=60)
    text = models.TextField("异议内容")
    received_on = models.DateField("收到日期")
    due_on = models.DateField("办理期限")
    state = StateField("状态", max_length=12, choices=ObjectionState, default=ObjectionState.OPEN)
    conclusion = models.TextField("核实结论", blank=True)
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-received_on", "-pk"]
        verbose_name = verbose_name_plural = "异议"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="decided_objection_has_conclusion_officer_and_time",
                condition=Q(state=ObjectionState.OPEN, conclusion="", decided_by=None, decided_at=None)
                | (
                    ~Q(state=ObjectionState.OPEN)
                    & ~Q(conclusion="")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
        ]
