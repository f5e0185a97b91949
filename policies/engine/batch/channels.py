"""The ledgers that claims of a population share: which runs write into a bucket, which read it, and what they find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from policies.engine.batch.answers import Answers
from policies.engine.batch.ledger import Bucket, Entries
from policies.engine.batch.run import Run
from policies.engine.columns.arithmetic import run_starts
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.population import BoolArray, IntArray, Population
from policies.engine.limits import OnceLimit
from policies.engine.scopes import SCOPES as BUCKETS

Scope = tuple[str, ...]
Written = Callable[[Run, Answers], IntArray]

# What a question's `paid` calls the sum of a bucket; a lower tier's is what its item paid the applicant in all.
SCOPES: dict[str, Scope] = {scope.ledger: per for per, scope in BUCKETS.items()} | {"lower_tier": ("applicant",)}


@dataclass(slots=True)
class Channel:
    """One kind of bucket with its runs: what each writes, and which of them hear what earlier claims wrote.

    `where` are the lines that have entries (None: an entry for each claim).
    """

    name: str
    scope: Scope
    runs: list[Run]
    where: list[IntArray | None]
    bucket: Bucket
    writes: Written
    hears: Callable[[Run, IntArray], None]
    reads: Callable[[Run], bool]
    heard: dict[int, IntArray] = field(default_factory=dict)
    last: list[IntArray] = field(default_factory=list)

    def written(self, answers: dict[int, Answers]) -> list[IntArray]:
        """What each run took, entry by entry."""
        found = []
        for run, where in zip(self.runs, self.where, strict=True):
            taken = self.writes(run, answers[id(run)])
            found.append(taken if where is None else taken[where])
        return found

    def tell(self, answers: dict[int, Answers]) -> list[Run]:
        """Let every run hear what earlier claims took; returns the runs for which that is news."""
        taken = self.written(answers)
        if self.last and all(map(np.array_equal, taken, self.last)):
            return []
        self.last = taken
        return self._deliver(self.seen(taken))

    def seen(self, taken: list[IntArray]) -> list[IntArray]:
        """For each run's entries what they find, given what all took."""
        return self.bucket.seen(taken)

    def _deliver(self, seen: list[IntArray]) -> list[Run]:
        news = []
        for run, where, found in zip(self.runs, self.where, seen, strict=True):
            known = self.heard.get(id(run), 0)
            changed = np.flatnonzero(found != known)
            if not self.reads(run) or not len(changed):
                continue
            self.heard[id(run)] = found
            if where is None:
                run.news[changed] = True
                self.hears(run, found)
            else:
                run.news[run.shape.at[where[changed]]] = True
                spread = np.zeros(len(run.lines), dtype=np.int64)
                spread[where] = found
                self.hears(run, spread)
            news.append(run)
        return news


@dataclass(slots=True)
class ApplicantPlaces(Channel):
    """A quota whose places applicants take, however many claims each files."""

    own: Bucket | None = None

    def seen(self, taken: list[IntArray]) -> list[IntArray]:
        if self.own is None:
            return taken
        flags = [(part > 0).astype(np.int64) for part in taken]
        had = [found > 0 for found in self.own.seen(flags)]
        fresh = [part * ~earlier for part, earlier in zip(flags, had, strict=True)]
        return [np.where(earlier, 0, found) for earlier, found in zip(had, self.bucket.seen(fresh), strict=True)]


@dataclass(slots=True)
class OtherPolicies(Channel):
    """What other documents paid for the same matter: what all paid, less what the claim's own document did."""

    own: Bucket | None = None

    def seen(self, taken: list[IntArray]) -> list[IntArray]:
        if self.own is None:
            return taken
        pairs = zip(self.bucket.seen(taken), self.own.seen(taken), strict=True)
        return [everybody - mine for everybody, mine in pairs]


