"""Word what a kind of message says, try it on sample and hardest data, and release it as a second person."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.closed_language import WordingError, fields_of, fill
from portal.core.errors import RefusedError
from portal.core.proposals import check_second_person, refuse, release
from portal.notifications.enums import Channel
from portal.notifications.kinds import FIELDS, MESSAGE_KINDS, MessageKind, Text
from portal.notifications.models import MessageText

LONGEST = 1000
# A text message is sent in parts: one of 70 characters, or several of 67, as their places take room.
ONE_PART, EACH_PART = 70, 67
MOST_PARTS = 5


def sms_parts(text: str) -> tuple[int, int]:
    """The length of a text message in characters as a phone counts them (UCS-2), and in how many parts it is sent."""
    length = len(text.encode("utf-16-be")) // 2
    return length, 1 if length <= ONE_PART else -(-length // EACH_PART)


def tried(kind: MessageKind, text: Text, *, hardest: bool) -> Text:
    """What a checked text says of nobody; the hardest has long names and reasons."""
    values = {name: FIELDS[name].sample for name in kind.fields}
    if hardest:
        values |= {name: FIELDS[name].hardest for name in kind.fields if FIELDS[name].hardest}
    return Text(" ".join(fill(text.subject, values).split()), fill(text.body, values))


def refuse_bad(kind: MessageKind, channel: Channel, text: Text) -> None:
    """Raise RefusedError, naming the field, for a text that is not understood, too long, or says nothing."""
    if not text.subject and not text.body:
        return
    for name in ("subject", "body"):
        said = getattr(text, name)
        if not said.strip():
            raise RefusedError("标题和内容都要填写；两项都留空则恢复标准文字。", name)
        if len(said) > LONGEST:
            raise RefusedError(f"文字有 {len(said)} 个字符，请不超过 {LONGEST} 个。", name)
        try:
            fields_of(said, kind.fields)
        except WordingError as error:
            raise RefusedError(str(error), name) from error
    if channel == Channel.SMS:
        length, parts = sms_parts(tried(kind, text, hardest=False).body)
        if parts > MOST_PARTS:
            raise RefusedError(f"短信按示例有 {length} 字，要分 {parts} 条发送，请缩短到 {MOST_PARTS} 条以内。", "body")


def propose_text(
    region: Region, kind: MessageKind, channel: Channel, *, text: Text, key: uuid.UUID, act: ActorContext
) -> MessageText:
    """Propose a text, empty for the default one. The same key again is the same proposal.

    Raises PermissionDenied outside the person's regions; RefusedError for a text that may not stand there, and while
    another waits to be released.
    """
    user = _duty(act, region)
    refuse_bad(kind, channel, text)
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        known = MessageText.objects.filter(key=key).first()
        if known is not None:
            return known
        if MessageText.objects.of(region.pk, kind.code, channel).waiting().exists():
            raise RefusedError("已有待发布的文字，请先由另一人发布或不采纳。")
        made = MessageText.objects.create(
            key=key,
            region=region,
            kind=kind.code,
            channel=channel,
            subject=text.subject,
            body=text.body,
            proposed_by=user,
            proposed_at=act.at,
        )
        _record(made, "text_proposed", act)
    return made


def release_text(text_id: int, *, act: ActorContext) -> MessageText:
    """Put a proposed text in force as the next version, for the messages written from now on.

    Raises PermissionDenied outside the person's regions; RefusedError for one's own proposal, for one that is decided
    already, and for a text that may no longer stand there.
    """
    with transaction.atomic():
        found = _locked(text_id, act)
        refuse_bad(MESSAGE_KINDS[found.kind], Channel(found.channel), Text(found.subject, found.body))
        last = MessageText.objects.of(found.region_id, found.kind, found.channel).in_force().first()
        release(found, last=last, act=act)
        _record(found, "text_released", act)
    return found


def refuse_text(text_id: int, *, reason: str, act: ActorContext) -> MessageText:
    """Do not take a proposed text, with the reason. Raises PermissionDenied and RefusedError as `release_text`."""
    with transaction.atomic():
        found = _locked(text_id, act)
        refuse(found, reason=reason, act=act)
        _record(found, "text_refused", act)
    return found


def _locked(text_id: int, act: ActorContext) -> MessageText:
    found = MessageText.objects.select_for_update(of=("self",)).select_related("region").get(pk=text_id)
    _duty(act, found.region)
    check_second_person(found, act=act)
    return found


def _duty(act: ActorContext, region: Region) -> User:
    """The person who acts, who administers the policy of the region now. Raises PermissionDenied."""
    if act.user is None or not covers_now(act.user, region.pk, Role.POLICY_ADMIN):
        raise PermissionDenied("只有本市的政策管理人员可以修改消息文字。")
    return act.user


def _record(text: MessageText, deed: str, act: ActorContext) -> None:
    record_contents([text])
    record_audit(
        act,
        action=f"notifications.{deed}",
        target=text,
        region_code=text.region_id,
        after={"kind": text.kind, "channel": text.channel, "version": text.version, "text": text.body},
    )
