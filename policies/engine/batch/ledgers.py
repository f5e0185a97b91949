"""The ledgers that claims of a population share: which runs take from a bucket, and what each finds taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policies.engine.batch.answers import Answers
from policies.engine.batch.buckets import Buckets, Entries, numbered
from policies.engine.batch.ledger import Ledger, LedgerOfTwo, Scope
from policies.engine.batch.run import Run
from policies.engine.columns.arithmetic import run_starts
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.population import BoolArray, IntArray, Population
from policies.engine.limits.once import OnceLimit
from policies.engine.scopes import SCOPES as BUCKETS

# What a question's `paid` calls the sum of a bucket; a lower tier's is what its item paid the applicant in all.
SCOPES: dict[str, Scope] = {scope.ledger: per for per, scope in BUCKETS.items()} | {"lower_tier": ("applicant",)}


@dataclass(slots=True, kw_only=True)
class ApplicantPlaces(LedgerOfTwo):
    """A quota whose places applicants take, however many claims each files."""

    def _found(self, taken: list[IntArray]) -> list[IntArray]:
        had, first = self._first_places(taken)
        return [np.where(earlier, 0, found) for earlier, found in zip(had, self.buckets.found(first), strict=True)]

    def _close(self, taken: list[IntArray]) -> None:
        _, first = self._first_places(taken)
        self.buckets.close(first)
        self.own.close(first)

    def _first_places(self, taken: list[IntArray]) -> tuple[list[BoolArray], list[IntArray]]:
        """Whose applicant has a place from an earlier claim; and the places of the others."""
        places = [(part > 0).astype(np.int64) for part in taken]
        had = [found > 0 for found in self.own.found(places)]
        return had, [part * ~earlier for part, earlier in zip(places, had, strict=True)]


@dataclass(slots=True, kw_only=True)
class OtherPolicies(LedgerOfTwo):
    """What other documents paid for the same matter: what all paid, less what the claim's own document did."""

    def _found(self, taken: list[IntArray]) -> list[IntArray]:
        pairs = zip(self.buckets.found(taken), self.own.found(taken), strict=True)
        return [everybody - own for everybody, own in pairs]

    def _close(self, taken: list[IntArray]) -> None:
        self.buckets.close(taken)
        self.own.close(taken)


class Keys:
    """The keys of the buckets of a population."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.years = population.years()
        self._first_year = int(self.years.min(initial=9_999))
        self._span = int(self.years.max(initial=0)) - self._first_year + 1
        named = [region[:4] if region.isdigit() else "" for region in population.regions]
        self.cities = ["", *sorted(set(named) - {""})]
        self.city_of_region = np.array([*(self.cities.index(city) for city in named), 0], dtype=np.int64)

    @cached_property
    def applicant(self) -> IntArray:
        """A small number for each claim's applicant."""
        return numbered(self.population.applicant.astype(np.int64))[1]

    def city(self, run: Run) -> IntArray:
        """The city whose programme pays: the document's own, or where it names none, the applicant's."""
        if run.item.content["document"]["region_code"]:
            return np.zeros(len(run), dtype=np.int64)
        return self.city_of_region[self.population.region[run.claims]]

    def of(self, run: Run, scope: Scope) -> IntArray:
        """A number for each claim's bucket in a scope other than the subject's."""
        found = np.zeros(len(run), dtype=np.int64)
        if "applicant" in scope:
            found = found + self.applicant[run.claims]
        if "programme" in scope:
            found = found + self.city(run)
        return found * self._span + self.years[run.claims] - self._first_year if "year" in scope else found


def ledgers_of(runs: list[Run], keys: Keys) -> list[Ledger]:
    """All ledgers that any run's rules ask about."""
    scopes = sorted({(SCOPES[name], base) for run in runs for name, base in run.bases.items() if name in SCOPES})
    return [
        *_times_ledgers(runs, keys),
        *(_sum_ledger(scope, base, runs, keys) for scope, base in scopes),
        *_once_ledgers(runs, keys),
        *_quota_ledgers(runs, keys),
        *_other_policies(runs),
    ]


def _whole(_: Run, found: IntArray) -> IntArray:
    return found


def _always(_: Run) -> bool:
    return True


