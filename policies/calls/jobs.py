"""Background work of calls: tell those who may claim that one is published, extended, closed early or withdrawn."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Q, QuerySet
from django.urls import reverse

from policies.calls.enums import CallState, ChangeKind
from policies.calls.models import Call, CallChange
from policies.calls.selectors import beneficiaries_of
from portal.accounts.models import User
from portal.notifications.services import notify_users

BATCH = 200


def announce(*, change_id: int) -> None:
    """Tell the members of the city's applicants whose kind an item supports; each once, however often it runs."""
    change = CallChange.objects.select_related("call__region").get(pk=change_id)
    call = change.call
    if call.state == CallState.WITHDRAWN and change.kind != ChangeKind.WITHDRAWN:
        return
    title, body = _words(change)
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
        notify_users(batch, key=f"calls.change:{change.pk}", title=title, body=body, url=url)


def batched(people: QuerySet[User], size: int) -> Iterator[list[User]]:
    """The people in lists of at most `size`, read as they are wanted."""
    source = people.iterator(chunk_size=size)
    while batch := list(islice(source, size)):
        yield batch


def _words(change: CallChange) -> tuple[str, str]:
    """The message's title and text."""
    call = change.call
    name = f"“{call.title}”（{call.number}）"
    if change.kind == ChangeKind.PUBLISHED:
        return f"申报通知：{call.title}", _published_words(call, name)
    until = change.differences[0][2] if change.differences else ""
    what = {
        ChangeKind.EXTENDED: f"{name}的申报时间延长至 {until}。",
        ChangeKind.CLOSED: f"{name}将提前于 {until} 截止，请在此之前提交。",
        ChangeKind.WITHDRAWN: f"{name}已撤销，不再受理新的申报；已经提交的申报继续办理。",
    }[ChangeKind(change.kind)]
    return f"申报通知{change.get_kind_display()}：{call.title}", f"{what}理由：{change.reason}"


def _published_words(call: Call, name: str) -> str:
    return (
        f"{call.region.name}发布了{name}。申报时间为 {call.opens_words} 至 {call.closes_words}，"
        f"受理 {call.facts_words} 的事项。咨询：{call.contact_name} {call.contact_phone}。"
    )
