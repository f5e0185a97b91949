"""A section as the engine reads it before it is published: its faults, its item, and what that says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.drafting.editor.field_problems import FieldProblems, field_problems
from policies.drafting.editor.names import SectionNames, section_names
from policies.drafting.editor.sections import kind_of
from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.problems import draft_problems
from policies.drafting.selectors.reading import others_named, read_sections
from policies.engine import Item, amount_text, conditions_text
from policies.published.wording import AmountWords, amount_words
from portal.core import clock

# Stands in for a head that has faults of its own, so that an item can be judged before its document is described:
# it holds from today on, which no page takes for a day that somebody wrote.
_STAND_IN: dict[str, Any] = {
    "number": "",
    "title": "（文件信息待填写）",
    "short_title": "（文件信息待填写）",
    "issuer": "（待填写）",
    "region_code": "",
    "areas": [],
    "issued_on": None,
    "status": "draft",
    "payer": "unstated",
    "route": "city",
    "source_note": "（待填写）",
}


@dataclass(frozen=True)
class Preview:
    """What a section comes to. `item` is None where its faults keep it from being one, or where it is no item.

    With `head_is_faulty` the section was judged without its document's head.
    """

    problems: FieldProblems
    words: SectionNames
    item: Item | None
    head_is_faulty: bool = False

    @property
    def amount(self) -> AmountWords | None:
        """How much, as the heading of its public page."""
        return amount_words(self.item) if self.item else None

    @property
    def amount_text(self) -> str:
        """How much, in one paragraph."""
        return amount_text(self.item) if self.item else ""

    @property
    def conditions(self) -> Sequence[str]:
        """Who may claim and when, a sentence each."""
        return conditions_text(self.item) if self.item else ()


def read_preview(draft: PolicyDraft, index: int, section: Mapping[str, Any], *, whole: bool) -> Preview:
    """Read a section in the place `index` of a draft.

    With `whole` the section is the stored one, and its faults are those of the whole draft; otherwise it is judged
    with the document's head, its readings and the items it refers to.
    """
    sections = [*draft.sections[:index], section, *draft.sections[index + 1 :]]
    words = section_names(sections, section, others=others_named([section], draft.document_code))
    wanted = _with_references(sections, index)
    place = wanted.index(index)
    alone = read_sections([sections[at] for at in wanted], draft.document_code)
    head_is_faulty = index > 0 and any(problem.section == 0 for problem in alone.problems)
    if head_is_faulty:
        effect = [{"from": clock.today().isoformat()}]
        head = {"document": {"id": draft.document_code, **_STAND_IN, "effect": effect}}
        alone = read_sections([head, *(sections[at] for at in wanted[1:])], draft.document_code)
    mine = [problem for problem in draft_problems(draft) if problem.section == index] if whole else []
    if head_is_faulty or not whole:
        mine += [problem for problem in alone.problems if problem.section == place]
    item = None
    if alone.document is not None and kind_of(section) == "item":
        found = [item for item in alone.document.items if item.id == section.get("item")]
        item = found[sum(sections[at].get("item") == section.get("item") for at in wanted[:place])]
    return Preview(field_problems(section, mine, words=words), words, item, head_is_faulty)


def _with_references(sections: Sequence[Mapping[str, Any]], index: int) -> list[int]:
    """The places of the head, the document's readings, the section, and the items whose tiers it takes in."""
    places = {0, index} | {at for at, section in enumerate(sections) if "settings" in section and "item" not in section}
    waiting = [index]
    while waiting:
        limits = sections[waiting.pop()].get("limits")
        lower = (
            {limit.get("absorbs") for limit in limits if isinstance(limit, dict)} if isinstance(limits, list) else set()
        )
        found = {at for at, section in enumerate(sections) if section.get("item") in lower - {None}} - places
        places |= found
        waiting += found
    return sorted(places)
