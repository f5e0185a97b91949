"""A ledger of a simulation: one kind of bucket, and the runs whose claims take from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from policies.engine.columns.arithmetic import pick, put_where
from policies.engine.columns.buckets import joined
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.recent import Recent
from policies.engine.scopes import PROGRAMME_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Entries, Keys
    from policies.engine.columns.population import BoolArray, IntArray, Population
    from policies.engine.scopes import Scope


@dataclass(frozen=True, slots=True)
class BucketUse:
    """What the claims took from one kind of bucket, an array element for each bucket that exists.

    `group` and `scope` name the kind as the ledger does (`("applicant", "year")`), `codes` the limits that stand on it;
    of `applicant`, `subject`, `city` and `year` those that its buckets differ by, the others None. `used`: fen in the
    end, with what claims state as paid before; `cap`: fen, the smallest of the limits that stand on it. `claims`: one
    claim of each bucket, by which its applicant and year are looked up when they are asked for.
    """

    group: str
    scope: tuple[str, ...]
    codes: tuple[str, ...]
    claims: IntArray
    population: Population = field(repr=False)
    subject: IntArray | None
    city: IntArray | None
    used: IntArray
    cap: int

    @property
    def applicant(self) -> IntArray | None:
        """The applicant of each bucket."""
        return self.population.applicant[self.claims] if "applicant" in self.scope else None

    @property
    def year(self) -> IntArray | None:
        """The year of each bucket."""
        return self.population.years(self.claims) if "year" in self.scope else None

    @property
    def full(self) -> int:
        """How many of the buckets have nothing left."""
        return int((self.used >= self.cap).sum())


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """The places of one quota in one year.

    `asked`: places that claims with nothing else against them asked for; `taken`: places given. `cut_at`: the first
    claim (index) that found no place, None where all did; `last_in`: the last that found one, None where none did.
    """

    group: str
    city: str
    year: int
    places: int
    asked: int
    taken: int
    last_in: int | None
    cut_at: int | None


UNBOUND = 2**62


class Bounds(NamedTuple):
    """What a run's limits of one ledger make of the sum that claims (or lines) find taken, in fen.

    Below `least` no answer changes, and above `full` none changes any more. Who finds `most` gets nothing.
    """

    least: IntArray
    full: IntArray
    most: int

    def together(self, other: Bounds | None) -> Bounds:
        """Those of two limits on one ledger."""
        if other is None:
            return self
        least, full = np.minimum(self.least, other.least), np.maximum(self.full, other.full)
        return Bounds(least, full, min(self.most, other.most))


class Ledger:
    """One kind of bucket, and the runs whose claims take from it or ask what earlier claims took.

    `lines`: for each run the lines that have entries (None: an entry for each claim). A run sees what it finds in
    `run.found` under the name `shown_as`.
    """

    shown_as: ClassVar[str] = ""
    # Whether claims may be refused for what they find, before their lines are looked at.
    refuses: ClassVar[bool] = False

    def __init__(self, name: str, scope: Scope, runs: list[Run], keys: Keys, entries: Entries | None = None) -> None:
        self.name = name
        self.scope = scope
        self.runs = runs
        self.keys = keys
        self._entries = entries or keys.entries(runs, scope)
        self.lines, self.buckets = self._entries.lines, self._entries.buckets
        self._ends = np.cumsum([0, *self._entries.counts])
        self._members = frozenset(map(id, runs))
        # By id() of a run its claims that were answered since it was last asked what they take; None for all.
        self.unseen: dict[int, list[IntArray] | None] = dict.fromkeys(map(id, runs))
        # Of every entry, what it takes and what it finds taken, as far as that was shown.
        self.taken = np.zeros(self._ends[-1], dtype=np.int64)
        self._found = np.zeros(self._ends[-1], dtype=np.int64)

    # ---- what each kind of ledger says ---------------------------------------------------------------
    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        """What the claims (or lines) of a run at these positions take by its answers."""
        raise NotImplementedError

    def shown_to(self, run: Run) -> tuple[str, ...]:
        """Under which names a run sees what its entries find; none where it does not ask."""
        del run
        return (self.shown_as,)

    @property
    def is_asked(self) -> bool:
        """Whether an answer depends on what its buckets hold."""
        return self.buckets.shared and any(self.shown_to(run) for run in self.runs)

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        """What is found by the claims (or lines) at these positions, reduced to what changes an answer."""
        del run, at
        return found

    @property
    def most(self) -> int | None:
        """What leaves nothing to anybody who finds so much taken, under any version and readings; None for no sum."""
        return None

    def closed(self, run: Run, at: IntArray | slice, found: IntArray) -> BoolArray | None:
        """Which entries `at` of a run get nothing, whatever else there is, as they find so much; None for none of them.

        So does everybody after them in their bucket: what they are said to take then changes nothing, and they keep
        what they took when they were last asked. In buckets of many claims it saves rounds: a place that becomes free
        is offered to the next claim, not to all that follow.
        """
        del run, at
        if self.scope.is_rolling:
            # Who comes after them finds less, once what was taken is older than the years that count.
            return None
        return None if self.most is None else found >= self.most

    def conclude(self) -> None:
        """Change the answers as only all of them together can, once every ledger is settled."""

    def uses(self) -> Iterator[BucketUse | QuotaUse]:
        """What is reported of the buckets of a finished simulation."""
        yield from ()

    def find(self, changed: IntArray | None) -> tuple[IntArray | slice, IntArray]:
        """Entries (all as they stand: a slice) and what they find.

        At least those that find something else since these (None: all) changed.
        """
        if self.scope.is_rolling:
            return self._recent.found(self.taken)
        return self.buckets.found(self.taken, changed)

    @cached_property
    def _recent(self) -> Recent:
        days = self.keys.population.on[self.buckets.claims].astype(np.int64)
        found = Recent(self.buckets, days, self.scope.years)
        if not found.is_in_order:
            raise UnsupportedRuleError(self.runs[0].item.id, "claims are not filed in the order of their days")
        return found

    # ---- working -------------------------------------------------------------------------------------
    def propagate(self) -> None:
        """Take what runs answered since the last time take, and mark the claims of all that find something else."""
        answered, self.unseen = self.unseen, {}
        changed = [self._take(place, answered[id(run)]) for place, run in enumerate(self.runs) if id(run) in answered]
        few = [part for part in changed if part is not None]
        if len(few) == len(changed) and not any(map(len, few)):
            return
        is_few = len(few) == len(changed) and sum(map(len, few)) * 4 < len(self.taken)
        where, sums = self.find(joined(few) if is_few else None)
        if not isinstance(where, slice) and len(where) * 2 < len(self._found):
            self._found_some(where, sums)
            return
        known, self._found = self._found, sums if isinstance(where, slice) else self._found.copy()
        if not isinstance(where, slice):
            self._found[where] = sums
        for place in range(len(self.runs)):
            self._show(place, slice(None), known[self._part(place)])

    def _found_some(self, where: IntArray, sums: IntArray) -> None:
        """Show what few entries find."""
        fresh = np.zeros(len(self._found), dtype=np.bool_)
        fresh[where[pick(self._found, where) != sums]] = True
        entries = np.flatnonzero(fresh)
        before = pick(self._found, entries)
        self._found[where] = sums
        bounds = np.searchsorted(entries, self._ends)
        for place in np.flatnonzero(np.diff(bounds)).tolist():
            part = slice(bounds[place], bounds[place + 1])
            self._show(place, entries[part] - self._ends[place], before[part])

    def _part(self, place: int) -> slice:
        """The entries of a run."""
        return slice(self._ends[place], self._ends[place + 1])

    def look_again(self, run: Run, claims: IntArray) -> None:
        """Claims of a run are answered anew: ask what they take."""
        if id(run) in self._members:
            known = self.unseen.setdefault(id(run), [])
            if known is not None:
                known.append(claims)

    def _keeps(self, run: Run) -> BoolArray | None:
        """Claims of a run that get nothing for what they find here alone: what they are said to take stays."""
        kept = run.closed.get(id(self))
        for other, closed in run.closed.items():
            # It is worth knowing who gets nothing for another reason.
            if kept is not None and other != id(self):
                kept = kept & ~closed
        return kept

    def settled(self) -> IntArray:
        """What every entry takes by the answers that stand."""
        return joined([self._takes(place, slice(None)) for place in range(len(self.runs))])

    def _takes(self, place: int, at: IntArray | slice) -> IntArray:
        """What the entries of a run at these positions take."""
        lines = self.lines[place]
        return self.takes(self.runs[place], at if lines is None else lines[at])

    def _take(self, place: int, claims: list[IntArray] | None) -> IntArray | None:
        """Note what the entries of claims of a run (None: of all) take; returns those that changed, None for many."""
        run, lines, part = self.runs[place], self.lines[place], self._part(place)
        known, at = self.taken[part], self._entries_of(place, claims)
        taken = self._takes(place, at)
        fresh = known[at] != taken
        if claims is not None:
            kept = self._keeps(run) if lines is None else self.closed(run, at, self._found[part][at])
            if kept is not None:
                fresh &= ~(kept[at] if lines is None else kept)
        if isinstance(at, slice) and np.count_nonzero(fresh) * 4 > len(fresh):
            put_where(known, fresh, taken)
            return None
        changed = np.flatnonzero(fresh)
        known[changed if isinstance(at, slice) else at[changed]] = pick(taken, changed)
        return (changed if isinstance(at, slice) else at[changed]) + part.start

    def _entries_of(self, place: int, claims: list[IntArray] | None) -> IntArray | slice:
        """The entries of claims of a run (None: of all), counted from its first; of many claims the entries of all."""
        run = self.runs[place]
        if claims is None or sum(map(len, claims)) * 2 > len(run):
            return slice(None)
        return self._entries.of_claims(place, run, joined(claims))

    def _show(self, place: int, at: IntArray | slice, before: IntArray) -> None:
        """Let a run see what entries find now, counted from its first; `before` is what they found until now."""
        run, lines, found = self.runs[place], self.lines[place], self._found[self._part(place)][at]
        closed = self.closed(run, at, found)
        if closed is not None and lines is None:
            known = run.closed.setdefault(id(self), np.zeros(len(run), dtype=np.bool_))
            opened = known[at] & ~closed
            known[at] = closed
        elif closed is not None and (was_closed := self.closed(run, at, before)) is not None:
            opened = was_closed & ~closed
        if closed is not None and opened.any():
            # What they take counts from now on.
            again = np.flatnonzero(opened) if isinstance(at, slice) else at[opened]
            self.look_again(run, again if lines is None else run.shape.at[lines[again]])
        self._mark(place, at if lines is None else lines[at], found)

    def _mark(self, place: int, at: IntArray | slice, found: IntArray) -> None:
        """Show what the claims (or lines) at these positions find, and mark those whose answer it may change."""
        run, lines, names = self.runs[place], self.lines[place], self.shown_to(self.runs[place])
        if not names:
            return
        found = self.relevant(run, at, found)
        for name in names:
            seen = run.found.setdefault(name, np.zeros(len(run if lines is None else run.lines), dtype=np.int64))
            fresh = np.flatnonzero(seen[at] != found)
            positions = fresh if isinstance(at, slice) else at[fresh]
            seen[positions] = pick(found, fresh)
            claims = positions if lines is None else run.shape.at[positions]
            if not self.refuses:
                claims = claims[~run.answers.refused[claims]]
            run.stale[claims] = True
            run.is_stale |= len(claims) > 0

    def city_of_entries(self) -> IntArray:
        """The city of each entry's claim."""
        return joined([self.keys.city(run) for run in self.runs])