class Keys:
    """What tells the buckets of a population apart."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.years = population.years()
        self._first_year = int(self.years.min(initial=9_999))
        self._span = int(self.years.max(initial=0)) - self._first_year + 1
        named = [region[:4] if region.isdigit() else "" for region in population.regions]
        self.cities = ["", *sorted(set(named) - {""})]
        self._orders: dict[tuple[int, ...], IntArray] = {}
        self.city_of_region = np.array([*(self.cities.index(city) for city in named), 0], dtype=np.int64)

    def city(self, run: Run) -> IntArray:
        """The city whose programme pays: the document's own, or where it names none, the applicant's."""
        if run.item.content["document"]["region_code"]:
            return np.zeros(len(run), dtype=np.int64)
        return self.city_of_region[self.population.region[run.claims]]

    def bucket(self, entries: list[Entries], runs: list[Run], scope: Scope) -> Bucket:
        """A bucket with one entry a claim; claims filed year by year stand in one order for applicant and year."""
        if "applicant" not in scope:
            return Bucket(entries)
        found = Bucket(entries, self._orders.get(tuple(map(id, runs))))
        self._orders.setdefault(tuple(map(id, runs)), found.order)
        return found

    def of(self, run: Run, scope: Scope) -> IntArray:
        """A number for each claim's bucket in a scope other than the subject's."""
        found = np.zeros(len(run), dtype=np.int64)
        if "applicant" in scope:
            found = found + self.population.applicant[run.claims]
        if "programme" in scope:
            found = found + self.city(run)
        return found * self._span + self.years[run.claims] - self._first_year if "year" in scope else found


def channels_of(runs: list[Run], population: Population) -> list[Channel]:
    """All buckets that any run's rules ask about."""
    keys = Keys(population)
    found: list[Channel] = []
    found += _times_channels(runs, keys)
    for scope, base in sorted({(SCOPES[name], base) for run in runs for name, base in _asked(run)}):
        found.append(_sum_channel(scope, base, runs, keys))
    found += _once_channels(runs, keys)
    found += _quota_channels(runs, keys)
    found += _other_policies(runs)
    return found


def _asked(run: Run) -> Iterable[tuple[str, str]]:
    return ((name, base) for name, base in run.bases.items() if name in SCOPES)


def _sum_channel(scope: Scope, base: str, runs: list[Run], keys: Keys) -> Channel:
    """A ledger of sums. Written by the item that gives it its name, or by the items of a shared group."""
    names = [name for name, its in SCOPES.items() if its == scope]
    members = [run for run in runs if run.item.id == base or any(run.bases.get(name) == base for name in names)]

    def hears(run: Run, seen: IntArray) -> None:
        if scope == ("subject",):
            run.view.projects = seen
            return
        for name in names:
            if run.bases.get(name) == base:
                run.view.sums[name] = seen

    def writes(run: Run, answers: Answers) -> IntArray:
        writer = run.item.id == base or any(rule.base == base and rule.limit.per == scope for rule in run.limits)
        taken = answers.granted if scope == ("subject",) else answers.amount
        return taken if writer else np.zeros_like(taken)

    where = [_named(run) if scope == ("subject",) else None for run in members]
    entries = [
        Entries(keys.of(run, scope), run.claims) if lines is None else _line_entries(run, lines)
        for run, lines in zip(members, where, strict=True)
    ]

    def reads(run: Run) -> bool:
        return any(run.bases.get(name) == base for name in names)

    bucket = Bucket(entries) if scope == ("subject",) else keys.bucket(entries, members, scope)
    return Channel(base, scope, members, where, bucket, writes, hears, reads)


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


def _times_channels(runs: list[Run], keys: Keys) -> list[Channel]:
    def writes(run: Run, answers: Answers) -> IntArray:
        times = run.program.times
        if times is not None and times.by_line:
            return np.where(answers.paid, answers.paid_lines, 0)
        return answers.paid.astype(np.int64)

    def hears(run: Run, seen: IntArray) -> None:
        run.view.times = seen

    def reads(run: Run) -> bool:
        return run.program.times is not None

    found = []
    for name, members in _grouped(runs, (run.item.id for run in runs)).items():
        if any(run.program.times is not None for run in members):
            entries = [Entries(keys.of(run, ("applicant",)), run.claims) for run in members]
            where: list[IntArray | None] = [None] * len(members)
            bucket = keys.bucket(entries, members, ("applicant",))
            found.append(Channel(name, ("applicant",), members, where, bucket, writes, hears, reads))
    return found


