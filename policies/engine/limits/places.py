"""Places of a year, for a city or each of its districts, as `count` limits them; and what numbers of any sort share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.arithmetic import pick
from policies.engine.columns.buckets import joined
from policies.engine.columns.ledger import Ledger, QuotaUse
from policies.engine.columns.places import Places
from policies.engine.limits.base import Ceiling, CompiledLimit, LimitColumns, shared_by
from policies.engine.regions import district_name
from policies.engine.scopes import DISTRICT_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.engine.batch.answers import Answers, Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import BoolArray, IntArray, Population
    from policies.engine.line import Line
    from policies.engine.part import Part
    from policies.engine.trace import Note


# What limits of a year's places are alike in: of several only the first acts.
PLACES = "places"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLimit(CompiledLimit):
    """A compiled number. `by_lines`: each paid line counts; otherwise the claim (or its applicant) does."""

    count: int
    by_lines: bool
    note: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The number of times or places."""
        del uses
        return Ceiling(times=self.count)

    def times_taken(self, lines: int) -> int:
        """Each paid line where lines count, else the claim."""
        return lines if self.by_lines else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesLimit(CountedLimit):
    """Compiled places of a `group`, as many as `rule` says for the claim's district; `count` is the most anywhere.

    A rule has `most` places anywhere (None: as many as its share gives), and is another one `of_district`.
    """

    rule: Any
    group: str

    def rule_of(self, line: Line) -> Any:
        """The rule for the district of a line's claim."""
        return self.rule.of_district(line.facts.get("applicant_region"))

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The places of the claim's district, or else the most that there are anywhere."""
        return Ceiling(times=min((use.cap for use in uses if use.code == self.code), default=self.count))

    def use(self, part: Part) -> BucketUse | None:
        """The places taken of those of the claim's district where these differ."""
        own = self.rule_of(part.lines[0])
        if own is self.rule or own.most is None or not part.sum:
            return None
        used = self.times_taken(sum(1 for line in part.lines if line.amount))
        return BucketUse(self.code, self.group, self.scope.per, None, part.year, used, own.most, "count")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimit(PlacesLimit):
    """Compiled places in the order of filing. `by_lines`: each line takes a place; else the applicant does."""

    turn = 21

    kept: Note

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        # The next rank of the group.
        rank, places = state.get(self.group, part.asked.rank or 1), self.rule_of(line).most
        if not self.by_lines:
            if rank > places:
                line.reasons.append((self.note, (rank,)))
                return 0
            line.note(self.kept, (rank,), applied=False)
            return count
        kept: int = max(min(count, places - rank + 1), 0)
        state[self.group] = rank + count
        if kept == count:
            line.note(self.kept, (rank + count - 1,), applied=False)
        elif kept:
            line.note(self.note, (rank + kept,))
        else:
            line.reasons.append((self.note, (rank,)))
        return kept


class QuotaColumns(LimitColumns):
    """Who has a place, in the order of rank or of filing."""

    limit: QuotaLimit

    def __init__(self, run: Run, limits: Any) -> None:
        super().__init__(run, limits)
        by_region = [rule.most for rule in rules_by_region(run.population, self.limit.rule)]
        self.by_region: IntArray = np.array(by_region, dtype=np.int64)

    def places_of(self, run: Run) -> IntArray:
        """How many places there are for each claim of a run."""
        return self.by_region[run.population.region[run.span]]

    @property
    def counts(self) -> bool:
        return True

    def keep(self, work: Work) -> None:
        limit, shape, count = self.limit, work.run.shape, work.count
        if count is None:
            return
        self._asked = count
        left = shape.spread(self.places_of(work.run) + 1 - self._ranks(work.run))
        if limit.by_lines:
            work.count = np.clip(left - shape.before(count), 0, count)
        else:
            work.count = count * (left > 0)
        work.refuse_lines(np.flatnonzero((count > 0) & (work.count == 0)), limit.code)

    def conclude(self, work: Work, answers: Answers) -> None:
        if work.count is not None:
            answers.asked_places = work.run.shape.add_up(self._asked)
            answers.places = work.run.shape.add_up(work.count * work.stands)

    @staticmethod
    def _ranks(run: Run) -> IntArray:
        """The place each claim has: the one a selection gave it, or the one after those already taken."""
        rank = 1 + run.found_by_claims(QuotaLedger.shown_as)
        if run.population.rank is None:
            return rank
        given = run.population.rank[run.span]
        return np.where(given > 0, given, rank)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        found = shared_by(runs, cls, attrgetter("group"), attrgetter("by_lines", "scope"))
        for name, (by_lines, scope), members in found:
            yield (QuotaLedger if by_lines else ApplicantPlaces)(name, scope, members, keys)


