"""Read messages: the texts that count, a person's own page by page, and what goes out."""

from dataclasses import dataclass

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.core.paging import Page, paginate
from portal.notifications.enums import Channel
from portal.notifications.kinds import MessageKind, Text
from portal.notifications.models import Message, Outgoing

PAGE_SIZE = 30


def page_of_messages(user: User, *, unread_only: bool = False, after: str = "") -> Page[Message]:
    """A page of one's own messages, the newest first; a cursor that makes no sense begins at the first page."""
    own = Message.objects.visible_to(user)
    messages = own.filter(read_at=None) if unread_only else own
    return paginate(messages, after=after, size=PAGE_SIZE, by="created_at")


def newest_message_id(user: User) -> int:
    """The newest message a person has; 0 where there is none."""
    return Message.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True).first() or 0


def texts_of(kind: MessageKind, region_code: str) -> dict[Channel, Text]:
    """The texts in use for a kind's messages about a region."""
    return {channel: kind.default(channel) for channel in Channel}


@dataclass(frozen=True, slots=True)
class OutboxFilter:
    """What narrows the outbox; empty fields narrow nothing."""

    state: str = ""
    channel: str = ""
    kind: str = ""

    def apply(self, rows: QuerySet[Outgoing]) -> QuerySet[Outgoing]:
        return rows.filter(**{name: value for name in ("state", "channel", "kind") if (value := getattr(self, name))})


def page_of_outbox(user: User, *, narrowed: OutboxFilter, after: str = "") -> Page[Outgoing]:
    """A page of what goes out in the administrator's area, the newest first."""
    rows = narrowed.apply(Outgoing.objects.visible_to(user)).select_related("message__user", "given_up_by")
    return paginate(rows.defer("body"), after=after, size=PAGE_SIZE)
