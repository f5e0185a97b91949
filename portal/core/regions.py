"""The tree of regions, read from their GB/T 2260 codes: 320000 a province, 320200 a city, 320211 a district."""

from collections.abc import Iterable

from django.db.models import Q


def tree_prefix(code: str) -> str:
    """The digits that a region shares with all below it: 32 of a province, 3202 of a city, all six of a district."""
    return code.removesuffix("00").removesuffix("00")


def same_branch(one: str, other: str) -> bool:
    """Whether two regions are the same, or one lies within the other."""
    first, second = tree_prefix(one), tree_prefix(other)
    return first.startswith(second) or second.startswith(first)


def within(code: str, codes: Iterable[str]) -> bool:
    """Whether a region is one of these, or lies in one of them."""
    return any(code.startswith(tree_prefix(each)) for each in codes)


def in_trees(field: str, codes: Iterable[str]) -> Q:
    """The condition that a code field (`region_code`, `region__code`) names one of the regions or one below them."""
    condition = Q(pk__in=[])
    for code in codes:
        condition |= Q(**{f"{field}__startswith": tree_prefix(code)})
    return condition
