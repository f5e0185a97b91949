"""What the portal tells people: messages on the site, what goes out by other channels, and what people chose."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedField
from portal.core.identifiers import mask_email, mask_number
from portal.core.proposals import Proposal, ProposalQuerySet, ProposalState
from portal.core.regions import in_trees
from portal.notifications.enums import MUST, Channel, Group, OutboxState, Urgency
from portal.notifications.kinds import MESSAGE_KINDS, MessageKind


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, narrowed to who asks."""

    def visible_to(self, user: User) -> MessageQuerySet:
        """One's own only, without those of groups that one switched off on the site."""
        return self.filter(user=user, is_shown=True)


class Message(models.Model):
    """One message to one person; `key` makes telling the same thing twice one message."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="portal_messages")
    key = models.CharField(max_length=120)
    kind = models.CharField("种类", max_length=60, blank=True)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容")
    url = models.CharField("链接", max_length=200, blank=True)
    is_shown = models.BooleanField("站内显示", default=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = "消息"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="one_message_per_key")]
        indexes: ClassVar = [models.Index(fields=["user", "-created_at", "-id"], name="messages_by_user")]

    def __str__(self) -> str:
        return self.title


class OutgoingQuerySet(models.QuerySet["Outgoing"]):
    """What goes out, narrowed to who asks."""

    def visible_to(self, user: User) -> OutgoingQuerySet:
        """A system administrator sees what goes out in their area; nobody else sees any."""
        return self.filter(in_area(user, "region_code", Role.SYSTEM_ADMIN))


class Outgoing(models.Model):
    """A message as it goes out by one channel: written in the transaction that caused it, sent by a job after commit.

    `message` is None for a mail that has no message on the site. `to` is the address of a mail; the number or account
    of another channel is looked up when it is sent. The text of a secret one, which carries a code or a link that lets
    somebody in, is erased when it has gone out.
    """

    message = models.ForeignKey(Message, models.PROTECT, related_name="outgoing", null=True)
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    kind = models.CharField("种类", max_length=60, blank=True)
    region_code = models.CharField("地区", max_length=6, blank=True)
    to = models.EmailField("收件人", blank=True)
    subject = models.CharField("主题", max_length=120)
    body = EncryptedField("正文", blank=True)
    is_secret = models.BooleanField("发出后清除正文", default=False)
    state = StateField("状态", max_length=10, choices=OutboxState, default=OutboxState.WAITING)
    attempts = models.PositiveIntegerField("已尝试", default=0)
    error = models.CharField("最近错误", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    given_up_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reason = models.CharField("放弃的理由", max_length=200, blank=True)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        db_table = "notifications_outboxemail"
        verbose_name = verbose_name_plural = "待发消息"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "channel"], name="one_outgoing_per_channel"),
            models.CheckConstraint(
                name="sent_outgoing_has_a_time",
                condition=Q(state=OutboxState.SENT, sent_at__isnull=False)
                | (~Q(state=OutboxState.SENT) & Q(sent_at=None)),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-id"], name="outgoing_by_state")]

    def __str__(self) -> str:
        return self.subject

    @property
    def kind_label(self) -> str:
        """What it is about, without a name or number of anybody; the rest is none of an administrator's business."""
        return MESSAGE_KINDS[self.kind].label if self.kind in MESSAGE_KINDS else "登录和安全邮件"

    @property
    def masked_to(self) -> str:
        """The recipient's address, of which only what tells two apart is readable."""
        if self.channel == Channel.EMAIL:
            return mask_email(self.to)
        return mask_number(self.message.user.phone) if self.channel == Channel.SMS and self.message else "****"

    @property
    def can_retry(self) -> bool:
        return self.state == OutboxState.FAILED

    @property
    def can_give_up(self) -> bool:
        return self.state in (OutboxState.WAITING, OutboxState.FAILED)


def _hour(label: str, **options: Any) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(label, validators=[MaxValueValidator(23)], **options)


class Choices(models.Model):
    """What one person chose: channels, quiet hours, the hour of the summary. Without a row, the defaults."""

    user = models.OneToOneField("accounts.User", models.CASCADE, related_name="message_choices")
    # "group:channel", and "kind:channel" of the groups of PER_KIND → whether it is wanted. What is missing of a kind is
    # as its group, of a group as the default.
    switches = models.JSONField("渠道", default=dict)
    is_quiet = models.BooleanField("夜间不打扰", default=True)
    quiet_from = _hour("从", default=22)
    quiet_until = _hour("到", default=7)
    wants_digest = models.BooleanField("每日待办汇总", default=True)
    digest_hour = _hour("汇总时间", default=8)
    chat_account = EncryptedField("政务微信/钉钉账号", longest=64, blank=True)

    def __str__(self) -> str:
        return str(self.user)

    def wants(self, kind: MessageKind, channel: Channel) -> bool:
        """Whether a message of a kind goes to this person by a channel."""
        if channel == Channel.SITE and kind.group in MUST:
            return True
        own = self.switches.get(f"{kind.code}:{channel}")
        return self.of_group(kind.group, channel, kind.urgency) if own is None else bool(own)

    def of_group(self, group: str, channel: Channel, urgency: str = Urgency.NORMAL) -> bool:
        """Whether a group goes to this person by a channel, where nothing is said of a kind."""
        return bool(self.switches.get(f"{group}:{channel}", is_default(group, channel, urgency)))

    def quiet_hours(self) -> dict[str, int | None]:
        """The hours in which nothing that does not press is sent, as `quiet_until` takes them."""
        if not (self.is_quiet and settings.QUIET_HOURS):
            return {"first": None, "last": None}
        return {"first": self.quiet_from, "last": self.quiet_until}


def is_default(group: str, channel: Channel, urgency: str = Urgency.NORMAL) -> bool:
    """Whether a group goes by a channel unless a person says otherwise.

    What officials have to do waits for their summary where its kind says so; text messages are for periods and service.
    """
    if channel == Channel.SITE:
        return True
    if group == Group.WORK:
        return channel == Channel.EMAIL and urgency != Urgency.DIGEST
    return channel == Channel.EMAIL or (channel == Channel.SMS and group == Group.DUE)


class MessageTextQuerySet(ProposalQuerySet):
    """Worded texts, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the regions, with those below them, whose policy the person administers."""
        return self.filter(in_trees("region__code", user.regions_for(Role.POLICY_ADMIN)))

    def of(self, region_code: str, kind: str, channel: str) -> Self:
        return self.filter(region_id=region_code, kind=kind, channel=channel)


class MessageText(Proposal):
    """What a kind of message says about a region by one channel; an empty one brings the default text back.

    A message keeps what it said when it was written, so that an old one keeps its words.
    """

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    kind = models.CharField("种类", max_length=60)
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices)
    subject = models.CharField("标题", max_length=120, blank=True)
    body = models.TextField("内容", blank=True)

    objects = MessageTextQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "消息文字"
        constraints: ClassVar = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(fields=["region", "kind", "channel", "version"], name="one_text_a_version"),
            models.UniqueConstraint(
                fields=["region", "kind", "channel"],
                condition=Q(state=ProposalState.PROPOSED),
                name="one_open_text_a_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region.name} {self.kind} {self.get_channel_display()}"
