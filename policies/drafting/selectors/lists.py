"""Lists of drafts, and of a draft's sections as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.drafting import authored
from policies.drafting.editor.faults import Fault, faults_of
from policies.drafting.editor.words import words_of
from policies.drafting.enums import OVER, DraftState
from policies.drafting.models import PolicyDraft
from policies.engine import ITEM_KINDS
from portal.accounts.enums import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policies.engine import Problem
    from portal.accounts.models import User

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Some drafts, and the cursor of the next page, "" on the last."""

    drafts: list[PolicyDraft]
    next_cursor: str


def page_of_drafts(user: User, *, over: bool = False, after: str = "") -> DraftPage:
    """A page of the drafts a person may see, the newest first: those under way, or those that are over. One query."""
    found = PolicyDraft.objects.visible_to(user).select_related("created_by", "proposed_by", "decided_by")
    found = (found.filter(state__in=OVER) if over else found.exclude(state__in=OVER)).defer("sections").order_by("-pk")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE_SIZE + 1])
    return DraftPage(rows[:PAGE_SIZE], str(rows[PAGE_SIZE - 1].pk) if len(rows) > PAGE_SIZE else "")


def drafts_waiting_for(user: User) -> list[PolicyDraft]:
    """Proposed drafts that this person may decide, and their own that were returned to them. One query."""
    if Role.POLICY_ADMIN not in user.roles:
        return []
    theirs = PolicyDraft.objects.filter(state=DraftState.PROPOSED).exclude(authors=user)
    returned = PolicyDraft.objects.filter(state=DraftState.RETURNED, proposed_by=user)
    return list(
        (theirs | returned).distinct().select_related("proposed_by").defer("sections").order_by("proposed_at")[:10]
    )


@dataclass(frozen=True)
class SectionRow:
    """One section in a list: what it is, what it is called, and its faults in the words of its form."""

    index: int
    kind: str
    name: str
    title: str
    faults: tuple[Fault, ...]
    is_changed: bool
    is_fixed: bool


_KIND_WORDS = {authored.DOCUMENT: "文件头", authored.SETTINGS: "选定的读法", authored.RULE: "条款"}


def section_rows(
    draft: PolicyDraft, problems: Sequence[Problem], *, base: Sequence[Mapping[str, Any]]
) -> list[SectionRow]:
    """A draft's sections in their order; those that the base does not have word for word are marked."""
    known = [dict(section) for section in base]
    rows = []
    for index, section in enumerate(draft.sections):
        kind = authored.kind_of(section)
        head = section.get(kind)
        title = head.get("title", "") if isinstance(head, dict) else section.get("title", "")
        words = _KIND_WORDS.get(kind) or ITEM_KINDS.get(str(section.get("kind", "")), "事项")
        if kind == authored.ITEM and section.get("like") == "target":
            words = ITEM_KINDS["target"]
        rows.append(
            SectionRow(
                index,
                words,
                authored.name_of(section),
                str(title or "（未填写名称）") if kind != authored.SETTINGS else f"{len(section[kind] or ())} 项",
                _faults(draft, index, [problem for problem in problems if problem.section == index]),
                section not in known,
                kind in (authored.DOCUMENT, authored.SETTINGS),
            )
        )
    return rows


def _faults(draft: PolicyDraft, index: int, problems: Sequence[Problem]) -> tuple[Fault, ...]:
    section = draft.sections[index]
    if not problems:
        return ()
    return tuple(dict.fromkeys(faults_of(section, problems, words=words_of(draft.sections, section)).found))
