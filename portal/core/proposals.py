"""Texts that one person proposes and another releases, as versions; none is ever changed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.accounts.persons import same_person
from portal.core.actor import ActorContext
from portal.core.choices import StatusChoices
from portal.core.errors import RefusedError
from portal.core.workflow import Workflow, into


class ProposalState(StatusChoices):
    PROPOSED = "proposed", "wait", "待第二人发布"
    RELEASED = "released", "ok", "已发布"
    REFUSED = "refused", "neutral", "未采纳"


PROPOSALS = Workflow(
    into(ProposalState.RELEASED, ProposalState.PROPOSED),
    into(ProposalState.REFUSED, ProposalState.PROPOSED),
    noun="文字",
)


class ProposalQuerySet(models.QuerySet[Any]):
    """Proposed texts by where they stand."""

    def waiting(self) -> Self:
        """Those that a second person has still to decide on."""
        return self.filter(state=ProposalState.PROPOSED)

    def in_force(self) -> Self:
        """The released ones, the one that counts of each place first."""
        return self.filter(state=ProposalState.RELEASED).order_by("-version")


class Proposal(models.Model):
    """What every such text has. Of the released ones of a place the last version counts."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField("版本", null=True)
    state = models.CharField("状态", max_length=10, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发布人")
    decided_at = models.DateTimeField("发布时间", null=True)
    reason = models.CharField("未采纳的理由", max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                name="%(class)s_decided_by_another",
                condition=Q(state=ProposalState.PROPOSED, decided_by=None, decided_at=None)
                | (~Q(state=ProposalState.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="released_%(class)s_has_a_version",
                condition=Q(state=ProposalState.RELEASED, version__isnull=False)
                | (~Q(state=ProposalState.RELEASED) & Q(version=None)),
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether a second person has still to decide on it."""
        return self.state == ProposalState.PROPOSED

    @property
    def tone(self) -> str:
        return ProposalState(self.state).tone


def check_second_person(found: Proposal, *, act: ActorContext) -> None:
    """Raise RefusedError where a locked text is one's own, or decided already."""
    if same_person(act.user, found.proposed_by_id):
        raise RefusedError("提出人不能发布或不采纳自己提出的文字，请由另一位政策管理人员办理。")
    PROPOSALS.check(found, ProposalState.RELEASED)


def release(found: Proposal, *, last: Proposal | None, act: ActorContext) -> None:
    """Put a locked and checked text in force as the version after the last of its place."""
    version = (last.version or 0) + 1 if last else 1
    changes: dict[str, Any] = {"decided_by": act.user, "decided_at": act.at, "version": version}
    PROPOSALS.move(found, ProposalState.RELEASED, changes=changes)


def refuse(found: Proposal, *, reason: str, act: ActorContext) -> None:
    """Do not take a locked and checked text. Raises RefusedError without a reason."""
    if not reason.strip():
        raise RefusedError("请写明不采纳的理由。", "reason")
    changes: dict[str, Any] = {"decided_by": act.user, "decided_at": act.at, "reason": reason.strip()}
    PROPOSALS.move(found, ProposalState.REFUSED, changes=changes)
