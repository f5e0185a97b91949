"""The kinds of messages that the portal sends: one table, filled by the apps whose work a message is about.

A text is in the closed language (`portal.core.closed_language`); its fields are those of `FIELDS` by the same name,
so that a name means the same in every text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.core.closed_language import fields_of, fill
from portal.core.registry import Registry
from portal.notifications.enums import Audience, Channel, Group, Urgency


@dataclass(frozen=True, slots=True)
class Field:
    """What a field stands for, a common value and the hardest one; for the page where texts are worded."""

    label: str
    sample: str
    hardest: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a message: its heading and what it says."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A kind of message: whom it is for, what switches it off, how pressing it is, and its default text.

    `more` are fields that a sender gives and the default text does not use. `name` is what people choose it by where
    they choose kind by kind.
    """

    code: str
    group: Group
    audience: Audience
    subject: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    more: tuple[str, ...] = ()
    name: str = ""

    @property
    def label(self) -> str:
        """Its name on pages: the default heading with its fields named."""
        return fill(self.subject, {name: f"〔{FIELDS[name].label}〕" for name in self.fields})

    @property
    def fields(self) -> list[str]:
        """The names of the fields that a text of this kind may use."""
        used = fields_of(self.subject, FIELDS) | fields_of(self.body, FIELDS) | set(self.more)
        return [name for name in FIELDS if name in used]

    def default(self, channel: Channel) -> Text:
        """The text in use where no office has released one of its own. A text message leads to the site."""
        if channel in (Channel.SMS, Channel.CHAT):
            return Text(self.subject, f"{self.subject}，请登录平台查看。")
        return Text(self.subject, self.body)


FIELDS: dict[str, Field] = {}
MESSAGE_KINDS: Registry[MessageKind] = Registry("kind of message")


def register_messages(kinds: Iterable[MessageKind], fields: Mapping[str, Field] | None = None) -> None:
    """Add an app's kinds, and the fields of which they are the first to speak."""
    for name, field in (fields or {}).items():
        if FIELDS.setdefault(name, field) != field:
            raise ValueError(f"The field {name!r} means something else already.")
    for kind in kinds:
        fields_of(kind.subject + kind.body, FIELDS)
        MESSAGE_KINDS.add(kind.code, kind)
