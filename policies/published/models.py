"""The published catalogue: documents, the items they support, and the versions of each item.

The authored form is the YAML below `catalogue/`; `load_catalogue` publishes it here. A published version never
changes (a trigger refuses it): claims keep the version they were made under, and assessments replay from it.
"""

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from policies.engine.periods import last_day
from policies.published.enums import DocumentStatus, TextOrigin
from portal.accounts.models import User
from portal.core.choices import StateField

PublishedModel = TypeVar("PublishedModel", bound=models.Model)


class PublishedQuerySet(models.QuerySet[PublishedModel]):
    """The catalogue is public: everybody sees all of it."""

    def visible_to(self, user: User) -> Self:
        return self.all()


class PolicyDocument(models.Model):
    """One issued document. Effective dates are half-open: from the first day up to, not including, the last."""

    code = models.SlugField("标识", max_length=20, unique=True)
    number = models.CharField("文号", max_length=80)
    title = models.CharField("标题", max_length=200)
    short_title = models.CharField("简称", max_length=60)
    issuer = models.CharField("发文机关", max_length=80)
    region = models.ForeignKey(
        "accounts.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name="适用地区",
        help_text="文件没有写明地区的，为空；其事项不能申报",
    )
    status = StateField("状态", max_length=10, choices=DocumentStatus)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True)
    effective_to = models.DateField("失效日期", null=True, blank=True)
    source_note = models.TextField("说明", blank=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-effective_from", "code"]
        verbose_name = verbose_name_plural = "政策文件"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="document_ends_after_it_begins",
                condition=Q(effective_to=None) | Q(effective_from=None) | Q(effective_to__gt=F("effective_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.short_title}（{self.number}）" if self.number else self.short_title

    @property
    def last_day(self) -> date | None:
        """The last day on which the document holds."""
        return last_day(self.effective_to) if self.effective_to else None

    @property
    def applicant_label(self) -> str:
        """The status in the public's words."""
        return DocumentStatus(self.status).applicant_label


class SupportItem(models.Model):
    """One thing a document supports, under its id of the catalogue."""

    code = models.CharField("标识", max_length=40, unique=True)
    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="items", verbose_name="政策文件")
    position = models.PositiveIntegerField("次序")
    article = models.CharField("条款", max_length=60)
    title = models.CharField("名称", max_length=120)
    summary = models.TextField("概要", blank=True)
    headline = models.CharField("金额概述", max_length=200, blank=True, help_text="列表中显示，发布时由规则生成")
    kind = models.CharField("类型", max_length=30)
    claimable = models.BooleanField("可申报", default=False)
    passages = models.JSONField("原文依据", default=list, blank=True, help_text="所依据的各句：位置和文字，发布时写入")
    # One part of the text a line, and the same lines as a search compares them; written at publication.
    search_text = models.TextField("检索原文", blank=True, default="", editable=False)
    search_key = models.TextField("检索比对形式", blank=True, default="", editable=False)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["document", "position"]
        verbose_name = verbose_name_plural = "支持事项"

    def __str__(self) -> str:
        return self.title


class ItemVersion(models.Model):
    """An item's rules over a span of days, in the engine's normal form with its hash. Immutable."""

    item = models.ForeignKey(SupportItem, models.PROTECT, related_name="versions", verbose_name="支持事项")
    number = models.PositiveIntegerField("版本")
    valid_from = models.DateField("适用自", null=True, blank=True)
    valid_to = models.DateField("适用至（不含）", null=True, blank=True)
    content = models.JSONField("规则内容")
    hash = models.CharField("内容哈希", max_length=64)
    published_at = models.DateTimeField("发布时间", default=timezone.now)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["item", "number"]
        verbose_name = verbose_name_plural = "事项版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "number"], name="one_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.item} 第 {self.number} 版"


class DocumentText(models.Model):
    """A document's authored text as it was published: what its rules were made of, and where the text came from.

    Rows are appended only. The newest says what a further change starts from; one from the browser keeps a later
    deployment from putting the package's older text back.
    """

    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="texts", verbose_name="政策文件")
    number = models.PositiveIntegerField("次序")
    text = models.TextField("文本")
    source = models.TextField("原文", blank=True)
    marks = models.JSONField("原文标注", default=dict, blank=True, help_text="每一句由哪些事项落实，或为什么不涉及资助")
    sha256 = models.CharField("内容哈希", max_length=64)
    origin = models.CharField("来源", max_length=10, choices=TextOrigin.choices)
    published_at = models.DateTimeField("发布时间")
    published_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人"
    )

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["document", "number"]
        verbose_name = verbose_name_plural = "文件文本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="one_text_per_number"),
            models.CheckConstraint(
                name="browser_text_has_publisher",
                condition=~Q(origin=TextOrigin.BROWSER) | Q(published_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} 第 {self.number} 次发布"
