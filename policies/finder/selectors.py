"""The published items by event, with every version of each, compiled once a process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from policies.engine import Item
from policies.engine.regions import covers
from policies.finder.events import TARGET, Event, event_code, events_of
from policies.published.enums import DocumentStatus
from policies.published.models import ItemVersion, PolicyDocument, SupportItem
from policies.published.selectors import compiled_item
from policies.published.versions import version_on
from policies.rates.selectors import Rates, takes_ratio, takes_unit_amount
from portal.accounts.models import Region
from portal.core.row_versions import Rows, rows_version

# Versions whose rules this process has compiled already: their content stays in the database.
_compiled: set[str] = set()
# What was read last, under the version of the rows it was read from.
_kept: tuple[str, list[PublishedItem]] = ("", [])


@dataclass(frozen=True)
class PublishedItem:
    """A support item with all its versions, in the order in which they were published."""

    item: SupportItem
    versions: Sequence[ItemVersion]

    def version_on(self, day: date) -> ItemVersion:
        """The version in force on a day, else the newest published: a draft, or one that says why it does not apply."""
        return version_on(self.versions, day) or self.versions[-1]

    @property
    def newest(self) -> Item:
        return compiled_item(self.versions[-1])

    @property
    def status(self) -> DocumentStatus:
        return DocumentStatus(self.item.document.status)

    @property
    def is_claimable(self) -> bool:
        return self.item.claimable and self.status == DocumentStatus.IN_FORCE

    @property
    def names_area(self) -> bool:
        """Whether its document says where it applies: what does not is shown to who asks for it alone."""
        return self.item.document.region_id is not None

    def is_for(self, *, kind: str, region: str) -> bool:
        """Whether an applicant of this kind and region (a code, or words for elsewhere) is among those it is for."""
        return kind in self.newest.beneficiaries and covers(self.newest.content["document"], region)


# The rows that `published_items` is made of.
PUBLISHED_ROWS = (Rows(PolicyDocument), Rows(SupportItem), Rows(ItemVersion), Rows(Region))


def published_items() -> list[PublishedItem]:
    """Every published item but targets, in the catalogue's order; read once for every version of the rows.

    One query where nothing changed, one more where something did, and another for rules that are not compiled yet.
    """
    global _kept  # noqa: PLW0603 - one value a process: what is published now
    version = rows_version(*PUBLISHED_ROWS)
    if not version:
        return _read_items()
    if _kept[0] != version:
        _kept = (version, _read_items())
    return _kept[1]


def _read_items() -> list[PublishedItem]:
    versions = ItemVersion.objects.exclude(item__kind=TARGET).defer("content", "item__search_text", "item__search_key")
    found: dict[int, list[ItemVersion]] = {}
    rows = list(
        versions.select_related("item__document__region").order_by("item__document__code", "item__position", "number")
    )
    _compile(rows)
    for version in rows:
        found.setdefault(version.item_id, []).append(version)
    return [PublishedItem(versions[-1].item, versions) for versions in found.values()]


def _compile(versions: Iterable[ItemVersion]) -> None:
    """Compile what is not compiled yet, its content fetched in one go."""
    fresh = {version.pk: version for version in versions if version.hash not in _compiled}
    if not fresh:
        return
    for pk, content in ItemVersion.objects.filter(pk__in=fresh).values_list("pk", "content"):
        fresh[pk].content = content
        compiled_item(fresh[pk])
        _compiled.add(fresh[pk].hash)


def events_for(items: Sequence[PublishedItem], *, kind: str, region: str) -> list[Event]:
    """The kinds of events that an applicant of this kind and region can get something for."""
    return events_of(entry.newest for entry in items if entry.is_for(kind=kind, region=region))


def items_of_event(items: Sequence[PublishedItem], code: str) -> list[PublishedItem]:
    """The items that reward one kind of event, whoever they are for."""
    return [entry for entry in items if event_code(entry.newest) == code]


def rates_for(events: Iterable[Event], items: Sequence[PublishedItem], *, kind: str, region: str) -> dict[str, Rates]:
    """What a region set for those items of the events that leave sum or ratio to the districts, by the items' codes.

    No query where there is no such item, else one for the region and one for each item.
    """
    wanted = {rules.id for event in events for rules in event.items if is_rated(rules)}
    entries = [e for e in items if e.item.code in wanted and e.is_for(kind=kind, region=region)]
    place = Region.objects.filter(pk=region).first() if entries else None
    return {entry.item.code: Rates(entry.item.pk, place) for entry in entries} if place else {}


def is_rated(rules: Item) -> bool:
    """Whether an item leaves its sum or its ratio to the districts."""
    return takes_unit_amount(rules) or takes_ratio(rules)
