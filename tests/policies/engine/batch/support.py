"""The interpreter claim by claim: a loop over questions with a ledger in dictionaries, for comparison."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from policies.engine import Assessment, Catalogue, Outcome, assess, scopes
from policies.engine.batch import OUTCOME_CODES, Population, Simulation, questions
from policies.engine.dates import parse_date
from policies.engine.guards import chosen
from policies.engine.limits.absorb import AbsorbLimit
from policies.engine.limits.once import OnceLimit
from policies.engine.limits.places import QuotaLimit
from policies.engine.limits.times import TimesLimit
from policies.engine.money import parse_yuan, yuan_plain
from policies.engine.program import Program
from policies.engine.question import read_settings, read_times

# The words of a limit's bucket under each name of a question's `paid`.
SCOPES = {scope.ledger: per for per, scope in scopes.SCOPES.items()}


def limit_of(program: Program, kind: type[Any]) -> Any:
    """The program's limit of this class, None where there is none."""
    return next((limit for limit in program.limits if isinstance(limit, kind)), None)


class Ledger:
    """What claims took so far, as an office would write it down."""

    def __init__(self) -> None:
        self.sums: dict[Any, int] = defaultdict(int)
        # What an applicant had of an item or group, with the day of the claim and the number of times.
        self.dated: dict[Any, list[tuple[date, int, int]]] = defaultdict(list)
        self.times: dict[Any, int] = defaultdict(int)
        self.once: set[Any] = set()
        self.places: dict[Any, dict[Any, int]] = defaultdict(dict)
        self.matters: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))


