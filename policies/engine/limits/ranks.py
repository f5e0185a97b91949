"""Who has a place by rank in a whole population, before any money is taken; nothing changes a rank later."""

from __future__ import annotations

import copy
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from policies.engine.columns.buckets import joined
from policies.engine.columns.scores import Scores, highest, placed_in, step_of
from policies.engine.limits.base import LimitColumns, shared_by
from policies.engine.limits.places import QuotaLedger, rules_by_region
from policies.engine.ranking import FACT_FIRST, FILED_FIRST, NONE_PASS
from policies.engine.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.batch.answers import Answers, Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.ledger import Ledger
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.limits.selecting import SelectionLimit


class SelectionColumns(LimitColumns):
    """Who has a place by rank, where ranks are known before any money is."""

    limit: SelectionLimit
    # Claims with a line that only its score stands against.
    falls_short: BoolArray

    def __init__(self, run: Run, limits: Any) -> None:
        super().__init__(run, limits)
        self.scores: Scores = run.compiled(self.limit)(run.lines)

    @property
    def counts(self) -> bool:
        return True

    def narrowed(self, lines: IntArray) -> Self:
        found = copy.copy(self)
        found.scores = self.scores.at(lines)
        return found

    def keep(self, work: Work) -> None:
        shape, count = work.run.shape, work.count
        if count is None:
            return
        self._asked = count * ~self.scores.low
        self.falls_short = shape.add_up(count * self.scores.low) > 0
        rule, step = self.limit.rule, work.run.found_by_claims(SelectionLedger.shown_as)
        if (ranks := work.run.population.rank) is not None:
            given = ranks[work.run.span]
            step = np.where(given > 0, self._step_stated(work.run, given), step)
        work.count = self._asked * shape.spread(step < rule.last_step)
        if rule.sums:
            # Who has no place gets nothing anyhow.
            most = np.array([*rule.sums, 0], dtype=np.int64)[step]
            np.minimum(work.amount, shape.spread(most), out=work.amount)
        work.refuse_lines(np.flatnonzero((count > 0) & (work.count == 0)), self.limit.code)

    def _step_stated(self, run: Run, rank: IntArray) -> IntArray:
        """The step of the rank that each claim states, the first where a share needs to know among how many."""
        rule, ranked = self.limit.rule, run.population.ranked
        if not rule.is_share:
            lasts = np.array([own.steps(0) for own in rules_by_region(run.population, rule)])
            return step_of(rank, lasts[run.population.region[run.span]])
        stated = np.zeros(len(run), dtype=np.int64) if ranked is None else ranked[run.span].astype(np.int64)
        known, at = np.unique(stated, return_inverse=True)
        return np.where(stated > 0, step_of(rank, np.array([rule.steps(many) for many in known.tolist()])[at]), 0)

    def conclude(self, work: Work, answers: Answers) -> None:
        if work.count is not None:
            answers.asked_places = np.minimum(work.run.shape.add_up(self._asked), 1)
            answers.places = np.minimum(work.run.shape.add_up(work.count * work.stands), 1)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        found = shared_by(runs, cls, attrgetter("group"), attrgetter("rule.ties", "scope"))
        for name, (ties, scope), members in found:
            yield SelectionLedger(name, scope, members, keys, ties=ties)


class SelectionLedger(QuotaLedger):
    """The ranks of claims by score in each bucket, as they are before anything is paid: nothing changes them later.

    A claim finds in which step of sums its place is, counted from 0; behind the last one it is not selected.
    """

    shown_as = "selected"

    def __init__(self, name: str, scope: Scope, runs: list[Run], keys: Keys, *, ties: str) -> None:
        super().__init__(name, scope, runs, keys)
        self._bucket = joined([keys.of(run, scope) for run in runs])
        self._wanting = joined([self._wants(run) for run in runs])
        parts = np.split(self._placed(ties), np.cumsum([len(run) for run in runs])[:-1])
        self._step = joined([step_of(place, own) for place, own in zip(parts, self._lasts, strict=True)])

    def find(self, changed: IntArray | None) -> tuple[IntArray | slice, IntArray]:
        del changed
        return slice(None), np.where(self._wanting, self._step, 0)

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        del run, at
        return found

    @cached_property
    def open(self) -> IntArray:
        return joined([own[:, -1] for own in self._lasts])

    @cached_property
    def _lasts(self) -> list[IntArray]:
        """For each claim of each run the last place of every step in its bucket."""
        buckets, first, at = np.unique(self._bucket, return_index=True, return_inverse=True)
        # The claims of a district's bucket are all of that district.
        region = joined([run.population.region[run.span] for run in self.runs])[first].tolist()
        all_ranked = self._wanting | joined([run_columns(run).falls_short & _is_unranked(run) for run in self.runs])
        found = []
        for run, own in zip(self.runs, np.split(at, np.cumsum([len(run) for run in self.runs])[:-1]), strict=True):
            rule = run_columns(run).limit.rule
            ranked = np.bincount(at[all_ranked if rule.counts_all else self._wanting], minlength=len(buckets))
            rules = rules_by_region(run.population, rule)
            lasts = [rules[where].steps(many) for where, many in zip(region, ranked.tolist(), strict=True)]
            found.append(np.array(lasts, dtype=np.int64)[own])
        return found

    def closed(self, run: Run, at: IntArray | slice, found: IntArray) -> BoolArray | None:
        del run, at, found
        return None

    def _placed(self, ties: str) -> IntArray:
        """The place of each claim that asks for one by its score, 1 for all others."""
        wants, parts = np.flatnonzero(self._wanting), [(run, run_columns(run).scores) for run in self.runs]
        levels = [highest([(run.item.id, run.shape, own.score) for run, own in parts])[wants]]
        if ties == FACT_FIRST:
            levels.append(highest([(run.item.id, run.shape, own.then) for run, own in parts])[wants])
        if ties in (FACT_FIRST, FILED_FIRST):
            levels.append(-self.keys.filed[self.buckets.claims[wants]].astype(np.int64))
        found = np.ones(len(self._wanting), dtype=np.int64)
        found[wants] = placed_in(self._bucket[wants], levels, needs_all=ties == NONE_PASS)
        return found

    @staticmethod
    def _wants(run: Run) -> BoolArray:
        """Which claims nothing else stands against, and no selection ranked already."""
        asks = np.zeros(len(run), dtype=np.bool_) if run.answers.places is None else run.answers.places > 0
        return asks & _is_unranked(run)


def _is_unranked(run: Run) -> BoolArray:
    rank = run.population.rank
    return np.ones(len(run), dtype=np.bool_) if rank is None else rank[run.span] == 0


def run_columns(run: Run) -> SelectionColumns:
    """What ranks the claims of a run."""
    return next(one for one in run.columns if isinstance(one, SelectionColumns))
