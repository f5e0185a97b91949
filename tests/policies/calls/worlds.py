"""Calls as an administrator plans them: what the tests of this app start from."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from policies.calls.models import Call
from policies.calls.services.changes import publish_call
from policies.calls.services.drafts import draft_call
from policies.calls.services.plans import CallPlan, ItemPlan
from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.actor import ActorContext
from tests.factories import make_official, wuxi

ITEMS = ("wx2020-01-inv", "wx2020-05-loan")
# 09:00 in Beijing.
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def plan_of(opened: Sequence[SupportItem], **said: Any) -> CallPlan:
    """A call that opens on the morning of 2 March 2026 for thirty days, for facts of 2025."""
    return CallPlan(
        **{
            "number": "锡知发〔2026〕8号",
            "title": "2026 年第一批申报通知",
            "opens_at": MORNING,
            "closes_at": MORNING + 30 * DAY,
            "facts_from": date(2025, 1, 1),
            "facts_to": date(2026, 1, 1),
            "contact_name": "周受理",
            "contact_phone": "0510-81820000",
            "items": tuple(ItemPlan(item.pk) for item in opened),
        }
        | said
    )


def at(moment: datetime, user: User | None = None) -> ActorContext:
    """A deed at a moment."""
    return ActorContext(user=user, at=moment, address="192.0.2.1")


def drafted(admin: User, opened: Sequence[SupportItem], **said: Any) -> Call:
    return draft_call(wuxi(), plan=plan_of(opened, **said), key=uuid.uuid4(), act=at(MORNING - 10 * DAY, admin))


def published(admin: User, opened: Sequence[SupportItem], **said: Any) -> Call:
    """A call published five days before it opens, by another person where it has a budget."""
    call = drafted(admin, opened, **said)
    publisher = make_official(Role.POLICY_ADMIN, wuxi()) if call.budget_by else admin
    return publish_call(call, seen=call.revision, act=at(MORNING - 5 * DAY, publisher))
