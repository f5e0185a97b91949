"""The sections of a draft as its page lists them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.editor.field_problems import FieldProblem, field_problems
from policies.drafting.editor.names import section_names
from policies.drafting.models import PolicyDraft
from policies.engine import ITEM_KINDS, Problem


@dataclass(frozen=True)
class SectionRow:
    """One section in a list: what it is, what it is called, and its problems in the words of its form."""

    index: int
    kind: str
    name: str
    title: str
    problems: tuple[FieldProblem, ...]
    is_changed: bool
    is_fixed: bool


_KIND_WORDS = {yaml_codec.DOCUMENT: "文件头", yaml_codec.SETTINGS: "选定的读法", yaml_codec.RULE: "条款"}


def section_rows(
    draft: PolicyDraft, problems: Sequence[Problem], *, base: Sequence[Mapping[str, Any]]
) -> list[SectionRow]:
    """A draft's sections in their order; those that the base does not have word for word are marked."""
    known = [dict(section) for section in base]
    rows = []
    for index, section in enumerate(draft.sections):
        kind = yaml_codec.kind_of(section)
        head = section.get(kind)
        title = head.get("title", "") if isinstance(head, dict) else section.get("title", "")
        words = _KIND_WORDS.get(kind) or ITEM_KINDS.get(str(section.get("kind", "")), "事项")
        if kind == yaml_codec.ITEM and section.get("like") == "target":
            words = ITEM_KINDS["target"]
        rows.append(
            SectionRow(
                index,
                words,
                yaml_codec.name_of(section),
                str(title or "（未填写名称）") if kind != yaml_codec.SETTINGS else f"{len(section[kind] or ())} 项",
                _section_problems(draft, index, [problem for problem in problems if problem.section == index]),
                section not in known,
                kind in (yaml_codec.DOCUMENT, yaml_codec.SETTINGS),
            )
        )
    return rows


def _section_problems(draft: PolicyDraft, index: int, problems: Sequence[Problem]) -> tuple[FieldProblem, ...]:
    section = draft.sections[index]
    if not problems:
        return ()
    return tuple(dict.fromkeys(field_problems(section, problems, words=section_names(draft.sections, section)).found))
