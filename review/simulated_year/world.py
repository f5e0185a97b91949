"""What every deed of a simulated year shares: clock, people, chance by the seed, and the tally of what failed."""

from __future__ import annotations

import logging
import random
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.submission import AlreadySubmittedError, ClaimIncompleteError
from portal.accounts.models import User
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.workdays.selectors import worked_days
from review.decisions.services.locking import ExpectedState
from review.simulated_year.crew import Count, Counts
from review.simulated_year.faults import Faults, InjectedError
from review.simulated_year.items import Claimable
from review.simulated_year.people import City

logger = logging.getLogger(__name__)
REFUSED = (RefusedError, PermissionDenied, ClaimIncompleteError, AlreadySubmittedError)
# A deed that a fault breaks off is done again, as a person would press the button again.
_TRIES = 5
_MOST_KEPT = 20
# After so many days whatever is not at its end never comes to one.
LONGEST = 600


@dataclass(slots=True)
class Tally:
    """What did not go through: refusals by deed, and what must not happen, the first of it in words."""

    refusals: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)

    def violated(self, code: str, words: str) -> None:
        """Count something that must not happen."""
        self.violations[code] += 1
        if len(self.first) < _MOST_KEPT:
            self.first.append(f"{code}: {words}"[:600])

    def add(self, other: Tally) -> None:
        """Add what another process counted."""
        self.refusals += other.refusals
        self.violations += other.violations
        self.first = (self.first + other.first)[:_MOST_KEPT]


