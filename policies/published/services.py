"""Publishing the catalogue: authored rules become rows; a changed rule becomes a new version, never another old one."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from policies.engine import Catalogue, Document, Item, LoadedDocument, package_documents, plain_content
from policies.published.enums import DocumentStatus, TextOrigin
from policies.published.models import DocumentText, ItemVersion, PolicyDocument, SupportItem
from policies.published.searchtext import index_items
from policies.published.sources import Marks, passages_for
from policies.published.versions import counting, to_append
from policies.published.wording import amount_words
from portal.accounts.models import Region
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext


class PublishError(Exception):
    """The catalogue cannot be published; the message is Chinese, and says what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many documents and items were published, how many versions were new, and which documents were left alone."""

    documents: int
    items: int
    new_versions: int
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A document's text as published, how many items it has, and how many versions were new."""

    text: DocumentText
    items: int
    new_versions: int


_DOCUMENT_FIELDS = (
    "number",
    "title",
    "short_title",
    "issuer",
    "status",
    "issued_on",
    "effective_from",
    "effective_to",
    "source_note",
)


@transaction.atomic
def publish_catalogue(act: ActorContext, *, catalogue: Catalogue | None = None) -> Published:
    """Publish every document and item of a catalogue; of the package's, unless one is given, with its texts.

    Publishing the same catalogue twice changes nothing. A changed content becomes the next version of its item; items
    that the catalogue no longer has stay readable and can no longer be claimed. A document that was last published in
    the browser is not put back to the package's text: it is named under `kept`. Raises PublishError for a document of
    an unknown region, CatalogueError for rules that cannot be loaded.
    """
    if catalogue is None:
        return _publish_package(act)
    new = 0
    for document in catalogue.documents.values():
        own = [versions for versions in catalogue.items.values() if versions[-1].document_id == document.id]
        with _changes_recorded(document, act=act) as changes:
            _publish(document, [rules for versions in own for rules in versions], changes, act=act)
        new += len(changes)
    return Published(len(catalogue.documents), len(catalogue.items), new)


def _publish_package(act: ActorContext) -> Published:
    newest = DocumentText.objects.order_by("document_id", "number").values_list("document__code", "origin")
    drafted = {code for code, origin in dict(newest).items() if origin == TextOrigin.BROWSER}
    kept, documents, items, new = [], 0, 0, 0
    for loaded, text in package_documents():
        if loaded.document.id in drafted:
            kept.append(loaded.document.citation)
            continue
        done = publish_document(loaded, text=text, origin=TextOrigin.PACKAGE, act=act)
        documents, items, new = documents + 1, items + done.items, new + done.new_versions
    return Published(documents, items, new, tuple(kept))


@transaction.atomic
def publish_document(
    loaded: LoadedDocument,
    *,
    text: str,
    origin: TextOrigin,
    act: ActorContext,
    source: str = "",
    marks: Marks | None = None,
) -> PublishedDocument:
    """Publish one document with the text it was made of: the only way by which a text becomes rules in force.

    `source` is the document's own words, and `marks` says which sentence of it which item rests on.

    The document's row stays locked until the transaction ends. Raises PublishError for an unknown region, or an item
    that belongs to another document.
    """
    with _changes_recorded(loaded.document, act=act) as changes:
        row = _publish(loaded.document, loaded.items, changes, act=act)
        last = _append_text(row, text, origin, source, marks or {}, act=act)
        _keep_passages(row, source, marks or {})
    return PublishedDocument(last, len({rules.id for rules in loaded.items}), len(changes))


@contextmanager
def _changes_recorded(document: Document, *, act: ActorContext) -> Iterator[list[dict[str, Any]]]:
    """Put on record what a publication changes: the versions that it appends to the list, and the items' rows.

    The same rules again leave no record.
    """
    rows = SupportItem.objects.filter(document__code=document.id)
    before = {row["id"]: row for row in rows.values()}
    changes: list[dict[str, Any]] = []
    yield changes
    record_contents(SupportItem(pk=row["id"]) for row in rows.values() if before.get(row["id"]) != row)
    if changes:
        target = PolicyDocument.objects.get(code=document.id)
        record_audit(
            act,
            action="policies.publish_versions",
            target=target,
            region_code=target.region_id or "",
            after={"versions": changes},
        )


