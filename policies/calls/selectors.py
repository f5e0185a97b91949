"""Which calls are open, coming or over: for the pages, for claims, and for whoever shows an item."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from policies.calls.enums import CallState
from policies.calls.models import Call, CallAttachment, CallItem
from policies.engine.model import Evidence, Item
from policies.engine.procedure import Procedure
from policies.engine.regions import covers
from policies.published.enums import DocumentStatus
from policies.published.models import ItemVersion, SupportItem
from policies.published.selectors import compiled_item
from portal.accounts.models import Region, User
from portal.calendars.sources import Entry
from portal.core.paging import Page, paginate
from portal.core.row_versions import Rows

# A city's code ends in 00; the first four digits are those of its districts (GB/T 2260).
_CITY_DIGITS = 4
_LONG_TEXTS = ("item__search_text", "item__search_key")


def open_calls(at: datetime, *, region_code: str = "") -> dict[str, Call]:
    """The open call of each item that can be claimed at a moment, by the item's code.

    With `region_code`, only what is open to applicants of that region (a city's or a district's code). Where an item is
    open in several calls, for facts of different days, the call for the latest facts stands here. One query.
    """
    rows = _claimable(region_code).filter(call__opens_at__lte=at, call__closes_at__gt=at)
    return _by_item(rows.order_by("call__facts_to", "call_id"), region_code)


def upcoming_calls(at: datetime, *, region_code: str = "") -> dict[str, Call]:
    """The next call of each item that opens after a moment, by its code; regions as in `open_calls`. One query."""
    rows = _claimable(region_code).filter(call__opens_at__gt=at)
    return _by_item(rows.order_by("-call__opens_at", "-call_id"), region_code)


@dataclass(frozen=True, slots=True)
class Taking:
    """Which call takes a fact: one that is open, or else the one that opens next; neither where none is published."""

    call: Call | None = None
    coming: Call | None = None

    @property
    def words(self) -> str:
        """In a few words, for beside a date: `“第三批”，2027年1月9日 9:00 起`."""
        if self.call is not None:
            return f"“{self.call.title}”，{self.call.closes_words} 截止"
        return f"“{self.coming.title}”，{self.coming.opens_words} 起" if self.coming is not None else ""


class CallBook:
    """The calls that are not over at a moment, for applicants of a region. Made by `calls_ahead`."""

    def __init__(self, calls: Mapping[str, Sequence[Call]], at: datetime) -> None:
        self._calls, self._at = calls, at

    def taking(self, code: str, day: date | None = None) -> Taking:
        """Which call of an item takes a fact of this day, now or next; of any day where it is not known.

        Of several open ones that for the latest facts, of several coming ones the first to open.
        """
        fit = [call for call in self._calls.get(code, ()) if day is None or call.takes_facts_of(day)]
        now_open = [call for call in fit if call.opens_at <= self._at]
        if now_open:
            return Taking(max(now_open, key=lambda call: (call.facts_to, call.pk)))
        return Taking(None, min(fit, key=lambda call: (call.opens_at, call.pk), default=None))


NO_CALLS = CallBook({}, datetime.max.replace(tzinfo=UTC))


def calls_ahead(at: datetime, *, region_code: str = "") -> CallBook:
    """All calls that are open at a moment or open later; regions as in `open_calls`. One query."""
    found: dict[str, list[Call]] = {}
    for row in _claimable(region_code).filter(call__closes_at__gt=at).order_by("call_id"):
        if _is_for(row, region_code):
            found.setdefault(row.item.code, []).append(row.call)
    return CallBook(found, at)


def call_rows(at: datetime) -> list[Rows]:
    """The rows that `open_calls` and `upcoming_calls` are made of at a moment, but for the items themselves."""
    phases = ("opens_at <= %s AND closes_at > %s", [at, at]), ("opens_at > %s", [at])
    table = Call._meta.db_table
    return [
        rows
        for condition, moments in phases
        for rows in (
            Rows(Call, condition, moments),
            Rows(CallItem, f"call_id = ANY(ARRAY(SELECT id FROM {table} WHERE {condition}))", moments),  # noqa: S608
        )
    ]


def calls_of_item(item: SupportItem, *, at: datetime, region_code: str = "") -> list[Call]:
    """All calls in which an item is open at a moment, the one for the latest facts first. One query."""
    rows = _claimable(region_code).filter(item=item, call__opens_at__lte=at, call__closes_at__gt=at)
    return [row.call for row in rows.order_by("-call__facts_to", "-call_id") if _is_for(row, region_code)]


def _claimable(region_code: str) -> QuerySet[CallItem]:
    """Items of published calls that can be claimed, those of the region's city where one is named."""
    rows = CallItem.objects.filter(call__state=CallState.PUBLISHED, item__claimable=True)
    if region_code:
        rows = rows.filter(call__region_id__in={region_code, f"{region_code[:_CITY_DIGITS]}00"})
    # The texts of items and documents are long, and nobody reads them here.
    return rows.select_related("call__region", "item__document").defer(*_LONG_TEXTS)


