"""The objects about messages of the world of accesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils import timezone

from portal.accounts.models import User
from portal.core.files import keep_file
from portal.notifications.models import Message, MessageText, Outgoing
from review.bulletins.models import Bulletin
from review.letters.models import Letter, LetterFile
from tests.factories import CallFactory, wuxi

if TYPE_CHECKING:
    from tests.access_world import World


def _letter_file(world: World) -> LetterFile:
    claim = world.claims["district_review"]
    letter = Letter.objects.create(
        claim=claim,
        author=claim.created_by,
        author_name="甲",
        is_from_office=False,
        text="请看附件。",
        at=timezone.now(),
    )
    kept = keep_file(ContentFile(b"%PDF-1.4"), folder=LetterFile.FOLDER)
    return LetterFile.objects.create(
        letter=letter, filename="a.pdf", sha256=kept.sha256, size=kept.size, media_type="application/pdf"
    )


def message_objects(world: World, owner: User) -> dict[str, Any]:
    """A member's message, what goes out in both cities and nowhere, a letter, and what waits to be released."""
    return {
        "message": Message.objects.create(user=owner, key="1", title="申报已受理", body="…"),
        **{
            f"outgoing_{name}": Outgoing.objects.create(to="a@b.example", subject="x", region_code=code)
            for name, code in (("wuxi", "320211"), ("suzhou", "320506"), ("nowhere", ""))
        },
        "letter_file": _letter_file(world),
        "bulletin": Bulletin.objects.create(
            call=CallFactory(),
            region=wuxi(),
            recipients="all",
            title="提醒",
            text="请尽快提交。",
            written_by=owner,
            written_at=timezone.now(),
        ),
        "message_text": MessageText.objects.create(
            region=wuxi(),
            kind="claims.correction",
            channel="email",
            subject="请补正",
            body="请补正。",
            proposed_by=world.people["newcomer"],
            proposed_at=timezone.now(),
        ),
    }
