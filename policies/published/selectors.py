"""Reading the published catalogue: documents, items, versions, and the engine's compiled form of a version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q

from policies.engine import (
    Catalogue,
    Item,
    LoadedDocument,
    catalogue_of,
    compile_item,
    load_catalogue,
    load_document,
    package_documents,
)
from policies.engine.regions import covers
from policies.published.enums import DocumentStatus, TextOrigin
from policies.published.models import DocumentText, ItemVersion, PolicyDocument, SupportItem
from policies.published.searchtext import Fragment, highlight, loose_words, query_words, rank_of, snippet
from policies.published.sources import CitedUnit, cited_units
from policies.published.versions import counting, version_on
from policies.published.wording import AmountWords, amount_words
from portal.accounts.enums import RegionLevel
from portal.core.statements import A_DAY, A_KEY, Lookup

# A version never changes, so what was compiled from it stays right as long as the process lives.
_items: dict[str, Item] = {}
_catalogues: dict[str, Catalogue] = {}
_texts: dict[str, LoadedDocument] = {}
_published: tuple[tuple[object, ...], Catalogue] | None = None


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


def published_catalogue() -> Catalogue:
    """Everything that is published, whether it came with the package or from the browser; built once a publication.

    Two small queries while nothing new was published. The register has the clauses of every document's newest text.
    """
    global _published  # noqa: PLW0603 - one value a process: what was published last
    stamp = _publication_stamp()
    if _published is None or _published[0] != stamp:
        _published = (stamp, _build_catalogue())
    return _published[1]


def published_documents() -> list[LoadedDocument]:
    """Every document's newest text as the engine reads it, in the order of their codes."""
    texts = {text.document_id: text for text in DocumentText.objects.order_by("document__code", "number")}
    return [loaded_text(text) for text in texts.values()]


def loaded_text(text: DocumentText) -> LoadedDocument:
    """A published text as the engine reads it, once a process."""
    loaded = _texts.get(text.sha256)
    if loaded is None:
        loaded = _texts[text.sha256] = load_document(text.text, name=f"第 {text.number} 次发布")
    return loaded


def document_source(document: PolicyDocument) -> tuple[list[CitedUnit], dict[str, SupportItem]]:
    """A document's own words as they were published with its newest text, and its items by code. Two queries."""
    newest = document.texts.order_by("-number").first()
    if newest is None or not newest.source:
        return [], {}
    titles = {row.id: row.title for row in loaded_text(newest).register}
    items = {item.code: item for item in document.items.defer("search_text", "search_key")}
    return cited_units(newest.source, newest.marks, titles), items


def register_catalogue() -> Catalogue:
    """What the coverage register shows: the package, with documents that were published in the browser. One query."""
    newest = {text.document_id: text for text in DocumentText.objects.order_by("number")}
    drafted = [loaded_text(text) for text in newest.values() if text.origin == TextOrigin.BROWSER]
    if not drafted:
        return load_catalogue()
    shown = {loaded.document.id: loaded for loaded, _ in package_documents()}
    shown |= {loaded.document.id: loaded for loaded in drafted}
    return catalogue_of(
        [loaded.document for loaded in shown.values()],
        [item for loaded in shown.values() for item in loaded.items],
        register=[row for loaded in shown.values() for row in loaded.register],
    )


def catalogue_versions() -> dict[str, list[Item]]:
    """The rules that count on some day, of every published item, by its code. One query."""
    found: dict[str, list[ItemVersion]] = {}
    order = ("item__document__code", "item__position", "number")
    for version in ItemVersion.objects.select_related("item").order_by(*order):
        found.setdefault(version.item.code, []).append(version)
    return {code: [compiled_item(version) for version in counting(held)] for code, held in found.items()}


def _publication_stamp() -> tuple[object, ...]:
    """Changes with every publication: tables are appended to, never changed."""
    version = ItemVersion.objects.order_by("-pk").values_list("pk", "hash", "published_at").first()
    text = DocumentText.objects.order_by("-pk").values_list("pk", "sha256", "published_at").first()
    return (version, text)


