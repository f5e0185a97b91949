"""A draft as the engine reads it: its document, or the faults of its text led back to section and field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from policies.drafting import authored
from policies.engine import CatalogueError, load_document
from policies.engine.source import read_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    return ReadDraft(written.text, document, tuple(problems))


def _other_code(found: str, code: str) -> SectionProblem:
    return SectionProblem(
        0, ("document", "id"), f"文件标识 {found} 与本拟订的文件 {code} 不同", f"请改回 {code}；另一文件请另行拟订"
    )


def _placed(written: authored.AuthoredText, problems: Sequence[Problem]) -> tuple[SectionProblem, ...]:
    sections = authored.plain(read_source(written.text, ""))
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
