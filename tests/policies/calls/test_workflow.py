"""A call's states: every change in every state does what the table says, or nothing."""

from datetime import timedelta

import pytest
from django.db import transaction

from policies.calls.enums import CallState, ChangeKind
from policies.calls.models import Call
from policies.calls.services.changes import Amendment, amend_call, close_call, extend_call, publish_call, withdraw_call
from policies.calls.services.plans import ItemPlan
from policies.calls.workflow import WORKFLOW
from portal.core.errors import RefusedError
from tests.policies.calls.worlds import DAY, MORNING, at, drafted, published

pytestmark = pytest.mark.django_db


def call_in(state, admin, items):
    """A call that went its ordinary way to a state."""
    if state == CallState.DRAFTED:
        return drafted(admin, items)
    call = published(admin, items)
    if state == CallState.WITHDRAWN:
        call = withdraw_call(call, reason="另行通知", seen=call.revision, act=at(MORNING, admin))
    return call


def do(kind, call, admin):
    given = {"seen": call.revision, "act": at(MORNING + DAY, admin)}
    match kind:
        case ChangeKind.PUBLISHED:
            publish_call(call, **given)
        case ChangeKind.EXTENDED:
            extend_call(call, closes_at=call.closes_at + DAY, reason="材料较多", **given)
        case ChangeKind.CLOSED:
            close_call(call, closes_at=call.closes_at - timedelta(days=5), reason="名额已满", **given)
        case ChangeKind.WITHDRAWN:
            withdraw_call(call, reason="另行通知", **given)
        case ChangeKind.AMENDED:
            plain = ("facts_from", "facts_to", "budget", "quota", "contact_name", "contact_phone", "contact_address")
            said = {name: getattr(call, name) for name in plain} | {"contact_name": "李受理"}
            same = tuple(ItemPlan(row.item_id, row.budget, row.quota) for row in call.items.all())
            amend_call(call, amendment=Amendment(**said, items=same), reason="人员变动", **given)


@pytest.mark.parametrize("state", CallState)
def test_each_change_leads_where_the_table_says_or_is_refused(admin, items, state):
    call = call_in(state, admin, items)
    for kind in ChangeKind:
        row = WORKFLOW.get(kind)
        with transaction.atomic():
            if state in row.sources:
                do(kind, call, admin)
                assert call.changes.latest("pk").kind == kind
            else:
                with pytest.raises(RefusedError):
                    do(kind, call, admin)
            expected = row.target if state in row.sources else state
            assert Call.objects.get(pk=call.pk).state == expected, kind
            transaction.set_rollback(True)
