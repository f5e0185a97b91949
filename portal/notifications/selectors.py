"""Read a person's messages, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.notifications.models import Message

if TYPE_CHECKING:
    from portal.accounts.models import User

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of messages, newest first, and the cursor of the next (empty at the end)."""

    messages: list[Message]
    next_cursor: str


def page_of_messages(user: User, *, unread_only: bool = False, after: str = "") -> MessagePage:
    """A page of one's own messages; the cursor is the last message shown, and one without sense begins anew."""
    own = Message.objects.visible_to(user)
    messages = own.filter(read_at=None) if unread_only else own
    last = own.filter(pk=int(after)).first() if after.isdecimal() and len(after) < 19 else None
    if last is not None:
        messages = messages.filter(created_at__lte=last.created_at).exclude(created_at=last.created_at, pk__gte=last.pk)
    rows = list(messages.order_by("-created_at", "-pk")[: PAGE_SIZE + 1])
    return MessagePage(rows[:PAGE_SIZE], str(rows[PAGE_SIZE - 1].pk) if len(rows) > PAGE_SIZE else "")


def newest_message_id(user: User) -> int:
    """The newest message a person has; 0 where there is none."""
    return Message.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True).first() or 0
