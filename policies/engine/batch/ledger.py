"""A ledger of a simulation: one kind of bucket, and the runs whose claims take from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from policies.engine.batch.answers import Answers
from policies.engine.batch.buckets import Buckets
from policies.engine.batch.run import Run
from policies.engine.columns.population import IntArray

# What a bucket counts over: parts such as applicant and year.
Scope = tuple[str, ...]


@dataclass(slots=True)
class Ledger:
    """One kind of bucket, and the runs whose claims take from it or ask what earlier claims took.

    `lines`: for each run the lines that have entries (None: an entry for each claim). `take`: what a run's claims (or
    lines) take. `reads`: whether a run asks what was taken; `relevant` reduces what its entries find to what changes
    an answer: 0 where it changes nothing; `show` hands that to the run, for each claim (or line).
    """

    name: str
    scope: Scope
    runs: list[Run]
    lines: list[IntArray | None]
    buckets: Buckets
    take: Callable[[Run, Answers], IntArray]
    reads: Callable[[Run], bool]
    relevant: Callable[[Run, IntArray], IntArray]
    show: Callable[[Run, IntArray], None]
    _known: dict[int, IntArray] = field(default_factory=dict)
    _batch: list[int] = field(default_factory=list)
    _taken: list[IntArray] = field(default_factory=list)

    def taken(self, answers: dict[int, Answers], chosen: Iterable[int] | None = None) -> list[IntArray]:
        """What the entries of each run (of the chosen ones) take."""
        found = []
        for index in range(len(self.runs)) if chosen is None else chosen:
            run, lines = self.runs[index], self.lines[index]
            taken = self.take(run, answers[id(run)])
            found.append(taken if lines is None else taken[lines])
        return found

    def open(self, batch: set[int]) -> None:
        """Begin a batch of runs, named by their id()."""
        self._batch = [index for index, run in enumerate(self.runs) if id(run) in batch]
        self._taken = []
        if self._batch:
            self._open(self._batch)

    def propagate(self, answers: dict[int, Answers]) -> list[Run]:
        """Show every run of the batch what earlier claims took; returns the runs with claims to answer again."""
        taken = self.taken(answers, self._batch)
        if not taken or (self._taken and all(map(np.array_equal, taken, self._taken))):
            return []
        self._taken = taken
        pairs = zip(self._batch, self._found(taken), strict=True)
        return [self.runs[index] for index, found in pairs if self._show(index, found)]

    def close(self) -> None:
        """End the batch, whose answers stand."""
        if self._batch:
            self._close(self._taken)

    def _show(self, index: int, found: IntArray) -> bool:
        run, lines = self.runs[index], self.lines[index]
        if not self.reads(run):
            return False
        spread = found
        if lines is not None:
            spread = np.zeros(len(run.lines), dtype=np.int64)
            spread[lines] = found
        spread = self.relevant(run, spread)
        changed = spread != self._known.get(id(run), 0)
        if not changed.any():
            return False
        self._known[id(run)] = spread
        run.stale[changed if lines is None else run.shape.at[changed]] = True
        self.show(run, spread)
        return True

    def _open(self, chosen: list[int]) -> None:
        self.buckets.open(chosen)

    def _found(self, taken: list[IntArray]) -> list[IntArray]:
        return self.buckets.found(taken)

    def _close(self, taken: list[IntArray]) -> None:
        self.buckets.close(taken)


@dataclass(slots=True, kw_only=True)
class LedgerOfTwo(Ledger):
    """A ledger that needs narrower buckets, too, to say what was taken."""

    own: Buckets

    def _open(self, chosen: list[int]) -> None:
        self.buckets.open(chosen)
        self.own.open(chosen)
