"""The lists of entitlements: an applicant's own, and an office's of one call."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from applications.entitled.enums import REACHED, Verdict
from applications.entitled.models import READERS, Computation, Entitlement
from applications.rights.models import RosterRow
from policies.calls.enums import CallState
from policies.calls.models import Call
from portal.accounts.models import Applicant, User
from portal.core.paging import Page, paginate
from portal.core.regions import in_trees, tree_prefix
from portal.core.searching import contains

PAGE_SIZE = 30
_SHOWN_FIRST = [Verdict.READY, Verdict.TO_COMPLETE, Verdict.NEAR]


def own_entitlements(user: User, *, at: datetime) -> list[Entitlement]:
    """What the person's applicants may confirm, complete or have just missed in the open calls, in this order."""
    mine = [membership.applicant_id for membership in user.active_memberships]
    rows = Entitlement.objects.filter(
        applicant_id__in=mine, verdict__in=_SHOWN_FIRST, call__opens_at__lte=at, call__closes_at__gt=at
    ).exclude(call__state=CallState.WITHDRAWN)
    found = list(rows.select_related("item", "applicant", "call")[:200])
    return sorted(found, key=lambda row: (_SHOWN_FIRST.index(Verdict(row.verdict)), -(row.amount or 0), row.pk))


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of a call's entitlements is asked for: a group of verdicts or one of them, an item, a district, a name."""

    verdict: str = ""
    item: int | None = None
    district: str = ""
    search: str = ""


def entitlements_of(call: Call, user: User, asked: Narrowed) -> QuerySet[Entitlement]:
    """The call's entitlements that an official sees, narrowed."""
    rows = Entitlement.objects.visible_to(user).filter(call=call)
    if asked.verdict:
        rows = rows.filter(verdict__in=REACHED if asked.verdict == "reached" else [asked.verdict])
    if asked.item:
        rows = rows.filter(item_id=asked.item)
    if asked.district:
        rows = rows.filter(applicant__region_id=asked.district)
    for word in asked.search.split():
        rows = rows.filter(contains(word, "applicant__name", "applicant__uscc"))
    return rows.select_related("item", "applicant__region", "claim")


def entitlement_page(call: Call, user: User, asked: Narrowed, *, after: str) -> Page[Entitlement]:
    """A page of them, the last computed first. One query."""
    return paginate(entitlements_of(call, user, asked), after=after, size=PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many applicants a call's items reach, by verdict, with the sums."""

    verdict: Verdict
    count: int
    amount: object


def tallies_of(call: Call, user: User) -> list[Tally]:
    """The call's entitlements that an official sees, counted. One query."""
    rows = Entitlement.objects.visible_to(user).filter(call=call).values("verdict").order_by("verdict")
    found = {row["verdict"]: row for row in rows.annotate(count=Count("pk"), total=Sum("amount"))}
    return [Tally(verdict, found[verdict]["count"], found[verdict]["total"]) for verdict in Verdict if verdict in found]


def unregistered_rows(call: Call) -> QuerySet[RosterRow]:
    """What rosters of the call's city say of organisations that are not registered here, and so cannot be told."""
    known = Applicant.objects.filter(uscc__isnull=False).values("uscc")
    rows = RosterRow.objects.filter(roster__withdrawn_at=None, roster__region__in=_and_above(call))
    return rows.exclude(uscc__in=known).select_related("roster")


def _and_above(call: Call) -> list[str]:
    return [code for code in (call.region_id, call.region.parent_id) if code]


def calls_read_by(user: User) -> QuerySet[Call]:
    """Published calls of the cities in which, or in a district of which, the person reads entitlements."""
    codes = user.regions_for(*READERS)
    above = Q(pk__in=[])
    for code in codes:
        above |= Q(region_id=f"{tree_prefix(code)[:4]}00")
    return Call.objects.public().filter(in_trees("region__code", codes) | above).select_related("region")


def computation_of(call: Call) -> Computation | None:
    """When the call was last computed through."""
    return Computation.objects.filter(call=call).first()


def rows_of_sheet(rows: QuerySet[Entitlement]) -> Iterator[Entitlement]:
    """The rows as a sheet lists them, read piece by piece."""
    return rows.order_by("item__document__code", "item__position", "verdict", "pk").iterator(chunk_size=500)
