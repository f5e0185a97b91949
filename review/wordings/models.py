"""How offices word their notices: a template for each kind, by version."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.proposals import Proposal, ProposalQuerySet, ProposalState
from portal.core.regions import in_trees
from review.notices.enums import NoticeKind
from review.wordings.enums import Part


class WordingQuerySet(ProposalQuerySet):
    """Wordings, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the regions, with those below them, whose policy the person administers."""
        return self.filter(in_trees("region__code", user.regions_for(Role.POLICY_ADMIN)))

    def of(self, region_code: str, kind: NoticeKind) -> Self:
        """An office's templates of a kind, without the parts worded before there were templates."""
        return self.filter(region_id=region_code, kind=kind, part="")


class Wording(Proposal):
    """The template of one kind of notice of one office; an empty one brings the standard letter back.

    A notice freezes the version that it says. Rows with a part are from before whole letters were worded.
    """

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    kind = models.CharField("通知书", max_length=10, choices=NoticeKind.choices)
    part = models.CharField("部分", max_length=10, blank=True, choices=Part.choices)
    text = models.TextField("文字", blank=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "通知书模板"
        constraints: ClassVar = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(fields=["region", "kind", "part", "version"], name="one_wording_a_version"),
            models.UniqueConstraint(
                fields=["region", "kind", "part"],
                condition=Q(state=ProposalState.PROPOSED),
                name="one_open_wording_a_part",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region.name} {self.get_kind_display()} {self.get_part_display()}".strip()
