"""What is used and left of a call's budget and quota, for the officials of its city."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from applications.claims.selectors.calls import claims_by_item
from applications.ledger.selectors import use_of_call
from policies.calls.models import Call
from policies.calls.selectors import with_items
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.http import user_of
from portal.core.regions import in_trees

READERS = (Role.CITY_OFFICER, Role.DECISION_MAKER, Role.FINANCE, Role.POLICY_ADMIN, Role.AUDITOR)


@access(officials(*READERS))
@require_safe
def call_use(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A call's limits and what they hold, and how many claims each of its items has."""
    own = Call.objects.public().filter(in_trees("region__code", user_of(request).regions_for(*READERS)))
    call = get_object_or_404(with_items(own), key=key)
    rows = list(call.items.all())
    context = {
        "call": call,
        "phase": call.phase,
        "uses": use_of_call(call, rows),
        "items": claims_by_item(call, [row.item for row in rows]),
    }
    return render(request, "applications/call_use.html", context)
