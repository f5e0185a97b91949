"""Publishing the catalogue: authored rules become rows; a changed rule becomes a new version, never another old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from policies.engine import load_catalogue, plain_content
from policies.enums import DocumentStatus
from policies.models import ItemVersion, PolicyDocument, SupportItem
from policies.wording import amount_words
from portal.accounts.models import Region
from portal.audit.services import record_audit

if TYPE_CHECKING:
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


@transaction.atomic
def publish_catalogue(act: Act, *, catalogue: Catalogue | None = None) -> Published:
    """Publish every document and item of a catalogue (the package's unless given).

    Publishing the same catalogue twice changes nothing. A changed content becomes the next version of its item; items
    that the catalogue no longer has stay readable and can no longer be claimed. Raises PublishError for a document of
    an unknown region, CatalogueError for rules that cannot be loaded.
    """
    catalogue = catalogue or load_catalogue()
    documents = {document.id: _publish_document(document) for document in catalogue.documents.values()}
    positions: dict[str, int] = {}
    new = 0
    kept: list[int] = []
    for versions in catalogue.items.values():
        newest = versions[-1]
        position = positions[newest.document_id] = positions.get(newest.document_id, 0) + 1
        item, _ = SupportItem.objects.update_or_create(
            code=newest.id,
            defaults={
                "document": documents[newest.document_id],
                "position": position,
                "article": newest.article,
                "title": newest.title,
                "summary": newest.summary,
                "headline": amount_words(newest).in_one_line[:200],
                "kind": newest.kind,
                "claimable": newest.claimable,
            },
        )
        kept.append(item.pk)
        new += sum(_publish_version(item, rules, act=act) for rules in versions)
    SupportItem.objects.filter(document__in=documents.values()).exclude(pk__in=kept).update(claimable=False)
    return Published(len(documents), len(kept), new)


def _publish_document(document: Document) -> PolicyDocument:
    region = Region.objects.filter(code=document.region_code).first()
    if region is None:
        raise PublishError(f"地区 {document.region_code} 尚未登记，无法发布{document.citation}：请先载入地区。")
    row, _ = PolicyDocument.objects.update_or_create(
        code=document.id,
        defaults={
            "number": document.number,
            "title": document.title,
            "short_title": document.short_title,
            "issuer": document.issuer,
            "region": region,
            "status": document.status,
            "issued_on": document.issued_on,
            "effective_from": document.effective_from,
            "effective_to": document.effective_to,
            "source_note": document.source_note,
        },
    )
    return row


def _publish_version(item: SupportItem, rules: Item, *, act: Act) -> bool:
    """Append a version unless the latest of the same first day says the same; whether one was appended."""
    # A draft applies to no day: what its rules name is only the day that a calculator assumes.
    draft = item.document.status == DocumentStatus.DRAFT
    valid_from, valid_to = (None, None) if draft else (rules.effective_from, rules.effective_to)
    earlier = item.versions.filter(valid_from=valid_from).order_by("-number").first()
    if earlier is not None and earlier.hash == rules.hash:
        return False
    last = item.versions.order_by("-number").first()
    version = ItemVersion.objects.create(
        item=item,
        number=last.number + 1 if last else 1,
        valid_from=valid_from,
        valid_to=valid_to,
        content=plain_content(rules),
        hash=rules.hash,
        published_at=act.at,
    )
    record_audit(
        act,
        action="policies.publish_version",
        target=version,
        region_code=item.document.region_id,
        before={"hash": earlier.hash} if earlier else {},
        after={"item": item.code, "number": version.number, "hash": version.hash},
    )
    return True
