"""A call's budget is promised by two people."""

from decimal import Decimal

import pytest

from policies.calls.enums import CallState
from policies.calls.services.changes import publish_call
from policies.calls.services.drafts import save_call
from policies.calls.services.plans import ItemPlan
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from tests.factories import make_official, wuxi
from tests.policies.calls.worlds import DAY, MORNING, at, drafted, plan_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_of_an_item", [False, True])
def test_a_budget_is_published_by_somebody_else_than_set_it(admin, items, is_of_an_item):
    said = {"items": (ItemPlan(items[0].pk, Decimal("100.00")),)} if is_of_an_item else {"budget": Decimal("100.00")}
    call = drafted(admin, items[:1], **said)
    with pytest.raises(RefusedError, match="另一名政策管理人员"):
        publish_call(call, seen=call.revision, act=at(MORNING - DAY, admin))
    other = make_official(Role.POLICY_ADMIN, wuxi())
    # Who only corrects the title is not who set the budget; who changes it is.
    plan = plan_of(items[:1], title="更正的标题", **said)
    call = save_call(call, plan=plan, seen=call.revision, act=at(MORNING - DAY, other))
    assert call.budget_by == admin
    higher = plan_of(items[:1], **(said | {"budget": Decimal("200.00")}))
    call = save_call(call, plan=higher, seen=call.revision, act=at(MORNING - DAY, other))
    with pytest.raises(RefusedError, match="另一名政策管理人员"):
        publish_call(call, seen=call.revision, act=at(MORNING - DAY, other))
    assert publish_call(call, seen=call.revision, act=at(MORNING - DAY, admin)).state == CallState.PUBLISHED
