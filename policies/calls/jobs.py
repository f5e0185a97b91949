"""Background work of calls: tell those who may claim that one is published, extended, closed early or withdrawn."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Q, QuerySet
from django.urls import reverse

from policies.calls.enums import CallState, ChangeKind
from policies.calls.models import CallChange
from policies.calls.selectors import beneficiaries_of
from portal.accounts.models import User
from portal.notifications.services import notify_users

BATCH = 200
_KINDS = {ChangeKind.PUBLISHED, ChangeKind.EXTENDED, ChangeKind.CLOSED, ChangeKind.WITHDRAWN}


def announce(*, change_id: int) -> None:
    """Tell the members of the city's applicants whose kind an item supports; each once, however often it runs."""
    change = CallChange.objects.select_related("call__region").get(pk=change_id)
    call = change.call
    if call.state == CallState.WITHDRAWN and change.kind != ChangeKind.WITHDRAWN:
        return
    if change.kind not in _KINDS:
        return
    people = (
        User.objects.filter(
            Q(memberships__applicant__region=call.region_id) | Q(memberships__applicant__region__parent=call.region_id),
            memberships__applicant__kind__in=beneficiaries_of(call),
            is_active=True,
        )
        .order_by("pk")
        .distinct()
    )
    url = reverse("calls:call", args=[call.key])
    # One transaction a batch: a killed worker begins again behind what is told already.
    for batch in batched(people, BATCH):
        notify_users(
            batch,
            f"calls.{change.kind}",
            key=f"calls.change:{change.pk}",
            url=url,
            region_code=call.region_id,
            **_values(change),
        )


def batched(people: QuerySet[User], size: int) -> Iterator[list[User]]:
    """The people in lists of at most `size`, read as they are wanted."""
    source = people.iterator(chunk_size=size)
    while batch := list(islice(source, size)):
        yield batch


def _values(change: CallChange) -> dict[str, str]:
    """What fills the message's text."""
    call = change.call
    values = {"call": call.title, "call_number": call.number}
    if change.kind != ChangeKind.PUBLISHED:
        until = change.differences[0][2] if change.differences else ""
        return values | {"closes": until, "reason": change.reason}
    return values | {
        "city": call.region.name,
        "opens": call.opens_words,
        "closes": call.closes_words,
        "facts_from": call.facts_words,
        "contact": f"{call.contact_name} {call.contact_phone}",
    }
