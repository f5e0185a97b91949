"""Rows about messages that are written once, and a change that nobody may make to them."""

from typing import Any

from django.utils import timezone

from portal.core.proposals import ProposalState
from portal.notifications.models import MessageText
from tests.factories import make_official, wuxi


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


MESSAGE_ROWS: dict[str, tuple[Any, dict[str, Any]]] = {
    "notifications.messagetext": (_message_text, {"body": "别的文字"}),
}
