"""The coverage register: every clause of the five documents, and what in the portal models it.

Pure reading of a catalogue. The package's is complete whether or not anything has been published to the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from policies.engine import ITEM_KINDS, Catalogue, Document, RegisterRow, load_catalogue

RULE = "rule"
# How the catalogue says that no system can act on a clause: it is only kept on record, with the reason.
RECORD = "record"
KINDS = {**ITEM_KINDS, RULE: "规则"}

# What the first word of `modelled_as` stands for, where the clause is no item of its own.
MODELS = {
    "allocation": "资金分配",
    "document.areas": "文件的适用地区",
    "document.effect": "文件的施行期间",
    "document.issued_on": "文件的印发日期",
    "document.overlap": "文件的重复支持规则",
    "document.status": "文件的状态",
    "document.supersedes": "文件的替代与废止",
    "item.payer": "各事项的出资方",
    "programme phase": "建设方案的阶段",
    "programme responsibility": "建设方案的职责",
    "split": "市区分担比例",
    RECORD: "仅作记录",
}
_PREFIXES = {"condition": "事项的条件", "limit": "金额上限", "setting": "可选读法", "step": "计算步骤"}


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One clause: what models it in words, and the page where it can be read."""

    row: RegisterRow
    document: Document
    kind_label: str
    modelled_label: str
    url: str

    @property
    def is_record(self) -> bool:
        """Whether no system acts on the clause; the row's reason then says why."""
        return self.row.modelled_as == RECORD


@dataclass(frozen=True, slots=True)
class RegisterSection:
    """A document with those of its clauses that were asked for."""

    document: Document
    entries: tuple[RegisterEntry, ...]


def read_register(
    catalogue: Catalogue | None = None, *, document: str = "", kind: str = ""
) -> tuple[RegisterSection, ...]:
    """The register by document (of the package's catalogue unless given), in the order of the authored files.

    `document` is a document's id and `kind` one of `KINDS` or `record`; an empty one narrows nothing. Documents
    without an entry are left out.
    """
    catalogue = catalogue or load_catalogue()
    found: dict[str, list[RegisterEntry]] = {code: [] for code in catalogue.documents}
    for row in catalogue.register:
        if document in ("", row.document_id) and kind in ("", row.kind, row.modelled_as):
            found[row.document_id].append(_entry(catalogue, row))
    return tuple(
        RegisterSection(catalogue.documents[code], tuple(entries)) for code, entries in found.items() if entries
    )


def register_lines(catalogue: Catalogue | None = None) -> Iterator[dict[str, str]]:
    """The register for machines: id, document, article, kind, modelled_as, url (a path of this site) and reason."""
    for section in read_register(catalogue):
        for entry in section.entries:
            yield {
                "id": entry.row.id,
                "document": entry.row.document_id,
                "article": entry.row.article,
                "kind": entry.row.kind,
                "modelled_as": entry.row.modelled_as,
                "url": entry.url,
                "reason": entry.row.reason,
            }


def _entry(catalogue: Catalogue, row: RegisterRow) -> RegisterEntry:
    return RegisterEntry(
        row, catalogue.documents[row.document_id], KINDS[row.kind], modelled_words(catalogue, row), _url(catalogue, row)
    )


def _url(catalogue: Catalogue, row: RegisterRow) -> str:
    """The page where a clause is read: its item's, its place on the programme board, or its document's."""
    item = row.id if row.id in catalogue.items else _item_of_condition(row)
    if item:
        return reverse("policies:item", args=[item])
    if row.programme:
        return f"{reverse('targets:programme', args=[row.document_id])}#{row.id}"
    return reverse("policies:document", args=[row.document_id])


def _item_of_condition(row: RegisterRow) -> str:
    """The item whose condition carries out the clause (`condition ITEM.CODE`), "" where it is none."""
    verb, _, target = row.modelled_as.partition(" ")
    return target.partition(".")[0] if verb == "condition" else ""


def modelled_words(catalogue: Catalogue, row: RegisterRow) -> str:
    """What models the clause, in words for the page. KeyError for a word that the register does not know."""
    if row.id in catalogue.items:
        return ITEM_KINDS[row.modelled_as]
    if row.modelled_as in MODELS:
        return MODELS[row.modelled_as]
    verb, _, target = row.modelled_as.partition(" ")
    if verb == "setting":
        return f"{_PREFIXES[verb]}：{catalogue.settings[target].label}"
    if verb == "condition":
        return f"{_PREFIXES[verb]}：{catalogue.items[_item_of_condition(row)][-1].title}"
    return _PREFIXES[verb]