def _sum_ledger(scope: Scope, base: str, runs: list[Run], keys: Keys) -> Ledger:
    """A ledger of sums. Taken from by the item that gives it its name, or by the items of a shared group."""
    by_subject = scope == ("subject",)
    names = [name for name, its in SCOPES.items() if its == scope]
    members = [run for run in runs if run.item.id == base or any(run.bases.get(name) == base for name in names)]

    def read_as(run: Run) -> list[str]:
        return [name for name in names if run.bases.get(name) == base]

    def relevant(run: Run, found: IntArray) -> IntArray:
        read = read_as(run)
        bounds = run.bounds.get(read[0]) if len(read) == 1 else None
        if bounds is None:
            return found
        least, most = bounds
        return np.where(found < least, 0, np.minimum(found, most))

    def show(run: Run, found: IntArray) -> None:
        if by_subject:
            run.view.projects = found
            return
        for name in read_as(run):
            run.view.sums[name] = found

    def take(run: Run, answers: Answers) -> IntArray:
        taken = answers.granted if by_subject else answers.amount
        takes = run.item.id == base or any(rule.base == base and rule.limit.per == scope for rule in run.limits)
        return taken if takes else np.zeros_like(taken)

    lines = [_named(run) if by_subject else None for run in members]
    buckets = Buckets(_entries(members, lines, scope, keys))
    return Ledger(base, scope, members, lines, buckets, take, lambda run: bool(read_as(run)), relevant, show)


def _entries(runs: list[Run], lines: list[IntArray | None], scope: Scope, keys: Keys) -> list[Entries]:
    return [
        Entries(keys.of(run, scope), run.claims) if some is None else _line_entries(run, some)
        for run, some in zip(runs, lines, strict=True)
    ]


def _named(run: Run) -> IntArray:
    """Lines that name their subject."""
    if run.subject is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(run.subject >= 0)


def _line_entries(run: Run, lines: IntArray) -> Entries:
    subject = run.subject if run.subject is not None else np.zeros(0, dtype=np.int64)
    return Entries(subject[lines], run.claims[run.shape.at[lines]])


