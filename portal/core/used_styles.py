"""The part of a style sheet that the portal can use: of a sheet made for everybody, most is for others.

A rule stays unless it needs a class that no template, script or module names. A name that ends in "-"
(`btn-{{ kind }}`) stands for all that begin so. Too much may stay; nothing that a page can show goes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tinycss2

_WORD = re.compile(r"[a-zA-Z][\w-]*")
_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
# What a rule excludes it does not need.
_EXCLUDED = re.compile(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)")


def words_of(paths: Iterable[Path]) -> frozenset[str]:
    """Every word of these files that could be the name of a class, or the beginning of some."""
    return frozenset(word for path in paths for word in _WORD.findall(path.read_text("utf-8")))


def used_part(sheet: str, words: frozenset[str]) -> str:
    """The sheet without comments and without the rules that need a class that is not among `words`."""
    beginnings = tuple(word for word in words if word.endswith("-"))

    def is_used(selector: str) -> bool:
        names = _CLASS.findall(_EXCLUDED.sub("", selector))
        return all(name in words or name.startswith(beginnings) for name in names)

    def kept(nodes: Sequence[Any]) -> Iterator[str]:
        for node in nodes:
            if node.type == "qualified-rule":
                selectors = [one for one in _selectors(node.prelude) if is_used(one)]
                if selectors:
                    yield f"{','.join(selectors)}{{{tinycss2.serialize(node.content)}}}"
            elif node.type == "at-rule" and node.lower_at_keyword == "media":
                inner = "".join(kept(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)))
                if inner:
                    yield f"@media{tinycss2.serialize(node.prelude)}{{{inner}}}"
            else:
                yield node.serialize()

    return "".join(kept(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)))


def _selectors(prelude: Sequence[Any]) -> Iterator[str]:
    """The selectors of a list, apart."""
    selector: list[Any] = []
    for part in prelude:
        if part == ",":
            yield tinycss2.serialize(selector)
            selector = []
        else:
            selector.append(part)
    yield tinycss2.serialize(selector)
