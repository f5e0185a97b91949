"""Read messages: the texts that count, a person's own page by page, and what goes out."""

from dataclasses import dataclass

from django.db.models import QuerySet

from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.paging import Page, paginate
from portal.core.proposals import ProposalState
from portal.core.regions import in_trees
from portal.core.statements import Lookup, prepared_cursor
from portal.notifications.enums import Channel
from portal.notifications.kinds import MessageKind, Text
from portal.notifications.models import Message, MessageText, Outgoing

PAGE_SIZE = 30


def page_of_messages(user: User, *, unread_only: bool = False, after: str = "") -> Page[Message]:
    """A page of one's own messages, the newest first; a cursor that makes no sense begins at the first page."""
    own = Message.objects.visible_to(user)
    messages = own.filter(read_at=None) if unread_only else own
    return paginate(messages, after=after, size=PAGE_SIZE, by="created_at")


def newest_message_id(user: User) -> int:
    """The newest message a person has; 0 where there is none."""
    return Message.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True).first() or 0


def unread_count(user: User) -> int:
    """How many messages a person has not read, counted up to 100. One query, which every page asks."""
    table = Message._meta.db_table
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM {table}"  # noqa: S608 - the name of a table
            " WHERE user_id = %s AND is_shown AND read_at IS NULL LIMIT 100) AS unread",
            [user.pk],
        )
        (count,) = cursor.fetchone()
    return int(count)


_worded = Lookup(
    lambda kind, *regions: MessageText.objects.filter(kind=kind, region_id__in=regions).in_force(),
    *("a kind", "a province", "a city", "a district"),
)


def texts_of(kind: MessageKind, region_code: str) -> dict[Channel, Text]:
    """The texts in use for a kind's messages about a region: its own, else its city's or province's, else the default.

    One query; none where a message is about no region.
    """
    found = {channel: kind.default(channel) for channel in Channel}
    if not region_code:
        return found
    above = [f"{region_code[:2]}0000", f"{region_code[:4]}00", region_code]
    # The nearest region comes last, and of each its last version.
    for text in sorted(_worded(kind.code, *above), key=lambda text: (above.index(text.region_id), text.version)):
        channel = Channel(text.channel)
        found[channel] = Text(text.subject, text.body) if text.body else kind.default(channel)
    return found


def current_text(region_code: str, kind: MessageKind, channel: Channel) -> Text:
    """The text that an office has in force for its own messages, else the default."""
    return texts_of(kind, region_code)[channel]


def versions_of(region_code: str) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """By kind and channel the version that an office has in force, and where another text waits. One query."""
    versions: dict[tuple[str, str], int] = {}
    waiting: set[tuple[str, str]] = set()
    for text in MessageText.objects.filter(region=region_code).exclude(state=ProposalState.REFUSED):
        place = (text.kind, text.channel)
        if text.version is None:
            waiting.add(place)
        else:
            versions[place] = max(text.version, versions.get(place, 0))
    return versions, waiting


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


def regions_worded_by(user: User) -> list[Region]:
    """The offices whose messages the person words: of the regions whose policy they administer, and below."""
    codes = user.regions_for(Role.POLICY_ADMIN)
    return list(Region.objects.filter(in_trees("code", codes)).select_related("parent").order_by("code"))