def _append_text(
    row: PolicyDocument, text: str, origin: TextOrigin, source: str, marks: Marks, *, act: ActorContext
) -> DocumentText:
    """The document's newest text, appended where it says something else than the one before."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    last = row.texts.order_by("-number").first()
    said = (digest, origin, source, dict(marks))
    if last is None or (last.sha256, last.origin, last.source, last.marks) != said:
        last = DocumentText.objects.create(
            document=row,
            number=last.number + 1 if last else 1,
            text=text,
            source=source,
            marks=dict(marks),
            sha256=digest,
            origin=origin,
            published_at=act.at,
            published_by=act.user,
        )
    return last


def _keep_passages(document: PolicyDocument, source: str, marks: Marks) -> None:
    """Put the sentences that each item rests on beside it, where its page reads them."""
    changed = []
    for item in document.items.all():
        wanted = [[one.place, one.text] for one in passages_for(source, marks, item.code)]
        if item.passages != wanted:
            item.passages = wanted
            changed.append(item)
    SupportItem.objects.bulk_update(changed, ["passages"])


def _publish(
    document: Document, rules: Sequence[Item], changes: list[dict[str, Any]], *, act: ActorContext
) -> PolicyDocument:
    row = _publish_document(document)
    newest = {version.id: version for version in rules}
    items = _publish_items(row, list(newest.values()))
    changes += _publish_versions(row, items, rules, act=act)
    return row


def _publish_document(document: Document) -> PolicyDocument:
    region = Region.objects.filter(code=document.region_code).first()
    if region is None and document.region_code:
        raise PublishError(f"地区 {document.region_code} 尚未登记，无法发布{document.citation}：请先载入地区。")
    fields = {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    wanted = {**fields, "region": region}
    rows = PolicyDocument.objects.select_for_update(of=("self",))
    row, is_new = rows.get_or_create(code=document.id, defaults=wanted)
    if not is_new and any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save()
    return row


def _publish_items(document: PolicyDocument, newest: Sequence[Item]) -> dict[str, SupportItem]:
    """The rows of a document's items by code, in the catalogue's order; those it no longer has cannot be claimed."""
    foreign = SupportItem.objects.filter(code__in=[rules.id for rules in newest]).exclude(document=document).first()
    if foreign is not None:
        raise PublishError(f"事项 {foreign.code} 属于{foreign.document}，请换一个标识。")
    rows = {
        rules.id: SupportItem(
            code=rules.id,
            document=document,
            position=position,
            article=rules.article,
            title=rules.title,
            summary=rules.summary,
            headline=amount_words(rules).in_one_line[:200],
            kind=rules.kind,
            # What no area is named for can be read and computed; nobody could claim it of anybody.
            claimable=rules.claimable and document.region_id is not None,
        )
        for position, rules in enumerate(newest, start=1)
    }
    SupportItem.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["document", "position", "article", "title", "summary", "headline", "kind", "claimable"],
    )
    document.items.exclude(code__in=rows).update(claimable=False)
    index_items(document, newest)
    return {item.code: item for item in document.items.all()}


def _publish_versions(
    document: PolicyDocument, items: Mapping[str, SupportItem], rules: Sequence[Item], *, act: ActorContext
) -> list[dict[str, Any]]:
    """Append what the versions that count do not say already (see `versions`); what each of them changes."""
    held: dict[int, list[ItemVersion]] = {}
    for version in ItemVersion.objects.filter(item__document=document).defer("content").order_by("number"):
        held.setdefault(version.item_id, []).append(version)
    wanted: dict[str, list[Item]] = {}
    for rule in rules:
        wanted.setdefault(rule.id, []).append(rule)
    new, changes = [], []
    for code, versions in wanted.items():
        item = items[code]
        earlier = held.get(item.pk, [])
        number = earlier[-1].number if earlier else 0
        before = {version.valid_from: version.hash for version in counting(earlier)}
        for rule, (first, end) in _fresh(document, versions, earlier):
            number += 1
            new.append(
                ItemVersion(
                    item=item,
                    number=number,
                    valid_from=first,
                    valid_to=end,
                    content=plain_content(rule),
                    hash=rule.hash,
                    published_at=act.at,
                )
            )
            changes.append({"item": code, "number": number, "before": before.get(first, ""), "after": rule.hash})
    record_contents(ItemVersion.objects.bulk_create(new))
    return changes


Span = tuple[date | None, date | None]


def _fresh(document: PolicyDocument, rules: Sequence[Item], held: Sequence[ItemVersion]) -> list[tuple[Item, Span]]:
    """Those of an item's rules that have to be appended to the versions held, each with its span of days."""
    last = rules[-1]
    if document.status == DocumentStatus.DRAFT or last.effective_from is None:
        # A draft applies to no day: what its rules name is only the day that a calculator assumes.
        same = bool(held) and held[-1].valid_from is None and held[-1].hash == last.hash
        return [] if same else [(last, (None, None))]
    dated = sorted(
        ((rule.effective_from, rule) for rule in rules if rule.effective_from is not None), key=lambda pair: pair[0]
    )
    counted = [(version.valid_from, version.hash) for version in counting(held) if version.valid_from is not None]
    first_new = to_append(counted, [(first, rule.hash) for first, rule in dated])
    return [(rule, (first, rule.effective_to)) for first, rule in dated[first_new:]]
