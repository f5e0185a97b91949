"""Rows about messages that are written once, and a change that nobody may make to them."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from portal.core.files import keep_file
from portal.core.proposals import ProposalState
from portal.notifications.models import MessageText
from review.bulletins.models import Bulletin
from review.letters.models import Letter, LetterFile, Reading
from tests.factories import CallFactory, ClaimFactory, make_member, make_official, wuxi


def _message_text():
    now = timezone.now()
    return MessageText.objects.create(
        region=wuxi(),
        kind="claims.correction",
        channel="email",
        subject="请补正",
        body="请补正。",
        version=1,
        state=ProposalState.RELEASED,
        proposed_by=make_official("policy_admin", wuxi()),
        proposed_at=now,
        decided_by=make_official("policy_admin", wuxi()),
        decided_at=now,
    )


def _letter():
    claim = ClaimFactory()
    return Letter.objects.create(
        claim=claim, author=claim.created_by, author_name="甲", is_from_office=False, text="问", at=timezone.now()
    )


def _letter_file():
    kept = keep_file(ContentFile(b"paper"), folder=LetterFile.FOLDER)
    return LetterFile.objects.create(
        letter=_letter(), filename="a.pdf", sha256=kept.sha256, size=kept.size, media_type="application/pdf"
    )


def _bulletin():
    return Bulletin.objects.create(
        call=CallFactory(),
        region=wuxi(),
        recipients="all",
        title="甲",
        text="乙",
        written_by=make_official("policy_admin", wuxi()),
        written_at=timezone.now(),
    )


MESSAGE_ROWS: dict[str, tuple[Any, dict[str, Any]]] = {
    "letters.letter": (_letter, {"author_name": "乙"}),
    "letters.letterfile": (_letter_file, {"filename": "b.pdf"}),
    "letters.reading": (lambda: Reading.objects.create(letter=_letter(), user=make_member()), {"at": timezone.now()}),
    "bulletins.bulletin": (_bulletin, {"text": "丙"}),
    "notifications.messagetext": (_message_text, {"body": "别的文字"}),
}
