"""Loading: texts to documents, items and the register; nothing is used unless everything is sound."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from policies.engine import grammar
from policies.engine.catalogue import Catalogue
from policies.engine.checks import Checker
from policies.engine.lint import lint_item
from policies.engine.model import Condition, Document, Evidence, Fact, Item, RegisterRow, Setting
from policies.engine.program import effect_of
from policies.engine.programme import Programme, check_phases, read_programme
from policies.engine.schema import normal_document, normal_item
from policies.engine.source import read_source
from policies.engine.vocabulary import Vocabulary, package_vocabulary, with_settings

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
    once = next((limit["once"] for limit in content["limits"] if "once" in limit), None)
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
        once_group=once,
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


def _rule(checker: Checker, raw: Any, document: dict[str, Any]) -> RegisterRow | None:
    found = checker.fields(raw, str(raw.get("rule")), required=grammar.RULE_REQUIRED, optional=grammar.RULE_OPTIONAL)
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
        read_programme(checker, raw, modelled_as=found["modelled_as"]),
    )


def load_document(text: str, *, name: str, vocabulary: Vocabulary | None = None) -> LoadedDocument:
    """Read one document file: a YAML stream of `document`, its own `settings` if any, items and rules.

    Raises CatalogueError with all problems of the file.
    """
    vocabulary = vocabulary or package_vocabulary()
    checker = Checker(name)
    sources = read_source(text, name)
    header = sources[0] if sources else None
    if not isinstance(header, Mapping) or list(header) != ["document"]:
        checker.add(getattr(header, "line", 1), "document", "文件的第一段应是 document", "请先写明文件本身")
    document = (
        normal_document(checker, header["document"]) if isinstance(header, Mapping) and "document" in header else None
    )
    if document is None:
        checker.raise_problems()
        raise AssertionError("a document without problems has a normal form")
    items: list[Item] = []
    rules: list[RegisterRow] = []
    phases: list[tuple[str, int, Programme]] = []
    lines: dict[int, int] = {}
    rest = sources[1:]
    if rest and isinstance(rest[0], Mapping) and list(rest[0]) == ["settings"]:
        vocabulary = with_settings(checker, rest.pop(0), vocabulary)
    for raw in rest:
        if isinstance(raw, Mapping) and "rule" in raw:
            rule = _rule(checker, raw, document)
            rules += [rule] if rule else []
            if rule and rule.programme and rule.programme.is_phase:
                phases.append((rule.id, getattr(raw, "line", 0), rule.programme))
            continue
        before = len(checker.problems)
        content = normal_item(checker, raw, document, vocabulary)
        if content is None:
            continue
        line = getattr(raw, "line", 0)
        if len(checker.problems) == before:
            lint_item(checker, content, line)
        if len(checker.problems) == before:
            item = compile_item(content)
            lines[id(item)] = line
            items.append(item)
    _check_versions(checker, items, lines)
    _check_ids(checker, items, rules, lines)
    check_phases(checker, phases)
    checker.raise_problems()
    rows = [
        RegisterRow(item.id, document["id"], item.article, item.title, item.kind, item.kind, "")
        for item in {item.id: item for item in items}.values()
    ]
    return LoadedDocument(_document(document), tuple(items), (*rows, *rules))


def _check_versions(checker: Checker, items: Iterable[Item], lines: Mapping[int, int]) -> None:
    """Versions of one item follow each other without sharing a day."""
    by_id: dict[str, list[Item]] = {}
    for item in items:
        by_id.setdefault(item.id, []).append(item)
    for versions in by_id.values():
        versions.sort(key=lambda item: item.effective_from or date.max)
        for earlier, later in pairwise(versions):
            if (
                earlier.effective_to is None
                or later.effective_from is None
                or later.effective_from < earlier.effective_to
            ):
                checker.add(
                    lines[id(later)],
                    f"{later.id}.effect",
                    "与同一事项的另一版本在时间上重叠",
                    "请给前一版本写明截止日期",
                )


def _check_ids(checker: Checker, items: Iterable[Item], rules: Iterable[RegisterRow], lines: Mapping[int, int]) -> None:
    names = {item.id for item in items}
    seen: set[str] = set()
    for rule in rules:
        if rule.id in names or rule.id in seen:
            checker.add(0, rule.id, "同一条款既是事项又是规则，或写了两次", "请只保留一处")
        seen.add(rule.id)
    for item in items:
        for number, limit in enumerate(item.limits):
            if "absorbs" in limit and limit["absorbs"] not in names:
                where = f"{item.id}.limits[{number}].absorbs"
                checker.add(lines[id(item)], where, f"没有事项 {limit['absorbs']}", "请写本文件中较低档次事项的 id")


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