def _grouped(runs: list[Run], names: Iterable[str | None]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run, name in zip(runs, names, strict=True):
        if name is not None:
            found.setdefault(name, []).append(run)
    return found


def _times_ledgers(runs: list[Run], keys: Keys) -> list[Ledger]:
    def take(run: Run, answers: Answers) -> IntArray:
        times = run.program.times
        if times is not None and times.by_line:
            return np.where(answers.paid, answers.paid_lines, 0)
        return answers.paid.astype(np.int64)

    def relevant(run: Run, found: IntArray) -> IntArray:
        times = run.program.times
        if times is None or times.by_line:
            return found
        return times.count * (found + run.times_paid_before() >= times.count)

    def show(run: Run, found: IntArray) -> None:
        run.view.times = found

    def reads(run: Run) -> bool:
        return run.program.times is not None

    ledgers = []
    scope = ("applicant",)
    for name, members in _grouped(runs, (run.item.id for run in runs)).items():
        if any(map(reads, members)):
            lines: list[IntArray | None] = [None] * len(members)
            buckets = Buckets(_entries(members, lines, scope, keys))
            ledgers.append(Ledger(name, scope, members, lines, buckets, take, reads, relevant, show))
    return ledgers


def _granted_once(_: Run, answers: Answers) -> IntArray:
    return (answers.granted > 0).astype(np.int64)


def _paid_once(_: Run, answers: Answers) -> IntArray:
    return answers.paid.astype(np.int64)


def _once_ledgers(runs: list[Run], keys: Keys) -> list[Ledger]:
    def once_of(run: Run) -> OnceLimit | None:
        return run.program.once

    def relevant(_: Run, found: IntArray) -> IntArray:
        return np.minimum(found, 1)

    def show(run: Run, found: IntArray) -> None:
        once = once_of(run)
        if once is not None:
            run.view.once = (run.shape.add_up(found) if once.per == ("subject",) else found) > 0

    ledgers = []
    groups = (once.group if (once := once_of(run)) is not None else None for run in runs)
    for name, members in _grouped(runs, groups).items():
        scopes = {once.per for run in members if (once := once_of(run)) is not None}
        if len(scopes) > 1:
            raise UnsupportedRuleError(members[0].item.id, f"the one-offs of {name} are counted in different ways")
        scope = scopes.pop()
        by_subject = scope == ("subject",)
        lines = [_named(run) if by_subject else None for run in members]
        buckets = Buckets(_entries(members, lines, scope, keys))
        take = _granted_once if by_subject else _paid_once
        ledgers.append(Ledger(name, scope, members, lines, buckets, take, _always, relevant, show))
    return ledgers


def _quota_ledgers(runs: list[Run], keys: Keys) -> list[Ledger]:
    def take(run: Run, answers: Answers) -> IntArray:
        return answers.places if answers.places is not None else np.zeros(len(run), dtype=np.int64)

    def relevant(run: Run, found: IntArray) -> IntArray:
        quota = run.program.quota
        if quota is None:
            return found
        return np.minimum(found, quota.count) if quota.by_line else quota.count * (found >= quota.count)

    def show(run: Run, found: IntArray) -> None:
        run.view.places = found

    ledgers: list[Ledger] = []
    scope = ("programme", "year")
    for name, members in _grouped(runs, (q.group if (q := run.program.quota) else None for run in runs)).items():
        ways = {quota.by_line for run in members if (quota := run.program.quota) is not None}
        if len(ways) > 1:
            raise UnsupportedRuleError(members[0].item.id, f"the places of {name} are counted in different ways")
        lines: list[IntArray | None] = [None] * len(members)
        entries = _entries(members, lines, scope, keys)
        buckets = Buckets(entries)
        if ways.pop():
            ledgers.append(Ledger(name, scope, members, lines, buckets, take, _always, relevant, show))
            continue
        own = Buckets(_by_applicant(entries, members, keys))
        ledgers.append(ApplicantPlaces(name, scope, members, lines, buckets, take, _always, relevant, show, own=own))
    return ledgers


def _by_applicant(entries: list[Entries], runs: list[Run], keys: Keys) -> list[Entries]:
    """The same entries, those of each applicant apart."""
    most = int(keys.applicant.max(initial=0)) + 1
    return [
        Entries(part.key * most + keys.applicant[run.claims], part.claim)
        for part, run in zip(entries, runs, strict=True)
    ]


def _other_policies(runs: list[Run]) -> list[Ledger]:
    """One ledger for all matters that two documents pay for; none where nobody takes the other's sum off."""
    if not any("other_policy" in run.bases for run in runs):
        return []
    named = [run for run in runs if run.subject is not None]
    by_document = _grouped(named, (run.item.document_id for run in named))
    if len(by_document) < 2:
        return []
    shared = _in_two([_subjects(members) for members in by_document.values()])
    if not len(shared):
        return []
    documents = list(by_document)
    members: list[Run] = []
    where: list[IntArray | None] = []
    entries, own = [], []
    for run in named:
        lines = _named(run)
        lines = lines[_among(run.subject[lines], shared)] if run.subject is not None else lines
        if len(lines):
            part = _line_entries(run, lines)
            members.append(run)
            where.append(lines)
            entries.append(part)
            rank = np.searchsorted(shared, part.key)
            own.append(Entries(rank * len(documents) + documents.index(run.item.document_id), part.claim))

    def take(_: Run, answers: Answers) -> IntArray:
        return answers.granted

    def reads(run: Run) -> bool:
        return "other_policy" in run.bases

    def show(run: Run, found: IntArray) -> None:
        # A claim with two lines on one right has what was paid for it once.
        run.view.sums["other_policy"] = run.shape.add_up(np.where(run.first_of_subject(), found, 0))

    scope = ("subject",)
    buckets = Buckets(entries)
    return [OtherPolicies("other_policy", scope, members, where, buckets, take, reads, _whole, show, own=Buckets(own))]


def _subjects(runs: list[Run]) -> IntArray:
    """The subjects that lines name, each once, ascending."""
    found = np.sort(np.concatenate([_subject_ids(run) for run in runs]))
    return found[run_starts(found)]


def _subject_ids(run: Run) -> IntArray:
    return run.subject[_named(run)] if run.subject is not None else np.zeros(0, dtype=np.int64)


def _in_two(sets: list[IntArray]) -> IntArray:
    """Values that stand in two of the sets, ascending; each set has a value once."""
    values = np.sort(np.concatenate(sets))
    starts = run_starts(values)
    return values[starts[np.diff(starts, append=len(values)) > 1]]


def _among(values: IntArray, ascending: IntArray) -> BoolArray:
    """Which values are among the ascending ones, of which there is at least one."""
    places = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    found: BoolArray = ascending[places] == values
    return found
