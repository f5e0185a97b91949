"""Write on a claim, with files, so that the other side is told; and note who has read it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from applications.claims.models import Claim
from applications.claims.services.attachments import Files, check_attachments, kept_attachments
from applications.claims.services.messages import notify_members
from applications.claims.services.transitions import lock_claim
from applications.mandates.enums import Right
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.selectors import officers_of
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.notifications.services import notify_users
from review.letters.models import LONGEST, Letter, LetterFile, Reading
from review.letters.permissions import Side, side_of
from review.letters.selectors import is_closed

MOST_FILES_OF_CLAIM = 100


def write_letter(claim: Claim, *, text: str, files: Files, key: uuid.UUID, act: ActorContext) -> Letter:
    """Append a letter to a claim; everybody of the other side is told. The same key again is the same letter.

    Raises PermissionDenied for who may not write on the claim; RefusedError naming the field for an empty or too long
    text, a file that cannot be taken, no room left, and a claim that is not submitted yet or closed.
    """
    side = side_of(act.user, claim) if act.user else None
    if act.user is None or side is None:
        raise PermissionDenied("只有申报单位成员和承办该申报的工作人员可以写消息。")
    said = text.strip()
    if not said:
        raise RefusedError("请写明要说的内容。", "text")
    if len(said) > LONGEST:
        raise RefusedError(f"内容有 {len(said)} 字，请不超过 {LONGEST} 字；较长的内容可以作为附件上传。", "text")
    media_types = check_attachments(files)
    with transaction.atomic():
        claim = lock_claim(claim.pk)
        known = Letter.objects.filter(key=key, claim=claim, author=act.user).first()
        if known is not None:
            return known
        if problem := is_closed(claim):
            raise RefusedError(problem)
        _check_room(claim, files)
        letter = Letter.objects.create(
            key=key,
            claim=claim,
            author=act.user,
            author_name=act.user.name if side == Side.APPLICANT else _office_name(act.user, claim),
            is_from_office=side == Side.OFFICE,
            text=said,
            at=act.at,
        )
        kept = [
            LetterFile.objects.create(letter=letter, **content)
            for content in kept_attachments(files, media_types, folder=LetterFile.FOLDER)
        ]
        record_contents([letter, *kept])
        record_audit(
            act,
            action="letters.written",
            target=letter,
            region_code=claim.region_id,
            after={"number": claim.number, "files": [file.filename for file in kept]},
        )
        _tell(letter, claim)
    return letter


def mark_letters_read(claim: Claim, *, act: ActorContext) -> int:
    """Note that a person has now read what the other side wrote, and their messages about it; returns how many."""
    side = side_of(act.user, claim) if act.user else None
    if act.user is None or side is None:
        return 0
    theirs = Letter.objects.filter(claim=claim, is_from_office=side == Side.APPLICANT)
    unread = theirs.exclude(readings__user=act.user)
    with transaction.atomic():
        marks = [Reading(letter=letter, user=act.user, at=act.at) for letter in unread]
        Reading.objects.bulk_create(marks, ignore_conflicts=True)
        about = [_message_key(letter) for letter in theirs]
        Message.objects.filter(user=act.user, key__in=about, read_at=None).update(read_at=act.at)
    return len(marks)


def _check_room(claim: Claim, files: Files) -> None:
    held = LetterFile.objects.filter(letter__claim=claim).aggregate(count=Count("pk"), size=Sum("size", default=0))
    if held["count"] + len(files) > MOST_FILES_OF_CLAIM:
        raise RefusedError(f"一件申报的往来消息最多有 {MOST_FILES_OF_CLAIM} 个附件，已经用完。", "files")
    if held["size"] + sum(file.size or 0 for file in files) > settings.CLAIM_MAX_BYTES:
        most = filesizeformat(settings.CLAIM_MAX_BYTES)
        raise RefusedError(f"一件申报的附件合计不能超过 {most}，请压缩后再上传。", "files")


def _office_name(user: User, claim: Claim) -> str:
    """How an official signs: with the office, as the applicant writes to an office and not to a person."""
    office = next((a.region for a in user.active_appointments if a.region_id == claim.region_id), claim.city)
    return f"{office.bureau or office.full_name}（{user.name}）"[:120]


def _tell(letter: Letter, claim: Claim) -> None:
    said = {
        "key": _message_key(letter),
        "url": reverse("letters:thread", args=[claim.key]),
        "by": letter.author_name,
        "item": claim.item.title,
        "number": str(claim.number),
    }
    if letter.is_from_office:
        notify_members(claim, "letters.to_applicant", right=Right.CORRECT, **said)
    else:
        notify_users(_officials_of(claim), "letters.to_office", region_code=claim.region_id, **said)


def _officials_of(claim: Claim) -> list[User]:
    """Who of the offices has acted or written on a claim and still has a duty there; else the acceptance officers."""
    acted = set(claim.events.exclude(actor=None).values_list("actor_id", flat=True))
    wrote = set(claim.letters.filter(is_from_office=True).values_list("author_id", flat=True))
    people = User.objects.filter(pk__in=acted | wrote, is_active=True).order_by("pk")
    found = [user for user in people if side_of(user, claim) == Side.OFFICE]
    return found or officers_of(claim.region_id, role=Role.ACCEPTANCE)


def _message_key(letter: Letter) -> str:
    return f"letter:{letter.pk}"
