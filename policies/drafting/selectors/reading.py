"""A draft as the engine reads it: its document, or the problems of its sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.models import PolicyDraft
from policies.engine import Catalogue, CatalogueError, LoadedDocument, read_document
from policies.engine.limits.absorb import Absorb
from policies.engine.problems import Problem, problem_code
from policies.published.selectors import published_catalogue

OTHER_DOCUMENT = problem_code(
    "other_document",
    "文件标识 {found} 与本拟订的文件 {code} 不同",
    "请改回 {code}；另一文件请另行拟订",
    form="文件代号 {found} 与本拟订的文件 {code} 不同，请改回 {code}；另一文件请另行拟订。",
)


@dataclass
class ReadDraft:
    """The sections of a draft as the engine reads them: the document, or the problems that keep it from being one.

    `catalogue` is for `selectors.catalogue`: what was published when the draft was put into it, and the two together.
    """

    sections: Sequence[Mapping[str, Any]]
    document: LoadedDocument | None
    problems: tuple[Problem, ...]
    catalogue: tuple[Catalogue, Catalogue] | None = None


def read_draft(draft: PolicyDraft) -> ReadDraft:
    """The draft through the engine's eyes. The draft object keeps it until its sections are replaced."""
    held: ReadDraft | None = vars(draft).get("read")
    if held is None or held.sections is not draft.sections:
        held = vars(draft)["read"] = read_sections(draft.sections, draft.document_code)
    return held


def read_sections(sections: Sequence[Mapping[str, Any]], code: str) -> ReadDraft:
    """Sections through the engine's eyes, as those of the document `code`."""
    file = f"{code}.yaml"
    try:
        document = read_document(sections, name=file, others=others_named(sections, code))
    except CatalogueError as error:
        return ReadDraft(sections, None, tuple(sorted(error.problems, key=section_order)))
    found = document.document.id
    other = Problem(OTHER_DOCUMENT.fault(found=found, code=code), file, 0, "", ("document", "id"))
    return ReadDraft(sections, document, () if found == code else (other,))


def others_named(sections: Sequence[Mapping[str, Any]], code: str) -> Mapping[str, str]:
    """The published items of documents other than `code` by id, with their titles.

    None where no limit of the sections is about other items.
    """
    limits = (limit for section in sections for limit in _rows(section.get("limits")))
    if not any(Absorb.kind in limit for limit in limits if isinstance(limit, Mapping)):
        return {}
    newest = (versions[-1] for versions in published_catalogue().items.values())
    return {item.id: item.title for item in newest if item.document_id != code}


def _rows(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def draft_yaml(draft: PolicyDraft) -> str:
    """The draft as one YAML text, as it would be published."""
    return yaml_codec.write_sections(draft.sections)


def draft_document(draft: PolicyDraft) -> LoadedDocument:
    """The document that the draft makes. Raises CatalogueError with its problems."""
    read = read_draft(draft)
    if read.document is None:
        raise CatalogueError(read.problems)
    return read.document


def section_order(problem: Problem) -> int:
    """Sorts problems by their sections, those of no single section first."""
    return -1 if problem.section is None else problem.section
