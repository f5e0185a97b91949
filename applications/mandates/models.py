"""Mandates: what an agency may do for an organisation or a person, on which items, and from when until when."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from applications.mandates.enums import MandateState, Right, Side
from portal.accounts.enums import DISTRICT_ROLES, ApplicantKind, Role
from portal.accounts.models import Applicant, User
from portal.core import clock
from portal.core.choices import StateField
from portal.core.files import kept_name
from portal.core.regions import in_trees

_READERS = (*sorted(DISTRICT_ROLES), Role.CITY_OFFICER, Role.DECISION_MAKER, Role.FINANCE, Role.AUDITOR)
# A mandate stands on a paper once it is confirmed, whatever becomes of it afterwards.
ON_PAPER = (MandateState.CONFIRMED, MandateState.REVOKED, MandateState.RETURNED)


def agencies_of(user: User) -> list[int]:
    """Keys of the agencies of which a person is a member."""
    return [m.applicant_id for m in user.active_memberships if m.applicant.kind == ApplicantKind.AGENCY]


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Mandates, narrowed to who asks, or to what they cover."""

    def visible_to(self, user: User) -> MandateQuerySet:
        """Those of one's organisations, on either side; once confirmed on paper, those of an official's region."""
        own = [m.applicant_id for m in user.active_memberships]
        office = in_trees("principal__region__code", user.regions_for(*_READERS)) & Q(state__in=ON_PAPER)
        return self.filter(Q(principal__in=own) | Q(agency__in=own) | office)

    def in_force(self, on: date) -> MandateQuerySet:
        """Confirmed, neither revoked nor given back, on one of its days: only these give rights."""
        return self.filter(
            state=MandateState.CONFIRMED,
            starts_on__lte=on,
            ends_on__gte=on,
            agency__kind=ApplicantKind.AGENCY,
        )

    def held_by(self, user: User, *, right: Right | None = None) -> MandateQuerySet:
        """Those in force today of a person's agencies; with a right, those that give it."""
        given = self.in_force(clock.today()).filter(agency__in=agencies_of(user))
        return given.filter(**{right: True}) if right else given

    def covering(
        self, *, principal: int | OuterRef, item: int | OuterRef, begun_at: datetime | OuterRef
    ) -> MandateQuerySet:
        """Those that are about a claim: of its applicant, its item, and begun when it was; values, or outer columns."""
        outer_item = OuterRef(item) if isinstance(item, OuterRef) else item
        listed = MandateItem.objects.filter(mandate=OuterRef("pk"), item=outer_item)
        return self.filter(
            Q(all_items=True) | Exists(listed),
            Q(since=None) | Q(since__lte=begun_at),
            principal=principal,
        )


class Mandate(models.Model):
    """An agency may act for a principal. Asked for by either, in force once the principal's owner has confirmed it.

    `since` is the moment from which on claims were begun that it covers; None covers those begun before it, too.
    """

    FOLDER = "mandates"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    principal = models.ForeignKey(Applicant, models.PROTECT, related_name="mandates_given", verbose_name="委托人")
    agency = models.ForeignKey(Applicant, models.PROTECT, related_name="mandates_held", verbose_name="代理机构")
    all_items = models.BooleanField("全部事项", default=False)
    items = models.ManyToManyField("policies.SupportItem", through="MandateItem", related_name="+")
    may_fill = models.BooleanField(Right.FILL.label, default=False)
    may_submit = models.BooleanField(Right.SUBMIT.label, default=False)
    may_correct = models.BooleanField(Right.CORRECT.label, default=False)
    may_read = models.BooleanField(Right.READ.label, default=False)
    starts_on = models.DateField("自")
    ends_on = models.DateField("至", help_text="含当日")
    since = models.DateTimeField("含此后建立的申报", null=True, blank=True)
    state = StateField("状态", max_length=10, choices=MandateState, default=MandateState.ASKED)
    asked_side = models.CharField("提出方", max_length=10, choices=Side.choices)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    filename = models.CharField("委托书", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField("大小（字节）", default=0)
    media_type = models.CharField("类型", max_length=100, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="终止人")
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    reason = models.CharField("说明", max_length=200, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "代理委托"
        constraints: ClassVar = [
            models.CheckConstraint(name="mandate_between_two", condition=~Q(principal=F("agency"))),
            models.CheckConstraint(name="mandate_lasts_a_day", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="mandate_gives_a_right",
                condition=Q(may_fill=True) | Q(may_submit=True) | Q(may_correct=True) | Q(may_read=True),
            ),
            models.CheckConstraint(
                name="mandate_confirmed_on_a_paper",
                condition=~Q(state__in=ON_PAPER)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(sha256="")),
            ),
            models.UniqueConstraint(
                fields=["principal", "agency"],
                condition=Q(state=MandateState.ASKED),
                name="one_open_request_of_two",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agency", "state", "-id"], name="mandates_of_agency"),
            models.Index(fields=["principal", "state", "-id"], name="mandates_of_principal"),
            models.Index(fields=["state", "ends_on"], name="mandates_by_last_day"),
        ]

    def __str__(self) -> str:
        return f"委托书 {self.number}"

    @property
    def number(self) -> str:
        """What people call it, e.g. WT2026-000012."""
        return f"WT{timezone.localdate(self.asked_at).year}-{self.pk:06d}"

    @property
    def path(self) -> str:
        """The name of the paper's bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)

    @property
    def rights(self) -> list[Right]:
        """What it gives."""
        return [right for right in Right if getattr(self, right)]

    @property
    def is_in_force(self) -> bool:
        """Whether it gives its rights today."""
        return self.state == MandateState.CONFIRMED and self.starts_on <= clock.today() <= self.ends_on

    @property
    def is_over(self) -> bool:
        """Whether it was confirmed, and ended by its last day."""
        return self.state == MandateState.CONFIRMED and self.ends_on < clock.today()

    @property
    def shown_state(self) -> tuple[str, str]:
        """Words and tone of where it stands today."""
        if self.is_over:
            return "已到期", "neutral"
        if self.is_in_force:
            return "有效", "ok"
        if self.state == MandateState.CONFIRMED:
            return "已确认，尚未开始", "info"
        state = MandateState(self.state)
        return state.label, state.tone


class MandateItem(models.Model):
    """An item that a mandate is about. Appended with it, never changed."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="scope")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "委托的事项"
        constraints: ClassVar = [models.UniqueConstraint(fields=["mandate", "item"], name="one_item_of_a_mandate")]

    def __str__(self) -> str:
        return f"{self.mandate} {self.item}"
