"""The catalogue as it would be if a draft were published."""

from collections.abc import Sequence

from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.reading import draft_document, read_draft
from policies.engine import Catalogue, Item, LoadedDocument, catalogue_of
from policies.published.enums import DocumentStatus
from policies.published.selectors import published_catalogue


def draft_catalogue(draft: PolicyDraft, published: Catalogue | None = None) -> Catalogue:
    """Everything published, with the document's items as the draft has them; `published` spares asking for it again.

    Items that the draft leaves out are gone; where its rules begin later, the published ones hold until then. Raises
    CatalogueError where the draft has problems.
    """
    loaded = draft_document(draft)
    read, published = read_draft(draft), published or published_catalogue()
    if read.catalogue is None or read.catalogue[0] is not published:
        read.catalogue = (published, _with_document(published, loaded))
    return read.catalogue[1]


def _with_document(published: Catalogue, loaded: LoadedDocument) -> Catalogue:
    code = loaded.document.id
    rest = [item for versions in published.items.values() for item in versions if versions[-1].document_id != code]
    drafted: dict[str, list[Item]] = {}
    for item in loaded.items:
        drafted.setdefault(item.id, []).append(item)
    own = [item for name, rules in drafted.items() for item in (*_until(rules, published.items.get(name, ())), *rules)]
    return catalogue_of(
        [*(one for one in published.documents.values() if one.id != code), loaded.document],
        [*rest, *own],
        register=[*(row for row in published.register if row.document_id != code), *loaded.register],
    )


def _until(rules: Sequence[Item], published: Sequence[Item]) -> list[Item]:
    """The published versions that stay in force before the first day of a draft's rules."""
    days = [rule.effective_from for rule in rules if rule.effective_from is not None]
    if not days or rules[-1].content["document"]["status"] == DocumentStatus.DRAFT:
        return []
    return [
        item
        for item in published
        if item.effective_from is not None
        and item.effective_from < min(days)
        and item.content["document"]["status"] != DocumentStatus.DRAFT
    ]
