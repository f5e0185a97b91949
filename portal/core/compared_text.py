"""Two texts word by word. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

NOTHING = "（无）"
# So many pairs of equal words are looked at, in about a second; texts with more are not taken apart between what both
# begin and end with.
_MOST_PAIRS = 2_000_000
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
    for tag, i1, i2, j1, j2 in _steps(old, new):
        if i2 > i1:
            left.append(Fragment("".join(old[i1:i2]), tag != "equal"))
        if j2 > j1:
            right.append(Fragment("".join(new[j1:j2]), tag != "equal"))
    return tuple(left or [Fragment(NOTHING)]), tuple(right or [Fragment(NOTHING)])


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """How one becomes the other, as `SequenceMatcher.get_opcodes` says it."""
    counts = Counter(new)
    if sum(counts[word] * count for word, count in Counter(old).items()) <= _MOST_PAIRS:
        yield from SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    most -= head
    tail = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    yield "equal", 0, head, 0, head
    yield "replace", head, len(old) - tail, head, len(new) - tail
    yield "equal", len(old) - tail, len(old), len(new) - tail, len(new)
