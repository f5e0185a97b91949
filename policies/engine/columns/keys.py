"""Which bucket each claim of a population stands in, by the scope of a limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.columns.arithmetic import pick, ranges
from policies.engine.columns.buckets import Buckets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.engine.batch.run import Run
    from policies.engine.columns.arranged import Arranged
    from policies.engine.columns.population import IntArray
    from policies.engine.scopes import Scope


@dataclass(frozen=True, slots=True)
class Entries:
    """What stands in buckets: of each run the lines (None: each claim), how many they are, and the buckets of all."""

    lines: list[IntArray | None]
    counts: list[int]
    buckets: Buckets
    _begins: dict[int, IntArray] = field(default_factory=dict)

    def of_claims(self, place: int, run: Run, claims: IntArray) -> IntArray:
        """The entries of claims of a run, counted from its first."""
        lines = self.lines[place]
        if lines is None:
            return claims
        if place not in self._begins:
            # Where the entries of each line begin, and the last ends: they stand line by line.
            self._begins[place] = np.zeros(len(run.lines) + 1, dtype=np.int64)
            np.cumsum(np.bincount(lines, minlength=len(run.lines)), out=self._begins[place][1:])
        own, begins = run.shape.lines_of(claims), self._begins[place]
        first = pick(begins, own)
        lengths = pick(begins, own + 1) - first
        return ranges(first[lengths > 0], lengths[lengths > 0])


def entries_of_lines(parts: Iterable[tuple[Run, IntArray, IntArray]], keys: Keys) -> Entries:
    """Lines of runs, which stand in the buckets of these subjects."""
    runs, lines, subjects = zip(*parts, strict=True)
    claims = [pick(run.claims, pick(run.shape.at, own)) for run, own in zip(runs, lines, strict=True)]
    filed = [pick(keys.filed, own) for own in claims]
    return Entries([*lines], [*map(len, lines)], Buckets([*subjects], claims, filed))


class Keys:
    """The keys of the buckets of a population."""

    def __init__(self, laid_out: Arranged) -> None:
        self.population = population = laid_out.population
        self.filed = laid_out.filed
        named = [region[:4] if region.isdigit() else "" for region in population.regions]
        self.cities = ["", *sorted(set(named) - {""})]
        self._entries: dict[Any, Entries] = {}
        self.city_of_region = np.array([*(self.cities.index(city) for city in named), 0], dtype=np.int64)

    @cached_property
    def years(self) -> IntArray:
        """The year of each claim's yearly caps."""
        return self.population.years()

    @cached_property
    def _span(self) -> tuple[int, int]:
        """The first year, and how many there are."""
        first = int(self.years.min(initial=9_999))
        return first, int(self.years.max(initial=0)) - first + 1

    @cached_property
    def applicant(self) -> IntArray:
        """A small number for each claim's applicant."""
        number = self.population.applicant.astype(np.int64)
        least, most = int(number.min(initial=0)), int(number.max(initial=0))
        return number - least if most - least < 2**32 else np.unique(number, return_inverse=True)[1]

    @cached_property
    def companies(self) -> IntArray:
        """A small number for the group of companies that each claim's applicant belongs to, or for the applicant."""
        grouped = self.population.companies
        if grouped is None:
            return self.applicant
        most = int(self.applicant.max(initial=0)) + 1
        return np.where(grouped >= 0, most + grouped.astype(np.int64), self.applicant)

    def entries(self, runs: list[Run], scope: Scope) -> Entries:
        """What stands in the buckets of a scope, which ledgers of the same runs share: named lines, or whole claims."""
        name = (scope.per, tuple(map(id, runs)))
        if name not in self._entries:
            if scope.by_subject:
                self._entries[name] = entries_of_lines([(run, *self._of_lines(run, scope)) for run in runs], self)
            else:
                claims = [run.claims for run in runs]
                keys = [self.of(run, scope) for run in runs]
                filed = [self.filed[run.span] for run in runs]
                buckets = Buckets(keys, claims, filed, repeated=False)
                self._entries[name] = Entries([None] * len(runs), [*map(len, claims)], buckets)
        return self._entries[name]

    def _of_lines(self, run: Run, scope: Scope) -> tuple[IntArray, IntArray]:
        """The lines of a run that name their subject, and a number for the bucket of each in a scope of subjects."""
        lines, subjects = run.own_subjects()
        if not scope.by_year:
            return lines, subjects
        first, years = self._span
        return lines, subjects * years + (self.years[run.span][pick(run.shape.at, lines)] - first)

    def subjects(self, keys: IntArray, scope: Scope) -> IntArray:
        """The subjects whose buckets in a scope have these numbers."""
        return keys // self._span[1] if scope.by_year else keys

    def forget(self) -> None:
        """Let go of what stands in the buckets of runs that are done."""
        self._entries.clear()

    def city(self, run: Run) -> IntArray:
        """The city whose programme pays: the document's own, or where it names none, the applicant's."""
        if run.item.content["document"]["region_code"]:
            return np.zeros(len(run), dtype=np.int64)
        return self.city_of_region[self.population.region[run.span]]

    def of(self, run: Run, scope: Scope) -> IntArray:
        """A number for each claim's bucket in a scope other than the subject's."""
        found = np.zeros(len(run), dtype=np.int64)
        if "applicant" in scope.per:
            found = self.applicant[run.span]
        if scope.by_group:
            found = self.companies[run.span]
        if "programme" in scope.per:
            found = found + self.city(run)
        if "district" in scope.per:
            found = found + 1 + self.population.region[run.span]
        if not scope.by_year:
            return found
        first, years = self._span
        return found * years + (self.years[run.span] - first)
