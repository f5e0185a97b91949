"""Loading: texts to documents, items and the register; nothing is used unless everything is sound."""

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from policies.engine import grammar
from policies.engine.catalogue import Catalogue
from policies.engine.checks import Checker
from policies.engine.limits.registry import read_limits
from policies.engine.lint import lint_item
from policies.engine.model import Condition, Document, Evidence, Fact, Item, RegisterRow, Setting
from policies.engine.problems import Place, problem_code
from policies.engine.program import effect_of
from policies.engine.programme import check_phases, read_programme
from policies.engine.schema import normal_document, normal_item
from policies.engine.source import read_source
from policies.engine.vocabulary import Vocabulary, package_vocabulary, with_settings

NO_HEAD = problem_code(
    "no_head", "文件的第一段应是 document", "请先写明文件本身", form="请先填写文件信息，再填写各事项。"
)
VERSIONS_OVERLAP = problem_code(
    "versions_overlap",
    "与同一事项的另一版本在时间上重叠",
    "请给前一版本写明截止日期",
    form="与同一事项的另一版本在时间上重叠，请给前一版本填写截止日期。",
)
ID_TWICE = problem_code(
    "id_twice",
    "同一条款既是事项又是规则，或写了两次",
    "请只保留一处",
    form="这个编号已经用过：同一条款既是事项又是登记的条款，或写了两次，请只保留一处。",
)
NO_SUCH_ITEM = problem_code(
    "no_lower_tier",
    "没有事项 {item}",
    "请写本文件中较低档次事项的 id",
    form="本文件没有事项“{item:item}”，请选择较低档次的事项。",
)
CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"


@dataclass(frozen=True)
class LoadedDocument:
    """One document file: the document, its items, and what models the rest of its clauses."""

    document: Document
    items: tuple[Item, ...]
    register: tuple[RegisterRow, ...]


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _fact(raw: Mapping[str, Any]) -> Fact:
    return Fact(
        name=raw["name"],
        label=raw["label"],
        type=raw["type"],
        unit=raw["unit"],
        help=raw["help"],
        required=raw.get("required", False),
        needed=raw.get("needed", False),
        choices=tuple((value, label) for value, label in raw["choices"]),
        columns=tuple(_fact(column) for column in raw["columns"]),
        check=raw["check"],
        scope=raw["scope"],
    )


def compile_item(content: Mapping[str, Any]) -> Item:
    """The item of its normal form (`item.content`), from the package's catalogue or from a database.

    The content is self-contained; KeyError or ValueError for one that `load_document` did not make.
    """
    settings = tuple(Setting(**setting) for setting in content["settings"])
    defaults = {setting.name: setting.default for setting in settings}
    start, end = effect_of(content, defaults)
    groups = (limit.group_of_one for limit in read_limits(content["limits"]))
    return Item(
        id=content["id"],
        document_id=content["document"]["id"],
        article=content["article"],
        title=content["title"],
        summary=content["summary"],
        kind=content["kind"],
        beneficiaries=tuple(content["beneficiaries"]),
        route=content["route"],
        payer=content["payer"],
        subject=content["subject"],
        subject_rule=content["subject_rule"],
        once_group=next(filter(None, groups), None),
        as_of=content["as_of"],
        facts=tuple(_fact(fact) for fact in content["facts"]),
        evidence=tuple(Evidence(**evidence) for evidence in content["evidence"]),
        conditions=tuple(
            Condition(c["code"], c["text"], c["field"], c["test"] or {}, c["needed"], c["priority"])
            for c in content["conditions"]
        ),
        steps=tuple(content["steps"]),
        limits=tuple(content["limits"]),
        split=content["split"],
        settings=settings,
        notes=tuple(content["notes"]),
        claimable=content["claimable"],
        effective_from=start,
        effective_to=end,
        content=content,
    )


def _document(content: dict[str, Any]) -> Document:
    periods = content["effect"]
    default = next((period for period in periods if not period.get("if")), periods[-1])
    chosen = next((period for period in periods if all(period.get("if", {}).values())), default)
    in_force = content["status"] != "draft"
    return Document(
        id=content["id"],
        number=content["number"],
        title=content["title"],
        short_title=content["short_title"],
        issuer=content["issuer"],
        region_code=content["region_code"],
        areas=tuple(content["areas"]),
        issued_on=_day(content["issued_on"]),
        effective_from=_day(chosen.get("from")) if in_force else None,
        effective_to=_day(chosen.get("to")) if in_force else None,
        status=content["status"],
        source_note=content["source_note"],
        content=content,
    )


def _rule(checker: Checker, raw: Any, at: Place, document: dict[str, Any]) -> RegisterRow | None:
    found = checker.fields(raw, at, required=grammar.RULE_REQUIRED, optional=grammar.RULE_OPTIONAL)
    if found is None or not grammar.RULE_REQUIRED.keys() <= found.keys():
        return None
    return RegisterRow(
        found["rule"],
        document["id"],
        found["article"],
        found["title"],
        "rule",
        found["modelled_as"],
        found.get("reason", ""),
        read_programme(checker, raw, at, modelled_as=found["modelled_as"]),
    )


def load_document(text: str, *, name: str, vocabulary: Vocabulary | None = None) -> LoadedDocument:
    """Read one document file: a YAML stream of `document`, its own `settings` if any, items and rules.

    Raises CatalogueError with all problems of the file.
    """
    return read_document(read_source(text, name), name=name, vocabulary=vocabulary)


