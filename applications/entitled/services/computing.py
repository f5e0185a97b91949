"""Compute who may get what in a call, applicant by applicant in slices, and tell those whom it concerns."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from applications.entitled.enums import TOLD, Verdict
from applications.entitled.finding import Finding, find
from applications.entitled.models import Computation, Entitlement
from applications.rights.models import Right, RosterRow
from applications.rights.suggestions import Suggester
from policies.calls.enums import CallState, Phase
from policies.calls.models import Call
from policies.calls.selectors import NO_CALLS, calls_ahead
from policies.finder.selectors import PublishedItem, published_items
from portal.accounts.models import Applicant
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.money import format_yuan
from portal.core.regions import in_trees
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_applicant

COMPUTE = "entitled.compute"
_SLICE = 50
Progress = Callable[[int, int], None]


def compute_open_calls() -> None:
    """Promise to compute every open call once a day, from its opening on. A job of every hour."""
    now = clock.now()
    open_now = Call.objects.filter(state=CallState.PUBLISHED, opens_at__lte=now, closes_at__gt=now)
    for call in open_now.order_by("pk"):
        _enqueue(call, f"{timezone.localdate(now):%Y-%m-%d}")


def compute_again(call: Call, *, act: ActorContext) -> None:
    """Compute a call now, since registers or rosters have changed; pressed twice within a minute, it is one job."""
    _enqueue(call, f"{timezone.localtime(act.at):%Y-%m-%dT%H:%M}")


def _enqueue(call: Call, when: str) -> None:
    with transaction.atomic():
        enqueue_job(COMPUTE, key=f"{call.pk}:{when}", payload={"call_id": call.pk}, region_code=call.region_id)


def compute_call(*, call_id: int, progress: Progress = lambda done, total: None) -> None:
    """Compute how each applicant with anything on record stands to each item of an open call, and tell them.

    Each slice is a transaction of its own; run again, it writes the same rows and tells nobody twice.
    """
    now = clock.now()
    call = Call.objects.select_related("region").get(pk=call_id)
    if call.phase_at(now) != Phase.OPEN:
        return
    entries, people = _entries(call), _with_something(call)
    total, done = people.count(), 0
    for some in _slices(people):
        with transaction.atomic():
            _compute(call, entries, some, at=now)
        done += len(some)
        progress(done, total)
    Computation.objects.update_or_create(call=call, defaults={"applicants": total, "finished_at": clock.now()})


def _with_something(call: Call) -> QuerySet[Applicant]:
    """The applicants of a call's city of whom a register or roster says anything."""
    held = Right.objects.filter(applicant=OuterRef("pk"), removed_at=None)
    listed = RosterRow.objects.filter(uscc=OuterRef("uscc"), roster__withdrawn_at=None)
    known = Entitlement.objects.filter(call=call, applicant=OuterRef("pk"))
    area = in_trees("region__code", [call.region_id])
    return Applicant.objects.filter(area, Exists(held) | Exists(listed) | Exists(known)).select_related(
        "region", "region__parent"
    )


def _slices(people: QuerySet[Applicant]) -> Iterator[list[Applicant]]:
    source = people.order_by("pk").iterator(chunk_size=_SLICE)
    while some := list(islice(source, _SLICE)):
        yield some


def _compute(call: Call, entries: list[PublishedItem], applicants: list[Applicant], *, at: datetime) -> None:
    suggester = Suggester(applicants)
    mine = Q(call=call, applicant__in=applicants)
    standing = Entitlement.objects.select_for_update(of=("self",)).select_related("claim").filter(mine)
    rows = {(row.applicant_id, row.item_id): row for row in standing}
    for applicant in applicants:
        book = calls_ahead(at, region_code=applicant.region_id)
        for entry in entries:
            row = rows.get((applicant.pk, entry.item.pk))
            if row is not None and row.claim is not None:
                if row.claim.holds_rights:
                    continue
                # It was withdrawn or refused: what it was made of may be claimed again.
                row.claim = None
            found = find(suggester, applicant, entry, call, book=book, at=at)
            if found is None:
                if row is not None:
                    row.delete()
                continue
            row = _write(row or Entitlement(call=call, item=entry.item, applicant=applicant), found, at=at)
            if row.verdict in TOLD:
                _tell(row, found)


def _write(row: Entitlement, found: Finding, *, at: datetime) -> Entitlement:
    row.verdict, row.count, row.amount = found.verdict, found.count, found.amount
    row.lacking, row.reasons, row.changes = list(found.lacking), list(found.reasons), list(found.changes)
    row.computed_at = at
    row.save()
    return row


def _tell(row: Entitlement, found: Finding) -> None:
    """Tell the applicant's members how it stands, once for each verdict."""
    said = {"applicant": row.applicant.name, "item": row.item.title, "closes": row.call.closes_words}
    if row.verdict == Verdict.NEAR:
        more = {"change": "；".join(found.changes)}
    else:
        sum_words = f"{format_yuan(row.amount)} 元" if row.amount is not None else "由审定决定"
        more = {"count": str(row.count), "entitled_sum": sum_words}
        if row.verdict == Verdict.TO_COMPLETE:
            more["lacking"] = "、".join(row.lacking)
    notify_applicant(
        row.applicant_id,
        f"entitled.{row.verdict}",
        key=f"entitled:{row.pk}:{row.verdict}",
        url=reverse("entitled:offer", args=[row.key]),
        region_code=row.applicant.region_id,
        **said,
        **more,
    )


COMING_DAYS = 7


def announce_coming(*, progress: Progress = lambda done, total: None) -> None:
    """Tell applicants that a call opens within days that takes what they hold, once for each call. Every night.

    Each slice is a transaction of its own.
    """
    now = clock.now()
    coming = Call.objects.filter(
        state=CallState.PUBLISHED, opens_at__gt=now, opens_at__lte=now + timedelta(days=COMING_DAYS)
    )
    for call in coming.select_related("region").order_by("pk"):
        entries = _entries(call)
        people = _with_something(call)
        total, done = people.count(), 0
        for some in _slices(people):
            with transaction.atomic():
                suggester = Suggester(some)
                for applicant in some:
                    _announce(call, entries, suggester, applicant, at=now)
            done += len(some)
            progress(done, total)


def _announce(
    call: Call, entries: list[PublishedItem], suggester: Suggester, applicant: Applicant, *, at: datetime
) -> None:
    found = [
        entry.item.title
        for entry in entries
        if (each := find(suggester, applicant, entry, call, book=NO_CALLS, at=at)) and each.suggestion
    ]
    if found:
        notify_applicant(
            applicant.pk,
            "entitled.coming",
            key=f"entitled.coming:{call.pk}",
            url=reverse("calls:call", args=[call.key]),
            region_code=applicant.region_id,
            applicant=applicant.name,
            call=call.title,
            opens=call.opens_words,
            items="、".join(found),
        )


def _entries(call: Call) -> list[PublishedItem]:
    """The items of a call that can be claimed."""
    codes = set(call.items.values_list("item__code", flat=True))
    return [entry for entry in published_items() if entry.item.code in codes and entry.is_claimable]
