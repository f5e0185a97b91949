"""Two texts word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

NOTHING = "（无）"
# A figure or a Latin word is one word; of Chinese, a character is.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,/%:-]*|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Fragment:
    """A stretch of text; `is_changed` where it stands in only one of the two texts."""

    text: str
    is_changed: bool = False


def compared(before: str, after: str) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    """Both texts in fragments, what is in one of them only apart."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    left, right = [], []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(Fragment("".join(old[i1:i2]), tag != "equal"))
        if j2 > j1:
            right.append(Fragment("".join(new[j1:j2]), tag != "equal"))
    return tuple(left or [Fragment(NOTHING)]), tuple(right or [Fragment(NOTHING)])
