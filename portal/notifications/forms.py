"""What narrows the outbox, what people choose of their messages, and how a text is worded."""

import uuid
from typing import Any, ClassVar

from django import forms

from portal.accounts.models import User
from portal.core.fields import LineField, TextField
from portal.core.filters import FilterForm
from portal.notifications.enums import OUTSIDE, Channel, OutboxState
from portal.notifications.kinds import MESSAGE_KINDS
from portal.notifications.models import Choices
from portal.notifications.providers import open_channels
from portal.notifications.selectors import OutboxFilter
from portal.notifications.texts import LONGEST


def _kinds() -> list[tuple[str, str]]:
    return [("", "全部"), *((code, kind.label) for code, kind in MESSAGE_KINDS.items())]


class OutboxFilterForm(FilterForm):
    """The bar above the outbox."""

    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *OutboxState.choices], required=False)
    channel = forms.ChoiceField(
        label="渠道", choices=[("", "全部"), *((each.value, each.label) for each in OUTSIDE)], required=False
    )
    kind = forms.ChoiceField(label="种类", choices=_kinds, required=False)

    def to_filter(self) -> OutboxFilter:
        """What was asked. Raises FilterError."""
        return OutboxFilter(**self.asked())


class TextForm(forms.Form):
    """What a kind of message says by one channel; its key makes a double click one proposal."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    subject = LineField(label="标题", max_length=120, required=False)
    body = TextField(
        label="内容",
        max_length=LONGEST,
        rows=6,
        required=False,
        help_text="字段和条件按下面的说明书写；标题和内容都留空则恢复标准文字。",
    )


_HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class ChoicesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Quiet hours, the daily summary of officials, and the account of the work chat where there is one."""

    quiet_from = forms.TypedChoiceField(label="从", choices=_HOURS, coerce=int)
    quiet_until = forms.TypedChoiceField(label="到", choices=_HOURS, coerce=int)
    digest_hour = forms.TypedChoiceField(label="汇总时间（工作日）", choices=_HOURS, coerce=int)

    chat_account = LineField(
        label="政务微信/钉钉账号",
        max_length=64,
        required=False,
        help_text="由贵单位的政务微信或钉钉管理员告知；填写后才能选择这一渠道。",
    )

    class Meta:
        model = Choices
        fields: ClassVar = ["is_quiet", "quiet_from", "quiet_until", "wants_digest", "digest_hour", "chat_account"]
        help_texts: ClassVar = {
            "is_quiet": "不紧急的邮件、短信等到结束时间再发送；站内消息不受影响。",
            "wants_digest": "每个工作日一封，列出您待办的件数和快到期的件数。",
        }

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not person.is_official:
            del self.fields["wants_digest"], self.fields["digest_hour"]
        if Channel.CHAT not in open_channels():
            del self.fields["chat_account"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_quiet") and cleaned.get("quiet_from") == cleaned.get("quiet_until"):
            self.add_error("quiet_until", "开始和结束时间相同。请改正其中一个，或取消“夜间不打扰”。")
        return cleaned
