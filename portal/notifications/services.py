"""Tell people something: on the site at once, by other channels after commit. And note what they have read."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.bulk import insert_new, insert_rows
from portal.core.closed_language import fill
from portal.core.statements import LookupAmong
from portal.jobs.services import enqueue_jobs
from portal.notifications.enums import Channel
from portal.notifications.kinds import MESSAGE_KINDS, MessageKind, Text
from portal.notifications.models import Choices, Message, Outgoing
from portal.notifications.providers import open_channels
from portal.notifications.selectors import texts_of

SITE_NAME = "知识产权专项资金申报平台"
SEND_JOB = "notifications.send_email"
_TITLE_LIMIT = 120


_choices = LookupAmong(lambda users: Choices.objects.filter(user__in=users))


def notify_users(
    users: Iterable[User], kind: str, *, key: str, url: str = "", region_code: str = "", **values: object
) -> list[Message]:
    """Write one message per person, and one outgoing by each channel they want, in the caller's transaction.

    `values` fill the fields of the kind's text; `url` is a path of this site; `region_code` says whose wording counts
    and whose administrators see what goes out. The same key to the same person again writes nothing, nor does anything
    to a person who may no longer sign in; returns what was new. Raises LookupError for a kind that no app registers,
    ValueError where a field is missing or unknown.
    """
    found = MESSAGE_KINDS[kind]
    if set(values) != set(found.fields):
        raise ValueError(f"A message {kind!r} takes the fields {found.fields}, not {sorted(values)}.")
    people = {user.pk: user for user in users if user.is_active}
    if not people:
        return []
    said = {name: str(value) for name, value in values.items()}
    texts, filled = texts_of(found, region_code), dict[Channel, Text]()
    for channel in (Channel.SITE, *open_channels()):
        text = texts[channel]
        filled[channel] = Text(_one_line(fill(text.subject, said)), fill(text.body, said))
    # No savepoint: what fails here is the database, and with it the whole of what the message is about.
    with transaction.atomic(savepoint=False):
        chosen = {each.user_id: each for each in _choices(people)}
        fresh = _write(found, people, chosen, key=key, url=url, text=filled[Channel.SITE])
        rows = [
            row
            for message in fresh
            for row in _outgoing(found, message, people[message.user_id], chosen, filled, region_code=region_code)
        ]
        _post(rows, region_code=region_code)
    return fresh


def notify_applicant(
    applicant_id: int, kind: str, *, key: str, url: str = "", region_code: str = "", **values: object
) -> list[Message]:
    """Notify everybody who acts for an applicant; see `notify_users`."""
    members = User.objects.filter(memberships__applicant_id=applicant_id, is_active=True).order_by("pk")
    return notify_users(members, kind, key=key, url=url, region_code=region_code, **values)


def send_later(to: str, *, subject: str, body: str, kind: str = "", is_secret: bool = False) -> Outgoing:
    """Put a mail to an address into the outbox, in the caller's transaction; it goes out after commit, until it has."""
    with transaction.atomic():
        mail = Outgoing.objects.create(
            kind=kind, to=to, subject=_one_line(subject), body=body, is_secret=is_secret, created_at=clock.now()
        )
        _enqueue([mail.pk], region_code="")
    return mail


def _write(
    kind: MessageKind, people: dict[int, User], chosen: dict[int, Choices], *, key: str, url: str, text: Text
) -> list[Message]:
    """Write the messages that are not there yet; returns those."""
    rows = [
        Message(
            user_id=pk,
            key=key,
            kind=kind.code,
            title=text.subject,
            body=text.body,
            url=url,
            created_at=clock.now(),
            is_shown=chosen.get(pk, Choices()).wants(kind, Channel.SITE),
        )
        for pk in people
    ]
    return insert_new(rows, "user", "key")


def _outgoing(
    kind: MessageKind,
    message: Message,
    user: User,
    chosen: dict[int, Choices],
    texts: dict[Channel, Text],
    *,
    region_code: str,
) -> list[Outgoing]:
    choices = chosen.get(user.pk, Choices())
    has_address = {Channel.EMAIL: user.email, Channel.SMS: user.phone, Channel.CHAT: choices.chat_account}
    return [
        Outgoing(
            message=message,
            channel=channel,
            kind=kind.code,
            region_code=region_code,
            created_at=message.created_at,
            to=user.email if channel == Channel.EMAIL else "",
            subject=texts[channel].subject,
            body=compose_text(user.name, body=texts[channel].body, url=message.url)
            if channel == Channel.EMAIL
            else texts[channel].body,
        )
        for channel in open_channels()
        if has_address[channel] and choices.wants(kind, channel)
    ]


def _post(rows: list[Outgoing], *, region_code: str) -> None:
    if not rows:
        return
    _enqueue([row.pk for row in insert_rows(rows)], region_code=region_code)


def _enqueue(ids: list[int], *, region_code: str) -> None:
    # The payload's name is that of jobs that an earlier release left waiting.
    enqueue_jobs(SEND_JOB, {str(pk): {"email_id": pk} for pk in ids}, region_code=region_code)


def _one_line(title: str) -> str:
    """A title that fits its column, and a mail's subject, which is one line."""
    line = " ".join(title.split())
    return line if len(line) <= _TITLE_LIMIT else f"{line[: _TITLE_LIMIT - 1]}…"


def compose_text(name: str, *, body: str, url: str = "") -> str:
    """A mail's text: greeting, what is to be said, where to look, and who writes."""
    parts = [f"{name}，您好：", body.strip()]
    if url:
        parts.append(f"请登录后查看：\n{settings.PUBLIC_URL}{url}")
    parts.append(f"{SITE_NAME}\n{settings.PUBLIC_URL}\n本邮件由系统自动发出，请勿直接回复。")
    return "\n\n".join(parts) + "\n"


def mark_read(message: Message, *, act: ActorContext) -> None:
    """Note when a message was first read."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=act.at)


def mark_all_read(*, act: ActorContext, newest: int) -> int:
    """Mark a person's messages read, up to the newest that was shown; what came since stays unread."""
    if act.user is None:
        raise ValueError("only a person reads messages")
    return Message.objects.visible_to(act.user).filter(read_at=None, pk__lte=newest).update(read_at=act.at)