def _by_item(rows: Iterable[CallItem], region_code: str) -> dict[str, Call]:
    """The last call of each item: the rows' order says which that is."""
    return {row.item.code: row.call for row in rows if _is_for(row, region_code)}


def _is_for(row: CallItem, region_code: str) -> bool:
    area: dict[str, Any] = {"region_code": row.item.document.region_id, "areas": []}
    return not region_code or covers(area, region_code)


def procedure_for(call: Call | None, item: Item) -> Procedure:
    """The way of claims of an item in a call: the call's own where it sets one, else the item's."""
    return Procedure.read(call.procedure) if call and call.procedure else item.procedure


def callable_items(region: Region) -> QuerySet[SupportItem]:
    """Items that a city's call may open: claimable, of a document in force of the city, its province or a district."""
    area = Q(document__region=region) | Q(document__region__parent=region) | Q(document__region=region.parent_id)
    items = SupportItem.objects.filter(area, claimable=True, document__status=DocumentStatus.IN_FORCE)
    return items.select_related("document__region").order_by("document__region_id", "document__code", "position")


def rival_items(call: Call, *, item_ids: Iterable[int]) -> list[CallItem]:
    """Items of other published calls of the city that would be open for the same facts at the same time."""
    return list(
        CallItem.objects.filter(
            item_id__in=list(item_ids),
            call__region_id=call.region_id,
            call__state=CallState.PUBLISHED,
            call__opens_at__lt=call.closes_at,
            call__closes_at__gt=call.opens_at,
            call__facts_from__lt=call.facts_to,
            call__facts_to__gt=call.facts_from,
        )
        .exclude(call=call)
        .select_related("call", "item")
        .order_by("item__position", "call_id")
    )


def with_items(calls: QuerySet[Call]) -> QuerySet[Call]:
    """The calls with their city and, under `items`, their items in the catalogue's order."""
    items = CallItem.objects.select_related("item__document").order_by("item__document__code", "item__position")
    return calls.select_related("region").prefetch_related(Prefetch("items", queryset=items))


def beneficiaries_of(call: Call) -> set[str]:
    """The kinds of applicants that at least one of the call's items supports."""
    versions = ItemVersion.objects.filter(item__call_items__call=call).order_by("number")
    newest = {version.item_id: version for version in versions}
    return {kind for version in newest.values() for kind in compiled_item(version).beneficiaries}


def materials_of(call: Call) -> list[tuple[SupportItem, list[Evidence]]]:
    """The call's items, each with the papers that are uploaded for it, by the newest rules. Two queries."""
    items = [row.item for row in call.items.select_related("item__document")]
    newest = {version.item_id: version for version in ItemVersion.objects.filter(item__in=items).order_by("number")}
    return [
        (item, [wanted for wanted in compiled_item(newest[item.pk]).evidence if not wanted.is_declared])
        for item in items
        if item.pk in newest
    ]


def material_files(call: Call | None, item: SupportItem) -> dict[str, list[CallAttachment]]:
    """Templates and samples for the papers of an item in a call, by the paper's code. One query."""
    found: dict[str, list[CallAttachment]] = {}
    if call is not None:
        for file in call.attachments.filter(item=item):
            found.setdefault(file.requirement, []).append(file)
    return found


