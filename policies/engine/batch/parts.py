"""Which claims of a population can be worked without the others: those that share no bucket with them."""

from collections.abc import Iterable, Sequence

import numpy as np

from policies.engine.columns.arranged import Block
from policies.engine.columns.population import IntArray, Population
from policies.engine.scopes import Scope


def are_apart(population: Population, blocks: Sequence[Block], scopes: Iterable[Scope]) -> bool:
    """Whether no two blocks of a table share a bucket of these scopes."""
    return all(_divides(population, blocks, scope) for scope in scopes)


def _divides(population: Population, blocks: Sequence[Block], scope: Scope) -> bool:
    if "applicant" in scope.per:
        return True
    if scope.by_group:
        return population.companies is None
    if not scope.by_subject:
        return False
    subject = population.tables[blocks[0].table].subject if blocks else None
    return subject is None or _ascend(subject[block.lines] for block in blocks)


def _ascend(parts: Iterable[IntArray]) -> bool:
    """Whether the subjects that each part names are all larger than those of the parts before."""
    most = -1
    for part in parts:
        named = part.astype(np.int64)
        # Seen without a sign, the -1 of lines that name none is larger than any subject.
        if int(named.view(np.uint64).min()) <= most:
            return False
        most = max(most, int(named.max()))
    return True


def connected(named: list[set[str]]) -> list[list[int]]:
    """Numbers of the sets that have a name in common, directly or through others; ascending."""
    groups: list[tuple[set[str], list[int]]] = []
    for number, names in enumerate(named):
        touched = [group for group in groups if not names.isdisjoint(group[0])]
        groups = [group for group in groups if names.isdisjoint(group[0])]
        members = sorted(one for _, own in touched for one in own)
        groups.append((names.union(*(own for own, _ in touched)), [*members, number]))
    return [members for _, members in groups]
