"""The objects about messages of the world of accesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.models import Message, MessageText, Outgoing
from tests.factories import wuxi

if TYPE_CHECKING:
    from tests.access_world import World


def message_objects(world: World, owner: User) -> dict[str, Any]:
    """A member's message, what goes out in both cities and nowhere, and a text that waits to be released."""
    return {
        "message": Message.objects.create(user=owner, key="1", title="申报已受理", body="…"),
        **{
            f"outgoing_{name}": Outgoing.objects.create(to="a@b.example", subject="x", region_code=code)
            for name, code in (("wuxi", "320211"), ("suzhou", "320506"), ("nowhere", ""))
        },
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