def papers_of(rules: Item, item: SupportItem, call: Call | None) -> list[tuple[Evidence, list[CallAttachment]]]:
    """The papers of an item, each with the templates and samples of a call."""
    helps = material_files(call, item)
    return [(wanted, helps.get(wanted.code, [])) for wanted in rules.evidence]


PAGE_SIZE = 20


def current_calls(at: datetime, *, region_code: str = "") -> list[Call]:
    """Published calls that are not over at a moment, with city and items; those that close first come first."""
    calls = _public(region_code).filter(state=CallState.PUBLISHED, closes_at__gt=at)
    return list(with_items(calls).order_by("closes_at", "pk"))


def next_deadlines(at: datetime, *, most: int) -> list[Call]:
    """Published calls that are not over at a moment, those that close first first, at most so many. One query."""
    calls = _public("").filter(state=CallState.PUBLISHED, closes_at__gt=at)
    return list(calls.select_related("region").order_by("closes_at", "pk")[:most])


def days_of_calls(user: User, _today: date) -> Iterator[Entry]:
    """For one's own calendar: the last days of the calls of the cities of those one acts for. One query."""
    cities = {city.pk for m in user.active_memberships if (city := m.applicant.region.city)}
    if not cities:
        return
    calls = Call.objects.filter(region_id__in=cities, state=CallState.PUBLISHED, closes_at__gt=timezone.now())
    for call in calls.order_by("closes_at", "pk"):
        yield Entry(f"call-{call.key}", call.last_day, f"申报截止：{call.title}")


def past_calls(at: datetime, *, region_code: str = "", after: str = "") -> Page[Call]:
    """A page of calls that are over, the last to close first; `after` is the cursor of the page before."""
    calls = _public(region_code).filter(Q(closes_at__lte=at) | Q(state=CallState.WITHDRAWN))
    return paginate(with_items(calls), after=after, size=PAGE_SIZE, by="closes_at")


def calls_between(first: datetime, end: datetime, *, region_code: str = "") -> list[Call]:
    """Published calls whose window touches a span of time, in the order of their opening. One query."""
    calls = _public(region_code).filter(state=CallState.PUBLISHED, opens_at__lt=end, closes_at__gt=first)
    return list(calls.order_by("opens_at", "pk"))


def calls_for_calendars(at: datetime) -> list[Call]:
    """Calls that were ever published and closed no more than a year ago, the withdrawn among them. One query."""
    return list(Call.objects.public().filter(closes_at__gt=at - timedelta(days=366)).order_by("opens_at", "pk"))


def drafted_calls(user: User) -> list[Call]:
    """Drafts of the person's cities, the newest first."""
    calls = Call.objects.workable_by(user).filter(state=CallState.DRAFTED)
    return list(with_items(calls).order_by("-pk"))


def worked_calls(user: User, *, after: str = "") -> Page[Call]:
    """A page of the person's cities' published calls, the newest first. `after` is the cursor of the page before."""
    calls = Call.objects.workable_by(user).exclude(state=CallState.DRAFTED)
    return paginate(with_items(calls), after=after, size=PAGE_SIZE)


def cities_with_calls() -> list[Region]:
    """Cities that ever published a call. One query."""
    return list(Region.objects.filter(calls__in=Call.objects.public()).distinct())


def _public(region_code: str) -> QuerySet[Call]:
    calls = Call.objects.public()
    return calls.filter(region_id=region_code) if region_code else calls


@dataclass(frozen=True, slots=True)
class Offer:
    """Where an item can be claimed: the open calls, or else the one that opens next, or none."""

    calls: list[Call]
    coming: Call | None


def offer_of(item: SupportItem, *, at: datetime) -> Offer:
    """What an item's page says of calls. Two queries at most."""
    calls = calls_of_item(item, at=at) if item.claimable else []
    coming = None if calls or not item.claimable else upcoming_calls(at).get(item.code)
    return Offer(calls, coming)