@dataclass(slots=True)
class Case:
    """A claim of the year: its number, its key once it is begun, its next day, and how often it was visited.

    `rested_by` has suspended it; `is_disputed` says that its refusal was, or never will be.
    """

    number: int
    begins: date
    due: date
    pk: int | None = None
    visits: int = 0
    refused: int = 0
    rested_by: User | None = None
    is_disputed: bool = False

    @property
    def noted(self) -> tuple[Any, ...]:
        """What deeds change of it: what is counted up, and then what is set."""
        return self.visits, self.refused, self.pk, self.due, self.rested_by, self.is_disputed

    def take_over(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
        """Change it as another process did, from `before` to `after`."""
        self.visits += after[0] - before[0]
        self.refused = max(self.refused + after[1] - before[1], 0)
        for name, old, new in zip(("pk", "due", "rested_by", "is_disputed"), before[2:], after[2:], strict=True):
            if new != old:
                setattr(self, name, new)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a deed: `problem` is empty where it went through, and `value` what the service gave."""

    problem: str = ""
    value: Any = None

    @property
    def is_done(self) -> bool:
        return not self.problem

    @property
    def needs_credit(self) -> bool:
        """Whether the applicant has to be looked up anew first."""
        return needs_credit(self.problem)

    @property
    def needs_answers(self) -> bool:
        """Whether findings of the checks have to be answered first."""
        return needs_answers(self.problem)


class World:
    """The city in its year."""

    def __init__(self, *, seed: int, year: int, claims: int, faults: Faults) -> None:
        self.seed, self.year, self.faults = seed, year, faults
        self.tally = Tally()
        self.day = date(year, 1, 1)
        self.moment = _at(self.day)
        self.cases = [Case(number, self.day, self.day) for number in range(claims)]
        self.by_claim: dict[int, Case] = {}
        self.items: list[Claimable] = []
        self.competitive: frozenset[str] = frozenset()
        # Regions with the status at which claims are assigned by a rule.
        self.assigned: set[tuple[str, str]] = set()
        self.city: City
        self.counts = Counts()
        # Which of how many processes this one is while they live a day side by side.
        self.process, self.processes = 0, 1
        self._before: list[tuple[Any, ...]] = []

    def chance(self, *about: object) -> random.Random:
        """Chance that depends on the seed and on what it is about, and on nothing that happened before."""
        return random.Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 - no secret

    def begin_day(self, day: date) -> None:
        """Let it be nine o'clock of a day."""
        self.day, self.moment = day, _at(day)
        self.counts.begin_day()

    def begin_notes(self, process: int) -> None:
        """Note from now on what the first process has to know, as another one of its crew."""
        self.process = process
        self._before = [case.noted for case in self.cases]
        self.tally = Tally()
        self.faults.begin_notes(f"{self.seed} {self.day} {process}")

    def notes(self) -> tuple[Tally, int, list[tuple[int, tuple[Any, ...], tuple[Any, ...]]]]:
        """What was counted, how many faults were made, and the cases that changed: place, before and after."""
        pairs = enumerate(zip(self._before, (case.noted for case in self.cases), strict=True))
        changed = [(place, before, after) for place, (before, after) in pairs if before != after]
        return self.tally, self.faults.injected, changed

    def take_over(self, notes: tuple[Tally, int, list[tuple[int, tuple[Any, ...], tuple[Any, ...]]]]) -> None:
        """Add what another process noted."""
        tally, injected, changed = notes
        self.tally.add(tally)
        self.faults.injected += injected
        for place, before, after in changed:
            case = self.cases[place]
            case.take_over(before, after)
            if case.pk is not None:
                self.by_claim[case.pk] = case

    @property
    def week(self) -> int:
        """The number of the week since the year began."""
        return (self.day - date(self.year, 1, 1)).days // 7

    def act(self, user: User | None) -> ActorContext:
        """The next deed of a person, some seconds after the last, still on this day."""
        later = timedelta(seconds=7 * (self.counts.next(Count.DEEDS) + 1))
        self.moment = min(_at(self.day) + later, _at(self.day, hour=22))
        return ActorContext(user=user, at=self.moment, address="192.0.2.20")

    def do(self, user: User | None, service: Callable[..., Any], *given: Any, **named: Any) -> Done:
        """Have a person call a service now; what it gave, or why the portal refused it."""
        return self.attempt(service.__name__, lambda: service(*given, act=self.act(user), **named))

    def attempt(self, deed: str, do: Callable[[], Any]) -> Done:
        """Do a deed of several steps. Anything raised but a refusal counts as a violation."""
        for _ in range(_TRIES):
            try:
                with clock.set_to(self.moment), self.faults.armed():
                    return Done(value=do())
            except REFUSED as error:
                self.tally.refusals[f"{deed}: {str(error)[:60]}"] += 1
                return Done(str(error) or type(error).__name__)
            except InjectedError:
                self.faults.recover()
                continue
            except Exception as error:
                logger.exception("A deed of the simulated year failed: %s", deed)
                self.tally.violated("exception", f"{deed} {self.day}: {error!r} {traceback.format_exc(limit=-3)}")
                return Done(repr(error))
        return Done("broken off")

    @cached_property
    def is_workday(self) -> Callable[[date], bool]:
        """Whether a day is worked, the calendar of the year and of what follows it read once."""
        first = date(self.year, 1, 1)
        return worked_days(first, first + timedelta(days=LONGEST + 100))

    def days_on(self, day: date, workdays: int) -> date:
        """The day so many working days later."""
        while workdays > 0:
            day += timedelta(days=1)
            workdays -= self.is_workday(day)
        return day

    def paper(self) -> str:
        """The number of the next paper of a bank or an office."""
        return f"年凭{self.year}-{self.counts.next(Count.PAPERS) + 1:06d}"


def needs_credit(problem: str) -> bool:
    """Whether the portal refuses because a credit check is missing or too old."""
    return "信用查询" in problem and ("超过" in problem or "没有" in problem)


def needs_answers(problem: str) -> bool:
    """Whether the portal refuses because nobody answered what the checks found; bad credit no answer helps."""
    return "核查疑点尚未处理" in problem and "不得支持" not in problem


def expected_of(claim: Claim) -> ExpectedState:
    """What a page opened now would show."""
    return ExpectedState(claim.status, claim.round)


def _at(day: date, *, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
