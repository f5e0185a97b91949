"""What stands against proposing a draft, by section and field; and the draft as the engine reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from policies.drafting import authored
from policies.engine import CatalogueError, catalogue_of, load_document
from policies.models import PolicyDocument, SupportItem
from policies.register import RECORD, RULE, read_register
from portal.accounts.models import Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import Model

    from policies.drafting.models import PolicyDraft
    from policies.engine import LoadedDocument, Problem

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True)
class SectionProblem:
    """One fault: the section's index, the keys and positions that lead to the place in it, and how to mend it.

    An empty `path` means the whole section; `section` is None where no single one is at fault.
    """

    section: int | None
    path: tuple[str | int, ...]
    message: str
    remedy: str


@dataclass(frozen=True)
class ReadDraft:
    """A draft's text as the engine reads it: the document, or the problems that keep it from being one."""

    text: str
    document: LoadedDocument | None
    problems: tuple[SectionProblem, ...]


def read_draft(draft: PolicyDraft) -> ReadDraft:
    """The draft through the engine's eyes; the same sections are read once a process."""
    written = authored.write_sections(draft.sections)
    return read_written(written, draft.document_code)


def draft_problems(draft: PolicyDraft) -> list[SectionProblem]:
    """Every fault of the draft's sections, in their order; empty where they can be proposed. At most two queries."""
    found = [*read_draft(draft).problems, *_too_long(draft.sections), *_unknown_places(draft)]
    return sorted(found, key=lambda problem: -1 if problem.section is None else problem.section)


def draft_yaml(draft: PolicyDraft) -> str:
    """The draft as one YAML text, as it would be published."""
    return authored.write_sections(draft.sections).text


def draft_document(draft: PolicyDraft) -> LoadedDocument:
    """The document that the draft makes. Raises CatalogueError with its problems."""
    read = read_draft(draft)
    # What reads without a document is read once more for the sake of its problems.
    return read.document or load_document(read.text, name=f"{draft.document_code}.yaml")


@lru_cache(maxsize=32)
def read_written(written: authored.AuthoredText, code: str) -> ReadDraft:
    """A text through the engine's eyes, as the text of the document `code`."""
    try:
        document = load_document(written.text, name=f"{code}.yaml")
    except CatalogueError as error:
        return ReadDraft(written.text, None, _placed(written, error.problems))
    problems = [] if document.document.id == code else [_other_code(document.document.id, code)]
    return ReadDraft(written.text, document, (*problems, *_unmodelled(written, document)))


def _other_code(found: str, code: str) -> SectionProblem:
    return SectionProblem(
        0, ("document", "id"), f"文件标识 {found} 与本拟订的文件 {code} 不同", f"请改回 {code}；另一文件请另行拟订"
    )


def _unmodelled(written: authored.AuthoredText, loaded: LoadedDocument) -> Iterator[SectionProblem]:
    """Rules whose `modelled_as` the public register has no words for, or that keep on record without a reason."""
    names = [authored.name_of(section) for section in authored.read_sections(written.text, name="")]
    for row in loaded.register:
        if row.kind != RULE:
            continue
        if row.modelled_as == RECORD and not row.reason:
            yield SectionProblem(
                names.index(row.id), ("reason",), "仅作记录的条款没有写明原因", "请写明系统为何无法执行"
            )
        try:
            read_register(catalogue_of([loaded.document], loaded.items, register=[row]))
        except KeyError:
            message = f"登记簿不认识“{row.modelled_as}”"
            yield SectionProblem(
                names.index(row.id), ("modelled_as",), message, "请选择由什么落实，或改为 record 并写明原因"
            )


_DOCUMENT_LENGTHS = ("number", "title", "short_title", "issuer")
_ITEM_LENGTHS = ("article", "title")


def _too_long(sections: Sequence[Mapping[str, Any]]) -> Iterator[SectionProblem]:
    """Words that have no room in the published tables."""
    for index, section in enumerate(sections):
        kind = authored.kind_of(section)
        if kind == authored.DOCUMENT and isinstance(section[kind], dict):
            yield from _lengths(index, section[kind], PolicyDocument, _DOCUMENT_LENGTHS, (kind,))
        elif kind == authored.ITEM:
            yield from _lengths(index, section, SupportItem, _ITEM_LENGTHS, ())
            if len(str(section[kind])) > _most(SupportItem, "code"):
                yield SectionProblem(index, (kind,), "事项标识太长", f"请不超过 {_most(SupportItem, 'code')} 字")


def _lengths(
    index: int, words: Mapping[str, Any], model: type[Model], names: Sequence[str], path: tuple[str, ...]
) -> Iterator[SectionProblem]:
    for name in names:
        most = _most(model, name)
        if isinstance(words.get(name), str) and len(words[name]) > most:
            yield SectionProblem(index, (*path, name), f"有 {len(words[name])} 字，太长", f"请缩短到 {most} 字以内")


def _most(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0))


def _unknown_places(draft: PolicyDraft) -> Iterator[SectionProblem]:
    """A region that the portal does not know, and items that belong to another document."""
    head = draft.sections[0].get(authored.DOCUMENT)
    code = head.get("region_code") if isinstance(head, dict) else None
    if isinstance(code, str) and code and not Region.objects.filter(code=code).exists():
        message = f"地区 {code} 尚未登记"
        yield SectionProblem(0, ("document", "region_code"), message, "请核对六位区划代码，或请系统管理员载入该地区")
    names = {
        str(section[authored.ITEM]): index for index, section in enumerate(draft.sections) if authored.ITEM in section
    }
    foreign = SupportItem.objects.filter(code__in=names).exclude(document__code=draft.document_code)
    for item in foreign.select_related("document"):
        message = f"事项 {item.code} 属于{item.document.short_title}"
        yield SectionProblem(names[item.code], ("item",), message, "请换一个标识")


def _placed(written: authored.AuthoredText, problems: Sequence[Problem]) -> tuple[SectionProblem, ...]:
    sections = authored.read_sections(written.text, name="")
    placed = [_place(sections, written, problem) for problem in problems]
    return tuple(sorted(placed, key=lambda found: -1 if found.section is None else found.section))


def _place(sections: Sequence[Mapping[str, Any]], written: authored.AuthoredText, problem: Problem) -> SectionProblem:
    index = written.section_at(problem.line)
    if index is None:
        names = [authored.name_of(section) for section in sections]
        # What the engine cannot place on a line is about an id that stands twice: the later one is at fault.
        named = [at for at, name in enumerate(names) if name == problem.path]
        index = named[-1] if named else None
    path = _keys(sections[index], problem.path) if index is not None else ()
    return SectionProblem(index, path, problem.message, problem.remedy)


def _keys(section: Mapping[str, Any], path: str) -> tuple[str | int, ...]:
    """A problem's path as keys inside its section: `wx2020-01-inv.steps[0].yuan` → ("steps", 0, "yuan")."""
    parts: list[str | int] = [name or int(number) for name, number in _PART.findall(path)]
    kind = authored.kind_of(section)
    if kind == authored.SETTINGS and parts[:1] != [authored.SETTINGS]:
        return (authored.SETTINGS, *parts)
    if kind in (authored.DOCUMENT, authored.SETTINGS):
        return tuple(parts)
    # The first part names the item or rule itself.
    return tuple(parts[1:])
