"""Two versions of one section side by side: what is stored now, and what a page wanted to store. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.engine.model import content_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.drafting.editor.page import SectionPage

NOTHING = "（空）"


@dataclass(frozen=True)
class Difference:
    """One control that the two versions fill differently."""

    label: str
    stored: str
    typed: str


def place_of(sections: Sequence[Mapping[str, Any]], *, index: int, base: str) -> int | None:
    """Where the section now stands that a page was made from; None where it was changed or taken off since."""
    hashes = [content_hash(section) for section in sections]
    if index < len(hashes) and hashes[index] == base:
        return index
    return hashes.index(base) if hashes.count(base) == 1 else None


def differences(stored: SectionPage, typed: SectionPage) -> list[Difference]:
    """Every control whose text differs, in the order of the page."""
    names = list(dict.fromkeys([*typed.form.fields, *stored.form.fields]))
    found = []
    for name in names:
        theirs, mine = _shown(stored, name), _shown(typed, name)
        if theirs != mine:
            page = typed if name in typed.form.fields else stored
            found.append(Difference(page.label_of(name), theirs, mine))
    return found


def _shown(page: SectionPage, name: str) -> str:
    """What a control shows, choices by their labels."""
    if name not in page.form.fields:
        return NOTHING
    texts = [text for key in (name, f"{name}-setting") for text in page.form.texts.get(key, ())]
    known = _choices(getattr(page.form.fields[name].widget, "choices", ()))
    return "、".join(known.get(text, text) for text in texts if text) or NOTHING


def _choices(choices: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, words in choices:
        found |= dict(words) if isinstance(words, list) else {key: words}
    return found