def _build_catalogue() -> Catalogue:
    documents = published_documents()
    return catalogue_of(
        [loaded.document for loaded in documents],
        [item for versions in catalogue_versions().values() for item in versions],
        register=[row for loaded in documents for row in loaded.register],
    )


_begun = Lookup(
    lambda item, on: ItemVersion.objects.filter(item=item, valid_from__lte=on).order_by("-number")[:1], A_KEY, A_DAY
)


def item_version_for(item: SupportItem, on: date) -> ItemVersion | None:
    """The version in force on a day (see `policies.published.versions`); None where the day has none."""
    newest = _begun.first(item.pk, on)
    return version_on([newest], on) if newest else None


def shown_version(item: SupportItem, *, on: date) -> ItemVersion | None:
    """The version that pages and calculators show: the one in force, or else the latest published (a draft's)."""
    return item_version_for(item, on) or item.versions.order_by("-number").first()


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
        ItemVersion.objects.filter(valid_from__lte=on)
        .filter(item__claimable=True, item__document__status=DocumentStatus.IN_FORCE)
        .select_related("item__document__region")
        .order_by("item__document__code", "item__position", "number")
    )
    # The newest of an item comes last, and wins.
    newest = {version.item_id: version for version in found}
    cards = [ItemCard(version.item, version) for version in newest.values() if version_on([version], on)]
    return [card for card in cards if not region or covers(card.rules.content["document"], region)]


# Kinds whose sum the rules work out from a few facts: what an enterprise looks for first.
COMPUTED_KINDS = frozenset(
    {"per_item", "award_fixed", "per_person", "ratio_of_cost", "ratio_of_interest", "ratio_of_premium", "per_n_items"}
)


def showcase(cards: Sequence[ItemCard]) -> list[ItemCard]:
    """Of some items, those whose sum anybody can work out beforehand."""
    return [card for card in cards if card.rules.kind in COMPUTED_KINDS and card.amount.is_stated]


def cities_of(documents: Iterable[PolicyDocument]) -> list[str]:
    """The names of the cities whose own documents these are, each once."""
    regions = [document.region for document in documents if document.region]
    return list(dict.fromkeys(region.name for region in regions if region.level == RegionLevel.CITY))


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
    """An item that a search found: its title and the text that holds the words, in fragments, the hits apart."""

    item: SupportItem
    title: list[Fragment]
    text: list[Fragment]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best hits of a search, and how many items it found in all."""

    hits: list[Hit]
    total: int

    @property
    def groups(self) -> list[tuple[str, list[Hit]]]:
        """What can be had, and apart from it what a document only aims at, each under its heading."""
        had = [hit for hit in self.hits if hit.item.kind != TARGET]
        aims = [hit for hit in self.hits if hit.item.kind == TARGET]
        return [
            (heading, hits) for heading, hits in (("支持事项", had), ("文件提出的目标，不是申领事项", aims)) if hits
        ]


MAX_HITS = 40


def _with_words(words: Sequence[Sequence[str]]) -> list[SupportItem]:
    """The items whose texts hold each word or another for the same thing; none for no words."""
    if not words:
        return []
    items = SupportItem.objects.select_related("document")
    for word in words:
        items = items.filter(reduce(or_, (Q(search_key__contains=other) for other in word)))
    return list(items)


def find_items(search: str) -> SearchResult:
    """Items whose texts hold every word of a search, in this or another word for the same thing.

    Words in the title come before those in the summary, and these before all others; then what can be claimed. A
    search of no words finds nothing; where nothing is found, parts of the words are. One query, then two.
    """
    words = query_words(search)
    items = _with_words(words)
    if words and not items:
        words = loose_words(search)
        items = _with_words(words)
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
    versions: dict[int, list[ItemVersion]] = {}
    for version in ItemVersion.objects.filter(item__document=document).select_related("item").order_by("number"):
        versions.setdefault(version.item_id, []).append(version)
    shown = [version_on(held, on) or held[-1] for held in versions.values()]
    return sorted((ItemCard(version.item, version) for version in shown), key=lambda card: card.item.position)


def condition_texts(rules: Item, facts: Sequence[str]) -> list[str]:
    """The words of those conditions that ask about the given facts: what a calculator took as met."""
    return [condition.text for condition in rules.conditions if condition.field in facts]
