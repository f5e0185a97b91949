"""The draw of a panel's members: by rule, by chance, and so that anybody can repeat it. Pure.

Chance is a seed that is kept: the candidates stand in the order of the SHA-256 of `seed:key`, and are taken from the
first on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert of the pool at the time of the draw; `barred` says in words why they are not drawn."""

    key: str
    name: str
    employer: str
    fields: tuple[str, ...]
    barred: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As `read` takes it."""
        return {
            "key": self.key,
            "name": self.name,
            "employer": self.employer,
            "fields": list(self.fields),
            "barred": self.barred,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Candidate:
        return cls(kept["key"], kept["name"], kept["employer"], tuple(kept["fields"]), kept["barred"])


def in_order(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """The candidates who may be drawn, in the order of chance that the seed gives."""
    return sorted(
        (each for each in candidates if not each.barred),
        key=lambda each: (hashlib.sha256(f"{seed}:{each.key}".encode()).hexdigest(), each.key),
    )


def draw(
    candidates: Sequence[Candidate],
    *,
    seed: str,
    size: int,
    needs: Mapping[str, int],
    seated: Collection[Candidate] = (),
) -> list[Candidate] | None:
    """The members that are drawn beside those `seated`, in their order; None where the rule cannot be met.

    First whoever fills a field of which members are still needed, then whoever comes next; of one employer only one.
    """
    taken: list[Candidate] = []
    order = [each for each in in_order(candidates, seed) if each not in seated]

    def missing(field: str, number: int) -> int:
        return number - sum(field in each.fields for each in (*seated, *taken))

    def take(candidate: Candidate) -> None:
        if all(candidate.employer != each.employer for each in (*seated, *taken)):
            taken.append(candidate)

    for field, number in sorted(needs.items()):
        for candidate in order:
            if field in candidate.fields and missing(field, number) > 0:
                take(candidate)
    for candidate in order:
        if len(seated) + len(taken) < size:
            take(candidate)
    met = all(missing(field, number) <= 0 for field, number in needs.items())
    return taken if met and len(seated) + len(taken) == size else None
