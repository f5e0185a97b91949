"""Publishing the catalogue: authored rules become rows; a changed rule becomes a new version, never another old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from policies.engine import load_catalogue, plain_content
from policies.enums import DocumentStatus
from policies.models import ItemVersion, PolicyDocument, SupportItem
from policies.searchtext import index_items
from policies.wording import amount_words
from portal.accounts.models import Region
from portal.audit.services import record_audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from policies.engine import Catalogue, Document, Item
    from portal.act import Act


class PublishError(Exception):
    """The catalogue cannot be published; the message is Chinese, and says what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many documents and items there are now, and how many versions were new."""

    documents: int
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
def publish_catalogue(act: Act, *, catalogue: Catalogue | None = None) -> Published:
    """Publish every document and item of a catalogue (the package's unless given).

    Publishing the same catalogue twice changes nothing. A changed content becomes the next version of its item; items
    that the catalogue no longer has stay readable and can no longer be claimed. Raises PublishError for a document of
    an unknown region, CatalogueError for rules that cannot be loaded.
    """
    catalogue = catalogue or load_catalogue()
    new = 0
    for document in catalogue.documents.values():
        row = _publish_document(document)
        own = [versions for versions in catalogue.items.values() if versions[-1].document_id == document.id]
        items = _publish_items(row, [versions[-1] for versions in own])
        new += _publish_versions(row, items, [rules for versions in own for rules in versions], act=act)
    return Published(len(catalogue.documents), len(catalogue.items), new)


def _publish_document(document: Document) -> PolicyDocument:
    region = Region.objects.filter(code=document.region_code).first()
    if region is None and document.region_code:
        raise PublishError(f"地区 {document.region_code} 尚未登记，无法发布{document.citation}：请先载入地区。")
    fields = {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    row, _ = PolicyDocument.objects.update_or_create(code=document.id, defaults={**fields, "region": region})
    return row


def _publish_items(document: PolicyDocument, newest: Sequence[Item]) -> dict[str, SupportItem]:
    """The rows of a document's items by code, in the catalogue's order; those it no longer has cannot be claimed."""
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
    document: PolicyDocument, items: Mapping[str, SupportItem], rules: Sequence[Item], *, act: Act
) -> int:
    """Append a version for each rule that the latest of the same first day does not already say; how many."""
    numbers: dict[int, int] = {}
    latest: dict[tuple[int, date | None], str] = {}
    held = ItemVersion.objects.filter(item__document=document).order_by("number")
    for item_id, number, first_day, digest in held.values_list("item_id", "number", "valid_from", "hash"):
        numbers[item_id] = number
        latest[item_id, first_day] = digest
    # A draft applies to no day: what its rules name is only the day that a calculator assumes.
    draft = document.status == DocumentStatus.DRAFT
    new, changes = [], []
    for rule in rules:
        item = items[rule.id]
        first, end = (None, None) if draft else (rule.effective_from, rule.effective_to)
        before = latest.get((item.pk, first), "")
        if before == rule.hash:
            continue
        numbers[item.pk] = numbers.get(item.pk, 0) + 1
        new.append(
            ItemVersion(
                item=item,
                number=numbers[item.pk],
                valid_from=first,
                valid_to=end,
                content=plain_content(rule),
                hash=rule.hash,
                published_at=act.at,
            )
        )
        changes.append({"item": rule.id, "number": numbers[item.pk], "before": before, "after": rule.hash})
    ItemVersion.objects.bulk_create(new)
    if changes:
        record_audit(
            act,
            action="policies.publish_versions",
            target=document,
            region_code=document.region_id or "",
            after={"versions": changes},
        )
    return len(new)
