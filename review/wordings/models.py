"""How offices word the parts of their notices that are theirs to word."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import in_trees
from review.notices.enums import NoticeKind
from review.wordings.enums import Part, WordingState


class WordingQuerySet(models.QuerySet["Wording"]):
    """Wordings, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the regions, with those below them, whose policy the person administers."""
        return self.filter(in_trees("region__code", user.regions_for(Role.POLICY_ADMIN)))

    def of(self, region_code: str, kind: NoticeKind, part: Part) -> Self:
        return self.filter(region_id=region_code, kind=kind, part=part)

    def in_force(self) -> Self:
        """The released ones, the one that counts of each part first."""
        return self.filter(state=WordingState.RELEASED).order_by("-version")


class Wording(models.Model):
    """A text for one part of one kind of notice of one office; an empty one brings the standard text back.

    It is proposed by one person and released by another, and never changed: another text is another row. Of the
    released ones the last version counts. A notice freezes what it says, so that an old one keeps its wording.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    kind = models.CharField("通知书", max_length=10, choices=NoticeKind.choices)
    part = models.CharField("部分", max_length=10, choices=Part.choices)
    text = models.TextField("文字", blank=True)
    version = models.PositiveIntegerField("版本", null=True)
    state = models.CharField("状态", max_length=10, choices=WordingState.choices, default=WordingState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发布人")
    decided_at = models.DateTimeField("发布时间", null=True)
    reason = models.CharField("未采纳的理由", max_length=200, blank=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "通知书文字"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "part", "version"], name="one_wording_a_version"),
            models.UniqueConstraint(
                fields=["region", "kind", "part"],
                condition=Q(state=WordingState.PROPOSED),
                name="one_open_wording_a_part",
            ),
            models.CheckConstraint(
                name="wording_decided_by_another",
                condition=Q(state=WordingState.PROPOSED, decided_by=None, decided_at=None)
                | (~Q(state=WordingState.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="released_wording_has_a_version",
                condition=Q(state=WordingState.RELEASED, version__isnull=False)
                | (~Q(state=WordingState.RELEASED) & Q(version=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region.name} {self.get_kind_display()} {self.get_part_display()}"

    @property
    def is_open(self) -> bool:
        """Whether a second person has still to decide on it."""
        return self.state == WordingState.PROPOSED

    @property
    def tone(self) -> str:
        return WordingState(self.state).tone