def read_document(
    sections: Sequence[Any], *, name: str, vocabulary: Vocabulary | None = None, others: Collection[str] | None = None
) -> LoadedDocument:
    """The document of sections that are read already, for instance those of a draft.

    `others`: the items of other documents that rules may name; None where they are not known, and any may be meant.
    Raises CatalogueError with all problems; their places number the sections.
    """
    vocabulary = vocabulary or package_vocabulary()
    checker = Checker(name, sections)
    header = sections[0] if sections else None
    if not isinstance(header, Mapping) or list(header) != ["document"]:
        checker.add((0,), NO_HEAD.fault())
    document = (
        normal_document(checker, header["document"]) if isinstance(header, Mapping) and "document" in header else None
    )
    if document is None:
        checker.raise_problems()
        raise AssertionError("a document without problems has a normal form")
    items: list[tuple[Place, Item]] = []
    rules: list[tuple[Place, RegisterRow]] = []
    for number, raw in enumerate(sections[1:], start=1):
        at: Place = (number,)
        if number == 1 and isinstance(raw, Mapping) and list(raw) == ["settings"]:
            vocabulary = with_settings(checker, at, vocabulary)
        elif isinstance(raw, Mapping) and "rule" in raw:
            rule = _rule(checker, raw, at, document)
            rules += [(at, rule)] if rule else []
        else:
            item = _item(checker, raw, at, document, vocabulary)
            items += [(at, item)] if item else []
    _check_versions(checker, items)
    _check_ids(checker, items, [(at, rule.id) for at, rule in rules])
    _check_named_items(checker, items, document["id"], others)
    phases = ((rule.id, at, rule.programme) for at, rule in rules if rule.programme and rule.programme.is_phase)
    check_phases(checker, phases)
    checker.raise_problems()
    rows = [
        RegisterRow(item.id, document["id"], item.article, item.title, item.kind, item.kind, "")
        for item in {item.id: item for _, item in items}.values()
    ]
    return LoadedDocument(_document(document), tuple(item for _, item in items), (*rows, *(rule for _, rule in rules)))


def _item(checker: Checker, raw: Any, at: Place, document: dict[str, Any], vocabulary: Vocabulary) -> Item | None:
    """One item, or None with its problems noted."""
    before = len(checker.problems)
    content = normal_item(checker, raw, at, document, vocabulary)
    if content is not None and len(checker.problems) == before:
        lint_item(checker, content, at)
    return compile_item(content) if content is not None and len(checker.problems) == before else None


def _check_versions(checker: Checker, items: Iterable[tuple[Place, Item]]) -> None:
    """Versions of one item follow each other without sharing a day."""
    by_id: dict[str, list[tuple[Place, Item]]] = {}
    for at, item in items:
        by_id.setdefault(item.id, []).append((at, item))
    for versions in by_id.values():
        versions.sort(key=lambda placed: placed[1].effective_from or date.max)
        for (_, earlier), (at, later) in pairwise(versions):
            start, end = later.effective_from, earlier.effective_to
            if end is None or start is None or start < end:
                checker.add((*at, "effect"), VERSIONS_OVERLAP.fault())


def _check_ids(checker: Checker, items: Iterable[tuple[Place, Item]], rules: Iterable[tuple[Place, str]]) -> None:
    names = {item.id for _, item in items}
    seen: set[str] = set()
    for at, rule in rules:
        if rule in names or rule in seen:
            checker.add((*at, "rule"), ID_TWICE.fault())
        seen.add(rule)


def _check_named_items(
    checker: Checker, items: Sequence[tuple[Place, Item]], document_id: str, others: Collection[str] | None
) -> None:
    """An item that a limit names is one of the document, or of another that is published."""
    names = {item.id for _, item in items}
    for at, item in items:
        for number, limit in enumerate(read_limits(item.limits)):
            for place, other in limit.other_items():
                is_own = other.startswith(f"{document_id}-")
                if other not in names and (is_own or (others is not None and other not in others)):
                    checker.add((*at, "limits", number, *place), NO_SUCH_ITEM.fault(item=other))


def catalogue_of(
    documents: Iterable[Document],
    items: Iterable[Item],
    *,
    register: Iterable[RegisterRow] = (),
    vocabulary: Vocabulary | None = None,
) -> Catalogue:
    """A catalogue of given documents and item versions, for instance those that a database holds.

    Settings and facts of a document's or item's own are known by the items; a shared setting keeps its shared meaning.
    """
    vocabulary = vocabulary or package_vocabulary()
    items = tuple(items)
    return Catalogue(
        documents,
        items,
        settings={**{own.name: own for item in items for own in item.settings}, **vocabulary.settings},
        fact_names=frozenset(vocabulary.facts).union(fact.name for item in items for fact in item.facts),
        register=register,
    )


def load_catalogue(paths: Iterable[Path] | None = None) -> Catalogue:
    """The catalogue of the given files, or of the package (read once a process). Raises CatalogueError."""
    if paths is None:
        return _package_catalogue()
    return _catalogue_of([load_document(path.read_text("utf-8"), name=path.name) for path in paths])


@lru_cache(maxsize=1)
def package_documents() -> tuple[tuple[LoadedDocument, str], ...]:
    """The package's documents, each with its authored text, in the order of their names; read once a process."""
    texts = [(path.name, path.read_text("utf-8")) for path in sorted(CATALOGUE.glob("*.yaml"))]
    return tuple((load_document(text, name=name), text) for name, text in texts)


@lru_cache(maxsize=1)
def _package_catalogue() -> Catalogue:
    return _catalogue_of([loaded for loaded, _ in package_documents()])


def _catalogue_of(loaded: Sequence[LoadedDocument]) -> Catalogue:
    return catalogue_of(
        (one.document for one in loaded),
        [item for one in loaded for item in one.items],
        register=[row for one in loaded for row in one.register],
    )


def plain_content(item: Item) -> dict[str, Any]:
    """A copy of the normal form that a caller may keep or change."""
    return copy.deepcopy(dict(item.content))