def _granted_once(_: Run, answers: Answers) -> IntArray:
    return (answers.granted > 0).astype(np.int64)


def _paid_once(_: Run, answers: Answers) -> IntArray:
    return answers.paid.astype(np.int64)


def _once_channels(runs: list[Run], keys: Keys) -> list[Channel]:
    def once_of(run: Run) -> OnceLimit | None:
        return run.program.once

    def hears(run: Run, seen: IntArray) -> None:
        once = once_of(run)
        if once is not None:
            run.view.once = (run.shape.add_up(seen) if once.per == ("subject",) else seen) > 0

    found = []
    groups = (once.group if (once := once_of(run)) is not None else None for run in runs)
    for name, members in _grouped(runs, groups).items():
        scopes = {once.per for run in members if (once := once_of(run)) is not None}
        if len(scopes) > 1:
            raise UnsupportedRuleError(members[0].item.id, f"the one-offs of {name} are counted in different ways")
        scope = scopes.pop()
        by_subject = scope == ("subject",)
        where = [_named(run) if by_subject else None for run in members]
        entries = [
            Entries(keys.of(run, scope), run.claims) if lines is None else _line_entries(run, lines)
            for run, lines in zip(members, where, strict=True)
        ]

        writes = _granted_once if by_subject else _paid_once
        found.append(Channel(name, scope, members, where, Bucket(entries), writes, hears, lambda run: True))
    return found


def _quota_channels(runs: list[Run], keys: Keys) -> list[Channel]:
    def writes(run: Run, answers: Answers) -> IntArray:
        return answers.places if answers.places is not None else np.zeros(len(run), dtype=np.int64)

    def hears(run: Run, seen: IntArray) -> None:
        run.view.places = seen

    found: list[Channel] = []
    scope = ("programme", "year")
    for name, members in _grouped(runs, (q.group if (q := run.program.quota) else None for run in runs)).items():
        ways = {quota.by_line for run in members if (quota := run.program.quota) is not None}
        if len(ways) > 1:
            raise UnsupportedRuleError(members[0].item.id, f"the places of {name} are counted in different ways")
        entries = [Entries(keys.of(run, scope), run.claims) for run in members]
        where: list[IntArray | None] = [None] * len(members)
        if ways.pop():
            found.append(Channel(name, scope, members, where, Bucket(entries), writes, hears, lambda run: True))
            continue
        own = Bucket(_by_applicant(entries, members))
        bucket = Bucket(entries)
        found.append(ApplicantPlaces(name, scope, members, where, bucket, writes, hears, lambda run: True, own=own))
    return found


def _by_applicant(entries: list[Entries], runs: list[Run]) -> list[Entries]:
    """The same entries, those of each applicant apart."""
    keys = np.concatenate([part.key for part in entries])
    applicants = np.concatenate([run.population.applicant[run.claims] for run in runs])
    _, programme = np.unique(keys, return_inverse=True)
    _, applicant = np.unique(applicants, return_inverse=True)
    both = programme * (applicant.max(initial=0) + 1) + applicant
    ends = np.cumsum([len(part.key) for part in entries])[:-1]
    return [Entries(key, part.claim) for key, part in zip(np.split(both, ends), entries, strict=True)]


def _other_policies(runs: list[Run]) -> list[Channel]:
    """One channel for all matters that two documents pay for; none where nobody takes the other's sum off."""
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
    members, where, entries, own = [], [], [], []
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

    def hears(run: Run, seen: IntArray) -> None:
        # A claim with two lines on one right has what was paid for it once.
        run.view.sums["other_policy"] = run.shape.add_up(np.where(run.first_of_subject(), seen, 0))

    return [
        OtherPolicies(
            "other_policy",
            ("subject",),
            members,
            list(where),
            Bucket(entries),
            lambda run, answers: answers.granted,
            hears,
            lambda run: "other_policy" in run.bases,
            own=Bucket(own),
        )
    ]


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
