"""Read a person's messages, page by page."""

from portal.accounts.models import User
from portal.core.paging import Page, paginate
from portal.notifications.models import Message

PAGE_SIZE = 30


def page_of_messages(user: User, *, unread_only: bool = False, after: str = "") -> Page[Message]:
    """A page of one's own messages, the newest first; a cursor that makes no sense begins at the first page."""
    own = Message.objects.visible_to(user)
    messages = own.filter(read_at=None) if unread_only else own
    return paginate(messages, after=after, size=PAGE_SIZE, by="created_at")


def newest_message_id(user: User) -> int:
    """The newest message a person has; 0 where there is none."""
    return Message.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True).first() or 0
