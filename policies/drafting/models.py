"""Drafts of policy: a document's sections in their authored form, on their way to a second person who publishes.

A section is what stands between two `---` of an authored file (docs/engine.md): section 0 is the document's head
`{"document": {...}}`; a section `{"settings": {"name": {...}}}` with chosen readings of the document's own may follow;
then come items `{"item": "id", ...}` and rules `{"rule": "id", ...}`. Whatever a page
sends is kept, right or wrong: `selectors.problems` says what stands against proposing it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from policies.drafting.enums import EDITABLE, OVER, DraftState
from policies.drafting.fields import OrderedJSONField
from portal.accounts.enums import Role

if TYPE_CHECKING:
    from portal.accounts.models import User


class PolicyDraftQuerySet(models.QuerySet["PolicyDraft"]):
    """Drafts, narrowed to who asks: policy administrators write them, auditors read them."""

    def visible_to(self, user: User) -> PolicyDraftQuerySet:
        return self.all() if user.roles & {Role.POLICY_ADMIN, Role.AUDITOR} else self.none()


class PolicyDraft(models.Model):
    """A document to be, or a change of one; `key` also makes a double click one draft."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document_code = models.SlugField("文件标识", max_length=20)
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
    revision = models.PositiveIntegerField("修订次数", default=0)
    state = models.CharField("状态", max_length=10, choices=DraftState.choices, default=DraftState.DRAFTING)
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