class SumLedger(Ledger):
    """Fen that claims get. Taken from by the item that gives it its name, or by the items of a shared group."""

    def __init__(self, names: list[str], scope: Scope, base: str, runs: list[Run], keys: Keys) -> None:
        self._names = names
        super().__init__(base, scope, runs, keys)

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        taken = (run.answers.granted if self.scope.by_subject else run.answers.amount)[at]
        return taken if run.item.id == self.name or self._caps(run) else np.zeros_like(taken)

    def shown_to(self, run: Run) -> tuple[str, ...]:
        if self._is_of_one:
            return ()
        return tuple(name for name in self._names if run.bases.get(name) == (self.scope, self.name))

    @cached_property
    def _is_of_one(self) -> bool:
        """Whether one limit of all runs refuses every claim that would find something here."""
        sole = [{(one.base, one.scope) for one in run.program.limits if one.is_sole} for run in self.runs]
        return any(scope is self.scope for _, scope in set.intersection(*sole))

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        names = self.shown_to(run)
        bounds = run.bounds.get(names[0]) if len(names) == 1 else None
        if bounds is None:
            return found
        return np.minimum(found, bounds.full[at]) * (found >= bounds.least[at])

    @cached_property
    def most(self) -> int | None:
        names = [self.shown_to(run) for run in self.runs]
        bounds = [run.bounds.get(own[0]) if len(own) == 1 else None for run, own in zip(self.runs, names, strict=True)]
        most = [UNBOUND if one is None else one.most for one in bounds]
        return None if UNBOUND in most else max(most)

    def uses(self) -> Iterator[BucketUse]:
        caps = [cap for run in self.runs for cap in self._caps(run)]
        if not caps or not len(self.buckets.claims):
            return
        keys, scope = self.keys, self.scope
        if scope.is_rolling:
            # What a bucket held in its fullest years is a figure of no day.
            return
        taken = self.buckets.sums(self.settled())
        if self.scope.by_subject or self.scope.ledger in keys.population.paid:
            earlier = [self._paid_before(place) for place in range(len(self.runs))]
            if any(map(np.any, earlier)):
                taken = taken + np.maximum(self.buckets.largest(joined(earlier)), 0)
        yield BucketUse(
            group=self.name,
            scope=scope.per,
            codes=tuple(dict.fromkeys(code for code, _ in caps)),
            claims=self.buckets.one(self.buckets.claims),
            population=keys.population,
            subject=keys.subjects(self.buckets.keys, scope) if scope.by_subject else None,
            city=self.buckets.one(self.city_of_entries()) if scope is PROGRAMME_YEAR else None,
            used=taken,
            cap=min(fen for _, fen in caps),
        )

    def _caps(self, run: Run) -> list[tuple[str, int]]:
        """Code and fen of the limits of a run that stand on these buckets."""
        return [
            (limit.code, limit.cap)
            for limit in run.limits
            if limit.cap is not None and limit.base == self.name and limit.scope is self.scope
        ]

    def _paid_before(self, place: int) -> IntArray:
        """What was paid from each entry's bucket before, as its claim states it; of a bucket the largest counts."""
        run, lines = self.runs[place], self.lines[place]
        if lines is None:
            return run.paid_before(self.scope.ledger)
        paid = run.stated_for_subjects(self.scope)
        return np.zeros(len(lines), dtype=np.int64) if paid is None else paid[lines].astype(np.int64)


def grouped(runs: Iterable[Run], names: Iterable[str | None]) -> dict[str, list[Run]]:
    """The runs by name; those without a name left out."""
    found: dict[str, list[Run]] = {}
    for run, name in zip(runs, names, strict=True):
        if name is not None:
            found.setdefault(name, []).append(run)
    return found
