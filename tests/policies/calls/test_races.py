"""Two administrators at the same moment, on PostgreSQL: one call opens an item, the other is refused."""

import pytest

from policies.calls.enums import CallState
from policies.calls.models import Call
from policies.calls.services.changes import publish_call
from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from tests.applications.worlds import at_once
from tests.factories import binhu, make_official, publish_items, wuxi
from tests.policies.calls.worlds import ITEMS, MORNING, at, drafted

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_calls_published_at_once_for_the_same_item_one_stands():
    binhu()
    publish_items(*ITEMS, opened=False)
    items = list(SupportItem.objects.all())
    admin = make_official(Role.POLICY_ADMIN, wuxi())
    calls = [drafted(admin, items, number=str(number)) for number in range(4)]
    waiting = iter(calls)
    results = at_once(4, lambda: publish_call(next(waiting), seen=0, act=at(MORNING, admin)))
    assert sum(isinstance(result, RefusedError) for result in results) == 3
    assert Call.objects.filter(state=CallState.PUBLISHED).count() == 1


def test_of_presses_of_the_same_button_at_once_one_publishes():
    binhu()
    publish_items(*ITEMS, opened=False)
    admin = make_official(Role.POLICY_ADMIN, wuxi())
    call = drafted(admin, list(SupportItem.objects.all()))
    results = at_once(4, lambda: publish_call(call, seen=0, act=at(MORNING, admin)))
    assert sum(isinstance(result, RefusedError) for result in results) == 3
    assert call.changes.count() == 1