class Claim:
    """One claim of a population with its question, under one program."""

    def __init__(
        self, question: dict[str, Any], applicant: int, program: Program, versions: list[Program], companies: Any
    ) -> None:
        self.question = question
        self.applicant = applicant
        self.program = program
        # The claim's own version has the last word on what a ledger name means.
        self.versions = [*versions, program]
        self.item = program.item
        self.absorbs, self.once, self.quota = (limit_of(program, kind) for kind in (AbsorbLimit, OnceLimit, QuotaLimit))
        self.times = [limit for limit in program.limits if isinstance(limit, TimesLimit)]
        on = self.on = parse_date(question["on"])
        self.companies = companies
        self.year = question.get("year", on.year)
        document = self.item.content["document"]
        region = question["applicant"].get("region", "")
        self.district = question["applicant"].get("region", "")
        self.city = "" if document["region_code"] or not region.isdigit() else region[:4]
        named = [line.get(self.item.subject) for line in question["lines"]]
        self.subjects = [name for name in dict.fromkeys(named) if name is not None]

    def key(self, scope: tuple[str, ...], subject: str = "") -> tuple[Any, ...]:
        values = {
            "applicant": self.applicant,
            "companies": self.companies,
            "year": self.year,
            "programme": self.city,
            "district": self.district,
            "subject": subject,
        }
        return tuple(values[part] for part in scope)

    def recent(self, ledger: Ledger, base: str, years: int) -> tuple[int, int]:
        """Fen and times that the applicant had in the years before the claim's day."""
        year = self.on.year - years
        start = date(year, self.on.month, min(self.on.day, calendar.monthrange(year, self.on.month)[1]))
        found = [(fen, times) for day, fen, times in ledger.dated[base, self.applicant] if day > start]
        return sum(fen for fen, _ in found), sum(times for _, times in found)

    def years(self, name: str) -> int:
        """How many years a limit of sums counts under a ledger's name."""
        limits = [one for version in self.versions for one in version.item.limits if "yuan" in one]
        return next((one.get("years", 0) for one in limits if one["ledger"] == name and "years" in one), 0)

    def bases(self) -> Iterator[tuple[str, str]]:
        """Each ledger name of a question's `paid` with the bucket that the rules mean by it."""
        for version in self.versions:
            for limit in version.item.limits:
                if "yuan" in limit and chosen(limit, version.settings):
                    yield limit["ledger"], limit.get("group") or self.item.id
                elif "tops_up" in limit:
                    yield limit["tops_up"], self.item.id

    def written(self) -> set[tuple[tuple[str, ...], str]]:
        """Every bucket that a claim of the item enters: in each scope its own, and those of its groups."""
        own = {(scope, self.item.id) for scope in SCOPES.values()}
        return own | {(SCOPES[name], base) for name, base in self.bases()}

    # ---- what the ledger says ------------------------------------------------------------------------

    def ask(self, ledger: Ledger) -> dict[str, Any]:
        """The question with the ledger's sums added to those the claim states."""
        brought = self.question.get("paid", {})
        paid: dict[str, Any] = dict(brought)
        projects = {"project": dict(brought.get("project", {})), "project_year": {}}

        def add(name: str, fen: int) -> None:
            paid[name] = yuan_plain(parse_yuan(brought.get(name, "0")) + fen)

        for name, base in dict(self.bases()).items():
            scope = SCOPES[name]
            if "rolling" in scope:
                add(name, self.recent(ledger, base, self.years(name))[0])
            elif "subject" in scope:
                stated = brought.get(name, "0") if name == "project_year" else "0"
                for subject in self.subjects:
                    before = ledger.sums[scope, base, *self.key(scope, subject)]
                    known = parse_yuan(projects[name].get(subject, stated))
                    projects[name][subject] = yuan_plain(known + before)
                unnamed = [f"{self.item.id}#{at}" for at in range(1, len(self.question["lines"]) + 1)]
                if stated != "0":
                    projects[name] |= dict.fromkeys(unnamed, stated)
            else:
                add(name, ledger.sums[scope, base, *self.key(scope)])
        if self.absorbs is not None:
            add("lower_tier", ledger.sums[("applicant",), self.absorbs.base, self.applicant])
        others = (
            fen
            for subject in self.subjects
            for document, fen in ledger.matters[subject].items()
            if document != self.item.document_id
        )
        add("other_policy", sum(others))
        paid |= {name: by_subject for name, by_subject in projects.items() if by_subject}
        if self.once is not None and any(key in ledger.once for key in self.once_keys()):
            paid["once_group"] = True
        stated = read_times(self.question.get("times_before", 0), "times_before")
        times: dict[str, Any] = {}
        for limit in self.times:
            over, name = limit.scope, limit.scope.ledger
            if over.by_subject:
                had = {of: ledger.times[limit.base, over.per, *self.key(over.per, of)] for of in self.subjects}
                times[name] = {of: stated.of(name, of) + before for of, before in had.items()}
                unnamed = [f"{self.item.id}#{at}" for at in range(1, len(self.question["lines"]) + 1)]
                times[name] |= {of: stated.of(name, of) for of in unnamed}
            elif over.is_rolling:
                times[name] = stated.of(name) + self.recent(ledger, limit.base, over.years)[1]
            else:
                times[name] = stated.of(name) + ledger.times[limit.base, *self.key(over.per)]
        return {
            **self.question,
            "paid": paid,
            "times_before": times or self.question.get("times_before", 0),
            "rank": self.rank(ledger),
        }

    def once_keys(self) -> list[Any]:
        once = self.once
        if once.scope.per == ("subject",):
            return [(once.group, subject) for subject in self.subjects]
        return [(once.group, *self.key(once.scope.per))]

    def taken_places(self, ledger: Ledger) -> dict[Any, int]:
        return ledger.places[self.quota.group, *self.key(self.quota.scope.per)]

    def quota_places(self) -> int:
        own = next(one for one in self.item.limits if one["code"] == self.quota.code)
        places: dict[str | None, int] = own.get("districts") or {}
        return places.get(self.district, int(own["count"]))

    def rank(self, ledger: Ledger) -> int | None:
        if self.question.get("rank") or self.quota is None:
            return self.question.get("rank")
        taken = self.taken_places(ledger)
        if not self.quota.by_lines and self.applicant in taken:
            return 1
        return 1 + sum(taken.values())

    # ---- what the claim takes ------------------------------------------------------------------------

    def enter(self, ledger: Ledger, answer: Assessment, asked: dict[str, Any]) -> None:
        """Write down what the answer takes."""
        if self.quota is not None and answer.outcome not in (Outcome.REFUSED, Outcome.UNDETERMINED):
            self._enter_places(ledger, answer, asked)
        if answer.outcome is not Outcome.PAYABLE:
            return
        paid = [line for line in answer.lines if line.amount]
        for scope, base in self.written():
            if "rolling" in scope:
                continue
            if "subject" not in scope:
                ledger.sums[scope, base, *self.key(scope)] += answer.amount
                continue
            for line in paid:
                if line.subject is not None:
                    ledger.sums[scope, base, *self.key(scope, line.subject)] += line.amount
        self._enter_rights(ledger, paid)
        if self.once is not None and self.once.scope.per != ("subject",):
            ledger.once.update(self.once_keys())
        self._enter_times(ledger, len(paid), answer.amount)

    def _enter_rights(self, ledger: Ledger, paid: list[Any]) -> None:
        for line in paid:
            if line.subject is not None:
                ledger.matters[line.subject][self.item.document_id] += line.amount
                for base, per in {(one.base, one.scope.per) for one in self.times if one.scope.by_subject}:
                    ledger.times[base, per, *self.key(per, line.subject)] += 1
                if self.once is not None and self.once.scope.per == ("subject",):
                    ledger.once.add((self.once.group, line.subject))

    def _enter_times(self, ledger: Ledger, lines: int, amount: int) -> None:
        def times(base: str, scope: tuple[str, ...]) -> int:
            own = [one for one in self.times if one.base == base and one.scope.kept.per == scope]
            return lines if any(limit.by_lines for limit in own) else 1

        groups = {base for name, base in self.bases() if name == "rolling"} | {limit.base for limit in self.times}
        for base in {self.item.id} | groups:
            ledger.dated[base, self.applicant].append((self.on, amount, times(base, ("applicant",))))
        for base in {self.item.id, *(limit.base for limit in self.times)}:
            for scope in (("applicant",), ("applicant", "year"), ("companies",), ("companies", "year")):
                ledger.times[base, *self.key(scope)] += times(base, scope)

    def _enter_places(self, ledger: Ledger, answer: Assessment, asked: dict[str, Any]) -> None:
        quota, times = self.quota, self.times
        own = next((limit for limit in times if limit.by_lines and not limit.scope.by_subject), None)
        left = None if own is None else own.count - asked["times_before"][own.scope.ledger]
        rank, filled = asked["rank"] or 1, 0
        for line, given in zip(answer.lines, asked["lines"], strict=True):
            codes = {note.code for note, *_ in (*line.entries, *line.reasons)}
            if quota.code not in codes:
                continue
            count = given.get("count", 1)
            if left is not None:
                count = min(count, left)
                left -= count
            kept = max(min(count, self.quota_places() - rank + 1), 0) if quota.by_lines else count
            rank += count if quota.by_lines else 0
            filled += kept if line.outcome is not Outcome.REFUSED else 0
        taken = self.taken_places(ledger)
        if quota.by_lines:
            taken[len(taken)] = filled
        elif filled:
            taken[self.applicant] = 1


