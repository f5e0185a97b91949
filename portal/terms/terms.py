"""The terms of the trade and what they mean, out of `terms.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_FILE = Path(__file__).with_name("terms.toml")


@dataclass(frozen=True, slots=True)
class Term:
    """A term, the other forms it is written in, and its meaning in a sentence or two."""

    name: str
    means: str
    also: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """Every way in which it is written, the longest first."""
        return tuple(sorted((self.name, *self.also), key=len, reverse=True))

    @property
    def anchor(self) -> str:
        """The id of its explanation on a page."""
        return f"term-{sha256(self.name.encode()).hexdigest()[:6]}"


@cache
def all_terms() -> tuple[Term, ...]:
    """Every term, in the order of the file."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))["terms"]
    return tuple(Term(row["name"], row["means"], tuple(row.get("also", ()))) for row in rows)


def terms_in(text: str) -> tuple[Term, ...]:
    """The terms that a text uses."""
    return tuple(term for term, forms in _all_forms() if any(form in text for form in forms))


@cache
def _all_forms() -> tuple[tuple[Term, tuple[str, ...]], ...]:
    return tuple((term, term.forms) for term in all_terms())
