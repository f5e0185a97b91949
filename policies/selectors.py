"""Reading the published catalogue: documents, items, versions, and the engine's compiled form of a version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from policies.engine import catalogue_of, compile_item
from policies.engine.regions import covers
from policies.enums import DocumentStatus
from policies.models import ItemVersion, PolicyDocument, SupportItem
from policies.searchtext import highlight, query_words, rank_of, snippet
from policies.wording import AmountWords, amount_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from policies.engine import Catalogue, Item
    from policies.searchtext import Piece

# A version never changes, so what was compiled from it stays right as long as the process lives.
_items: dict[str, Item] = {}
_catalogues: dict[str, Catalogue] = {}


def compiled_item(version: ItemVersion) -> Item:
    """The engine's item of a published version, compiled once per hash and process."""
    item = _items.get(version.hash)
    if item is None:
        item = _items[version.hash] = compile_item(version.content)
    return item


def catalogue_for(version: ItemVersion) -> Catalogue:
    """A catalogue that holds this one version: `engine.assess` answers from it, whatever was published later."""
    catalogue = _catalogues.get(version.hash)
    if catalogue is None:
        catalogue = _catalogues[version.hash] = catalogue_of([], [compiled_item(version)])
    return catalogue


def item_version_for(item: SupportItem, on: date) -> ItemVersion | None:
    """The version in force on a day, the latest published where several are; None where the day has none."""
    return _in_force(on).filter(item=item).order_by("-number").first()


def shown_version(item: SupportItem, *, on: date) -> ItemVersion | None:
    """The version that pages and calculators show: the one in force, or else the latest published (a draft's)."""
    return item_version_for(item, on) or item.versions.order_by("-number").first()


def _in_force(on: date) -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


@dataclass(frozen=True)
class ItemCard:
    """An item with one version of its rules, and the words that lists show."""

    item: SupportItem
    version: ItemVersion

    @cached_property
    def rules(self) -> Item:
        return compiled_item(self.version)

    @cached_property
    def amount(self) -> AmountWords:
        return amount_words(self.rules)


def claimable_items(on: date, *, region: str = "") -> list[ItemCard]:
    """Items that may be claimed on a day, in the catalogue's order; of one region's code, those that cover it.

    One query.
    """
    found = (
        _in_force(on)
        .filter(item__claimable=True, item__document__status=DocumentStatus.IN_FORCE)
        .select_related("item__document__region")
        .order_by("item__document__code", "item__position", "number")
    )
    # The highest number of an item comes last and wins.
    cards = {version.item_id: ItemCard(version.item, version) for version in found}
    return [c for c in cards.values() if not region or covers(c.rules.content["document"], region)]


# Kinds whose sum the rules work out from a few facts: what an enterprise looks for first.
COMPUTED_KINDS = frozenset(
    {"per_item", "award_fixed", "per_person", "ratio_of_cost", "ratio_of_interest", "ratio_of_premium", "per_n_items"}
)


def showcase(cards: Sequence[ItemCard]) -> list[ItemCard]:
    """Of some items, those whose sum anybody can work out beforehand."""
    return [card for card in cards if card.rules.kind in COMPUTED_KINDS and card.amount.is_stated]


@dataclass(frozen=True)
class DocumentEntry:
    """A document of the list, with its first items and how many more there are."""

    document: PolicyDocument
    items: list[SupportItem]
    more: int
    claimable: int


LISTED_ITEMS = 8
TARGET = "target"
_ORDER = [DocumentStatus.IN_FORCE, DocumentStatus.DRAFT, DocumentStatus.ENDED, DocumentStatus.REPEALED]


def list_documents() -> list[DocumentEntry]:
    """All documents with their first items. Those in force come first, and of them those with most to claim.

    Two queries.
    """
    items: dict[int, list[SupportItem]] = {}
    for item in SupportItem.objects.defer("search_text", "search_key").order_by("position"):
        items.setdefault(item.document_id, []).append(item)
    documents = PolicyDocument.objects.select_related("region").order_by("-effective_from", "code")
    entries = [_entry(document, items.get(document.pk, [])) for document in documents]
    return sorted(entries, key=lambda e: (_ORDER.index(DocumentStatus(e.document.status)), -e.claimable))


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that a search found: its title and the text that holds the words, each in pieces with the hits apart."""

    item: SupportItem
    title: list[Piece]
    text: list[Piece]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best hits of a search, and how many items it found in all."""

    hits: list[Hit]
    total: int


MAX_HITS = 40


def find_items(search: str) -> SearchResult:
    """Items whose texts hold every word of a search, in this or another word for the same thing.

    Words in the title come before those in the summary, and these before all others; then what can be claimed. A
    search of no words finds nothing. One query.
    """
    words = query_words(search)
    if not words:
        return SearchResult([], 0)
    items = SupportItem.objects.select_related("document")
    for word in words:
        items = items.filter(reduce(or_, (Q(search_key__contains=other) for other in word)))
    found = sorted(
        items,
        key=lambda item: (
            rank_of(item, words),
            _ORDER.index(DocumentStatus(item.document.status)),
            not item.claimable,
            item.document.code,
            item.position,
        ),
    )
    hits = [Hit(item, highlight(item.title, words), snippet(item, words)) for item in found[:MAX_HITS]]
    return SearchResult(hits, len(found))


def _entry(document: PolicyDocument, items: list[SupportItem]) -> DocumentEntry:
    """What the list shows of a document: the first items, targets left to the document's own page."""
    shown = [item for item in items if item.kind != TARGET][:LISTED_ITEMS]
    return DocumentEntry(document, shown, len(items) - len(shown), sum(item.claimable for item in items))


def document_cards(document: PolicyDocument, *, on: date) -> list[ItemCard]:
    """A document's items in order, each with the version that pages show. One query."""
    cards: dict[int, ItemCard] = {}
    for version in ItemVersion.objects.filter(item__document=document).select_related("item").order_by("number"):
        held = cards.get(version.item_id)
        if held is None or _is_in_force(version, on) or not _is_in_force(held.version, on):
            cards[version.item_id] = ItemCard(version.item, version)
    return sorted(cards.values(), key=lambda card: card.item.position)


def _is_in_force(version: ItemVersion, on: date) -> bool:
    return (
        version.valid_from is not None
        and version.valid_from <= on
        and (version.valid_to is None or on < version.valid_to)
    )


def condition_texts(rules: Item, facts: Sequence[str]) -> list[str]:
    """The words of those conditions that ask about the given facts: what a calculator took as met."""
    return [condition.text for condition in rules.conditions if condition.field in facts]
