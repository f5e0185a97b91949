"""Two versions of one section side by side: what is stored now, and what a page wanted to store. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.drafting.editor.field_codecs import Posted
from policies.drafting.editor.page import SectionPage
from policies.drafting.editor.sections import section_pairs
from policies.engine.model import content_hash

NOTHING = "（空）"


@dataclass(frozen=True)
class Difference:
    """One control that the two versions fill differently. The stored text can be taken over where both draw it."""

    name: str
    label: str
    stored: str
    typed: str
    can_be_kept: bool


def place_of(sections: Sequence[Mapping[str, Any]], *, index: int, base: str) -> int | None:
    """Where the section now stands that a page was made from; None where it was changed or taken off since."""
    hashes = [content_hash(section) for section in sections]
    if index < len(hashes) and hashes[index] == base:
        return index
    return hashes.index(base) if hashes.count(base) == 1 else None


def merged(loaded: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    """Both changes of what a page was loaded with, and whether they clash anywhere: there stays what the page has.

    Lists are merged part by part where nobody added or took off any; otherwise one who changed a list has it whole.
    """
    if loaded in (mine, theirs) or mine == theirs:
        return (theirs if mine == loaded else mine), False
    if all(isinstance(one, Mapping) for one in (loaded, mine, theirs)):
        gone = object()
        found, clashes = {}, False
        for key in dict.fromkeys([*theirs, *mine]):
            value, clash = merged(loaded.get(key, gone), mine.get(key, gone), theirs.get(key, gone))
            clashes |= clash
            if value is not gone:
                found[key] = value
        return found, clashes
    if all(isinstance(one, list) for one in (loaded, mine, theirs)) and len(loaded) == len(mine) == len(theirs):
        parts = [merged(*three) for three in zip(loaded, mine, theirs, strict=True)]
        return [value for value, _ in parts], any(clash for _, clash in parts)
    return mine, True


def with_stored(sent: Posted, names: Sequence[str], section: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was sent, with the stored section's own texts under the names of these controls."""
    stored: dict[str, list[str]] = {}
    for name, text in section_pairs(section):
        stored.setdefault(name, []).append(text)
    kept = {f"{name}{part}" for name in names for part in ("", "-order", "-setting", "-wanted")}
    return {
        **{name: list(texts) for name, texts in sent.items() if name not in kept},
        **{n: stored[n] for n in kept & stored.keys()},
    }


def differences(stored: SectionPage, typed: SectionPage) -> list[Difference]:
    """Every control whose text differs, in the order of the page."""
    names = list(dict.fromkeys([*typed.form.fields, *stored.form.fields]))
    found = []
    for name in names:
        theirs, mine = _shown(stored, name), _shown(typed, name)
        if theirs != mine:
            page = typed if name in typed.form.fields else stored
            both = name in typed.form.fields and name in stored.form.fields
            found.append(Difference(name, page.label_of(name), theirs, mine, both))
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
