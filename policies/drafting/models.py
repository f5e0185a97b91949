"""Drafts of policy: a document's sections in their authored form, on their way to a second person who publishes.

A section is what stands between two `---` of an authored file (docs/engine.md): section 0 is the document's head
`{"document": {...}}`; a section `{"settings": {"name": {...}}}` with chosen readings of the document's own may follow;
then come items `{"item": "id", ...}` and rules `{"rule": "id", ...}`. Whatever a page
sends is kept, right or wrong: `selectors.problems` says what stands against proposing it.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from policies.drafting.enums import EDITABLE, OVER, DraftState
from policies.drafting.fields import OrderedJSONField
from policies.published.models import PolicyDocument
from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField

READERS = (Role.POLICY_ADMIN, Role.AUDITOR)


class PolicyDraftQuerySet(models.QuerySet["PolicyDraft"]):
    """Drafts, narrowed to who asks: policy administrators write them, auditors read them."""

    def visible_to(self, user: User) -> PolicyDraftQuerySet:
        """Those of one's own area; `portal.accounts.areas` says whose a document without an area is."""
        return self.filter(in_area(user, "region_code", *READERS))


class PolicyDraft(models.Model):
    """A document to be, or a change of one; `key` also makes a double click one draft."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document_code = models.SlugField("文件标识", max_length=20)
    region_code = models.CharField("所属地区", max_length=6, blank=True, help_text="由该地区的政策管理人员拟订和发布")
    title = models.CharField("拟订事由", max_length=120)
    note = models.TextField("修改说明", blank=True)
    base = models.ForeignKey(
        "policies.DocumentText",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name="所依据的文本",
        help_text="新文件没有",
    )
    sections = OrderedJSONField("各段", default=list)
    source = models.TextField("原文", blank=True, help_text="政策文件自己的文字，供逐句核对")
    marks = OrderedJSONField("原文标注", default=dict)
    revision = models.PositiveIntegerField("修订次数", default=0)
    state = StateField("状态", max_length=10, choices=DraftState, default=DraftState.DRAFTING)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="起草人")
    created_at = models.DateTimeField("起草时间")
    authors = models.ManyToManyField("accounts.User", related_name="+", verbose_name="改动过的人")
    saved_at = models.DateTimeField("最近保存")
    proposed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提请发布人"
    )
    proposed_at = models.DateTimeField("提请发布时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    reason = models.TextField("退回或撤回理由", blank=True)
    published = models.OneToOneField(
        "policies.DocumentText",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="made_by",
        verbose_name="发布的文本",
    )

    objects = PolicyDraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-saved_at", "-pk"]
        verbose_name = verbose_name_plural = "政策拟订"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="draft_decided_by_another",
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="draft_proposed_has_proposer",
                condition=~Q(state__in=[DraftState.PROPOSED, DraftState.RETURNED, DraftState.PUBLISHED])
                | (Q(proposed_by__isnull=False) & Q(proposed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="draft_returned_has_decider_and_reason",
                condition=~Q(state=DraftState.RETURNED)
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="draft_published_has_publisher",
                condition=~Q(state=DraftState.PUBLISHED)
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & Q(published__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_editable(self) -> bool:
        """Whether its author may still change it."""
        return self.state in EDITABLE

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state in OVER


class WorkedCaseQuerySet(models.QuerySet["WorkedCase"]):
    """Worked cases, narrowed to who asks, as drafts are."""

    def visible_to(self, user: User) -> WorkedCaseQuerySet:
        unnamed = Q(region=None)
        readable = PolicyDocument.objects.filter(in_area(user, "region__code", *READERS, nowhere=unnamed))
        return self.filter(document_code__in=readable.values("code"))

    def current(self) -> WorkedCaseQuerySet:
        """Those that no later one replaced."""
        return self.filter(ended_at=None)


class WorkedCase(models.Model):
    """A sentence, a question and what a reader of the document answers; `expected` has the engine's own keys.

    `expected["reason"]` is a code among the answer's reasons. A case is never changed: another takes its place.
    """

    document_code = models.SlugField("文件标识", max_length=20)
    item_code = models.CharField("事项标识", max_length=40)
    sentence = models.CharField("案例", max_length=200)
    question = OrderedJSONField("问题")
    expected = OrderedJSONField("应有答案")
    from_package = models.BooleanField("随系统提供", default=False)
    made_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = WorkedCaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["document_code", "pk"]
        verbose_name = verbose_name_plural = "案例"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document_code", "sentence"], condition=Q(ended_at=None), name="one_current_case_per_sentence"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class CaseChange(models.Model):
    """What a draft does to worked cases: adds one (`case` is none), answers one anew, or drops one, with the reason."""

    draft = models.ForeignKey(PolicyDraft, models.PROTECT, related_name="case_changes", verbose_name="政策拟订")
    case = models.ForeignKey(WorkedCase, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="案例")
    item_code = models.CharField("事项标识", max_length=40)
    sentence = models.CharField("案例", max_length=200)
    question = OrderedJSONField("问题")
    expected = OrderedJSONField("应有答案")
    is_dropped = models.BooleanField("不再适用", default=False)
    reason = models.CharField("理由", max_length=200, blank=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="确认人")
    made_at = models.DateTimeField("确认时间")

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "案例变动"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "case"], name="one_change_per_case_and_draft"),
            models.CheckConstraint(name="case_change_has_reason", condition=Q(case=None) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.sentence
