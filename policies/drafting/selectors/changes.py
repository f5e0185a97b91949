"""What a draft changes against what is in force: word by word, which versions it makes, and which items it ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.drafting import wording
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.catalogue import draft_catalogue
from policies.drafting.selectors.reading import draft_document
from policies.engine import Catalogue, Item
from policies.engine.periods import until
from policies.published.enums import DocumentStatus
from policies.published.models import DocumentText, ItemVersion
from policies.published.register import RULE, read_register
from policies.published.selectors import published_catalogue
from policies.published.versions import counting

NEW, CHANGED, ENDED = "new", "changed", "ended"
LABELS = {NEW: "新增", CHANGED: "修改", ENDED: "不再支持"}
TONES = {NEW: "ok", CHANGED: "info", ENDED: "bad"}


@dataclass(frozen=True)
class ItemChange:
    """What becomes of one item: `rows` in two wordings, and what happens to its versions, in words."""

    code: str
    title: str
    kind: str
    rows: tuple[wording.Row, ...]
    outcome: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def tone(self) -> str:
        return TONES[self.kind]


@dataclass(frozen=True)
class Changes:
    """All that a draft changes; `unchanged` counts the items that stay as they are.

    `carried` are items that say the same as before and get a new version because the document's head changed.
    """

    document: tuple[wording.Row, ...]
    items: tuple[ItemChange, ...]
    carried: tuple[ItemChange, ...]
    clauses: tuple[wording.Row, ...]
    unchanged: int

    @property
    def count(self) -> int:
        """How many things change: items, and the head and the other clauses where they do."""
        return len(self.items) + len(self.carried) + bool(self.document) + len(self.clauses)


def draft_changes(draft: PolicyDraft) -> Changes:
    """The difference to what is published. Raises CatalogueError where the draft has problems."""
    loaded = draft_document(draft)
    published = published_catalogue()
    code = loaded.document.id
    before = {name: versions for name, versions in published.items.items() if versions[-1].document_id == code}
    after: dict[str, list[Item]] = {}
    for item in loaded.items:
        after.setdefault(item.id, []).append(item)
    spoken = _spoken_versions(list(after))
    found: list[ItemChange] = []
    for name, rules in after.items():
        found += _item_changes(before.get(name, ()), rules, spoken.get(name, []))
    # An item that an earlier publication already ended is not ended again.
    listed = {row.id for row in published.register if row.document_id == code}
    found += [_ended(versions[-1]) for name, versions in before.items() if name not in after and name in listed]
    old = published.documents.get(code)
    return Changes(
        tuple(
            wording.compare(
                {**(wording.document_words(old) if old else {}), **_source_words(draft.base)},
                {**wording.document_words(loaded.document), **_source_words(draft)},
            )
        ),
        tuple(change for change in found if change.rows or change.kind == ENDED),
        tuple(change for change in found if not change.rows and change.kind != ENDED),
        tuple(wording.compare(_clauses(published, code), _clauses(draft_catalogue(draft, published), code))),
        len(after) - len({change.code for change in found if change.kind != ENDED}),
    )


def has_changes(draft: PolicyDraft) -> bool:
    """Whether a draft without problems says anything else than what is published, or has other sources."""
    held = (draft.base.source, draft.base.marks) if draft.base else ("", {})
    if (draft.source, draft.marks) != held:
        return True
    # An item that differs is told by its hash; in which words is not asked.
    known = {item.hash for versions in published_catalogue().items.values() for item in versions}
    return any(item.hash not in known for item in draft_document(draft).items) or bool(draft_changes(draft).count)


def _item_changes(before: Sequence[Item], rules: Sequence[Item], held: Sequence[ItemVersion]) -> list[ItemChange]:
    """One change for each rule that is not in force already under the same first day."""
    same = {rule.hash for rule in before}
    found = []
    for rule in rules:
        if rule.hash in same:
            continue
        partner = next((old for old in before if old.effective_from == rule.effective_from), None)
        if partner is None and before:
            partner = before[-1]
        rows = _rows(partner, rule)
        kind = CHANGED if before else NEW
        found.append(ItemChange(rule.id, rule.title, kind, tuple(rows), _outcome(rule, held)))
    return found


def _source_words(held: PolicyDraft | DocumentText | None) -> dict[str, str]:
    """How long the source is and how many of its sentences are marked; nothing where there is none."""
    if held is None or not held.source:
        return {}
    return {"原文": f"{len(held.source):,} 字，已标注 {len(held.marks):,} 句"}


def _rows(old: Item | None, new: Item) -> list[wording.Row]:
    if old is None:
        return wording.compare({}, wording.item_words(new))
    return wording.compare(wording.item_words(old), wording.item_words(new)) or wording.compare(
        wording.value_words(old.content), wording.value_words(new.content)
    )


def _ended(old: Item) -> ItemChange:
    return ItemChange(old.id, old.title, ENDED, (), "发布后不再接受申报；已有的申报和版本不变。")


def _outcome(rule: Item, held: Sequence[ItemVersion]) -> str:
    """What publication does to the item's versions, in words."""
    number = held[-1].number + 1 if held else 1
    if rule.content["document"]["status"] == DocumentStatus.DRAFT or rule.effective_from is None:
        return f"发布为第 {number} 版，征求意见期间只供测算。"
    first = rule.effective_from
    end = f"，{until(rule.effective_to)}" if rule.effective_to else ""
    words = f"发布为新版本，适用于 {first.isoformat()} 起{end}的事实"
    earlier = [v for v in counting(held) if v.valid_from is not None and v.valid_from < first]
    return f"{words}；此前的事实仍适用第 {earlier[-1].number} 版。" if earlier else f"{words}。"


def _spoken_versions(codes: Sequence[str]) -> dict[str, list[ItemVersion]]:
    found: dict[str, list[ItemVersion]] = {}
    versions = ItemVersion.objects.filter(item__code__in=codes).select_related("item").defer("content")
    for version in versions.order_by("number"):
        found.setdefault(version.item.code, []).append(version)
    return found


def _clauses(catalogue: Catalogue, code: str) -> dict[str, str]:
    """The clauses that are no items, by article and title: what carries each out, or why nothing can."""
    return {
        f"{entry.row.article} {entry.row.title}": "；".join(filter(None, (entry.modelled_label, entry.row.reason)))
        for section in read_register(catalogue, document=code, kind=RULE)
        for entry in section.entries
    }