def rules_by_region(population: Population, rule: Any) -> list[Any]:
    """The rule of places for each region of the population, and last for who has none."""
    return [*(rule.of_district(district_name(one)) for one in population.regions), rule.of_district(None)]


def _columns_of(run: Run) -> QuotaColumns:
    return next(one for one in run.columns if isinstance(one, QuotaColumns))


class QuotaLedger(Ledger):
    """The places of a year that are taken."""

    shown_as = "places"

    @cached_property
    def most_by_run(self) -> dict[int, IntArray]:
        """By id() of a run, for each claim the most places that any version of the rules has in its bucket."""
        most = np.maximum.reduce([_columns_of(run).by_region for run in self.runs])
        return {id(run): most[run.population.region[run.span]] for run in self.runs}

    @cached_property
    def open(self) -> IntArray:
        """How many places there are in the bucket of each claim."""
        return joined([_columns_of(run).places_of(run) for run in self.runs])

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        return (np.zeros(len(run), dtype=np.int64) if run.answers.places is None else run.answers.places)[at]

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        return np.minimum(found, _columns_of(run).places_of(run)[at])

    def district_of(self, claim: int) -> str:
        """The district whose places these are, empty for those of a city."""
        population = self.keys.population
        region = int(population.region[claim]) if self.scope is DISTRICT_YEAR else -1
        return population.regions[region] if region >= 0 else ""

    def closed(self, run: Run, at: IntArray | slice, found: IntArray) -> BoolArray | None:
        full = found >= self.most_by_run[id(run)][at]
        # Who has a rank from a selection asks for no place in the order of filing.
        return full if run.population.rank is None else full & (run.population.rank[run.claims[at]] == 0)

    def uses(self) -> Iterator[QuotaUse]:
        """Every quota of every year, in the order of cities and years."""
        keys, buckets, population = self.keys, self.buckets, self.keys.population
        named = self.runs[0].item.content["document"]["region_code"]
        if not len(buckets.claims):
            return
        asked_by_runs = (run.answers.asked_places for run in self.runs)
        wanted = [
            np.zeros(len(run), dtype=np.int64) if own is None else own
            for run, own in zip(self.runs, asked_by_runs, strict=True)
        ]
        # Small numbers are looked up much faster.
        all_values = (joined(wanted), self.settled(), self.open)
        small = [values.astype(np.min_scalar_type(values.max())) for values in all_values]
        for entries in buckets.one_by_one():
            asked, taken, places = (pick(values, entries) for values in small)
            got, without = entries[np.flatnonzero(taken)], entries[np.flatnonzero(taken < asked)]
            first = int(buckets.claims[entries[0]])
            city = keys.cities[int(keys.city_of_region[population.region[first]])]
            yield QuotaUse(
                group=self.name,
                city=self.district_of(first) or named or city,
                year=int(keys.years[first]),
                places=int(places.max()),
                asked=int(asked.sum()),
                taken=int(taken.sum()),
                last_in=int(keys.filed[buckets.claims[got[-1]]]) if len(got) else None,
                cut_at=int(keys.filed[buckets.claims[without[0]]]) if len(without) else None,
            )


class ApplicantPlaces(QuotaLedger):
    """Places that applicants take, however many claims each files: who has one keeps it."""

    def find(self, changed: IntArray | None) -> tuple[IntArray | slice, IntArray]:
        del changed
        return self._places.found(self.taken > 0)

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        return (places := _columns_of(run).places_of(run)[at]) * (found >= places)

    @cached_property
    def _places(self) -> Places:
        claims, rank = self.buckets.claims, self.keys.population.rank
        most = joined([self.most_by_run[id(run)] for run in self.runs])
        return Places(self.buckets, self.keys.applicant[claims], most, None if rank is None else rank[claims] > 0)


QuotaLimit.columns = QuotaColumns