def worked(
    catalogue: Catalogue,
    population: Population,
    *,
    settings: Mapping[str, Any] | None = None,
    ledger: bool = True,
) -> Iterator[tuple[dict[str, Any], Assessment]]:
    """Every claim's question, as asked, and the scalar engine's answer, in filing order."""
    book = Ledger()
    overrides = read_settings(catalogue, dict(settings or {}), "settings")
    for number, question in enumerate(questions(catalogue, population)):
        asked = {**question, "settings": dict(settings or {})}
        program = catalogue.program_for(question["item"], parse_date(question["on"]), overrides)
        versions = [catalogue.program(version, overrides) for version in catalogue.items[question["item"]]]
        applicant = int(population.applicant[number])
        group = -1 if population.companies is None else int(population.companies[number])
        companies = ("group", group) if group >= 0 else ("alone", applicant)
        claim = Claim(asked, applicant, program, versions, companies)
        if ledger:
            asked = claim.ask(book)
        answer = assess(catalogue, asked)
        if ledger:
            claim.enter(book, answer, asked)
        yield asked, answer


def differences(
    catalogue: Catalogue,
    population: Population,
    simulation: Simulation,
    *,
    settings: Mapping[str, Any] | None = None,
    ledger: bool = True,
) -> Iterator[dict[str, Any]]:
    """Every claim that the vectorised engine answers otherwise than the interpreter, with both answers."""
    lines = _line_amounts(population, simulation)
    answers = worked(catalogue, population, settings=settings, ledger=ledger)
    for number, (asked, answer) in enumerate(answers):
        amounts = [line.amount or 0 for line in answer.lines]
        expected = {
            "outcome": answer.outcome,
            "amount": answer.amount or 0,
            "city": answer.city,
            "district": answer.district,
            "reason": answer.reason_entries[0][0].code if answer.reason_entries else None,
            # A claim that is refused before has no answers of its lines.
            "lines": amounts + [0] * (len(lines[number]) - len(amounts)),
        }
        divided = bool(simulation.divided[number])
        reason = int(simulation.reason[number])
        vectorised = {
            "outcome": OUTCOME_CODES[int(simulation.outcome[number])],
            "amount": int(simulation.amount[number]),
            "city": int(simulation.city[number]) if divided else None,
            "district": int(simulation.district[number]) if divided else None,
            "reason": simulation.reason_codes[reason] if reason >= 0 else None,
            "lines": list(lines[number]),
        }
        if expected != vectorised:
            found = {key: (expected[key], vectorised[key]) for key in expected if expected[key] != vectorised[key]}
            yield {"claim": number, "interpreter, vectorised": found, "question": asked}


def _line_amounts(population: Population, simulation: Simulation) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(len(population))]
    for table, amounts in zip(population.tables, simulation.line_amounts, strict=True):
        for claim, amount in zip(table.claim.tolist(), amounts.tolist(), strict=True):
            found[claim].append(amount)
    return found
