"""The clocks of a claim: the last day of its present step and of the whole, in working days.

A period begins on the day after a step does; the day on which the clock stops still counts, and after that the next is
the one that follows the day on which it runs again. It stands while the applicant corrects and while a claim is held.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from applications.claims.enums import UNDER_REVIEW, Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.workflow import STATUS_OF_STEP
from policies.engine.procedure import Procedure
from portal.workdays.selectors import CalendarUnknownError, worked_days

# Half-open spans of days: the first does not count, the last does; None where it has not ended.
Span = tuple[date, date | None]
# What else stops the clock: functions of the keys of claims, or of a query of them, that give by claim the spans in
# which it was held.
HOLDS: list[Callable[[Collection[int] | QuerySet[Any]], Mapping[int, list[Span]]]] = []

_STEP_OF_STATUS = {status: step for step, status in STATUS_OF_STEP.items()}
# Steps that have a period without anybody setting one.
_USUAL = frozenset(STATUS_OF_STEP) - {"publicity", "payment"}
# The clock of the whole runs from submission to the payment or another end.
RUNNING = (UNDER_REVIEW | {ClaimStatus.APPROVED}) - {ClaimStatus.CORRECTION}
_ONE_DAY = timedelta(days=1)
# How many days of the calendar are read at once, from the first that a clock may count.
_AHEAD = timedelta(days=150)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The last days of the present step and of the whole; None where there is no period, or no calendar is known."""

    step: date | None = None
    whole: date | None = None


def step_workdays(procedure: Procedure, status: str) -> int | None:
    """The working days of the step at which a claim in this status stands; None where it has no period."""
    step = _STEP_OF_STATUS.get(ClaimStatus(status))
    usual = settings.REVIEW_WORKDAYS if step in _USUAL else None
    return procedure.periods.get(step, usual) if step else None


def whole_workdays(procedure: Procedure) -> int:
    """The working days from submission to the payment."""
    return procedure.periods.get("whole", settings.WHOLE_WORKDAYS)


def fresh_step(procedure: Procedure, status: str, *, on: date, with_whole: bool) -> Clocks:
    """The clocks of a step that begins on this day, with the whole's where that begins too. One query at most."""
    days = step_workdays(procedure, status)
    if days is None and not with_whole:
        return Clocks()
    is_worked = worked_days(on, on + _AHEAD)
    return Clocks(
        step=_due([], days, after=on, is_worked=is_worked),
        whole=_due([], whole_workdays(procedure), after=on, is_worked=is_worked) if with_whole else None,
    )


def clocks_of(claim: Claim, events: Iterable[ClaimEvent], *, on: date) -> Clocks:
    """The clocks of a claim as its time line says, on this day. One query, and what `HOLDS` asks."""
    if claim.status not in RUNNING:
        return Clocks()
    line = sorted((event for event in events), key=lambda event: event.pk)
    held = held_spans([claim.pk]).get(claim.pk, [])
    if any(end is None for _, end in held):
        return Clocks()
    began = timezone.localdate(line[0].at) if line else on
    is_worked = worked_days(began, on + _AHEAD)

    def due(spans: Iterable[tuple[date, date]], days: int | None) -> date | None:
        try:
            counted = [day for day in _days(spans) if is_worked(day) and not _is_held(day, held)]
        except CalendarUnknownError:
            return None
        return _due(counted, days, after=on, is_worked=is_worked)

    return Clocks(
        step=due(_stay(line, claim.status, on=on), step_workdays(claim.procedure, claim.status)),
        whole=due(_spans(_since_opened(line), on=on), whole_workdays(claim.procedure)),
    )


def held_spans(claims: Collection[int] | QuerySet[Any]) -> dict[int, list[Span]]:
    """By claim the spans in which it was held, of these claims; one query for each of `HOLDS`."""
    found: dict[int, list[Span]] = {}
    for holds in HOLDS:
        for claim, spans in holds(claims).items():
            found.setdefault(claim, []).extend(spans)
    return found


def workdays_taken(
    line: Sequence[ClaimEvent], status: str, *, on: date, is_worked: Callable[[date], bool], held: Sequence[Span] = ()
) -> int:
    """The working days that a claim has stood in this status on a day, as its time line until then says.

    Days on which the applicant corrected, or the claim was held, are not counted. Raises CalendarUnknownError.
    """
    return sum(is_worked(day) and not _is_held(day, held) for day in _days(_stay(line, status, on=on)))


def _due(counted: Sequence[date], days: int | None, *, after: date, is_worked: Callable[[date], bool]) -> date | None:
    """The day that is the last of so many, of which some have passed; None where the calendar does not say."""
    if days is None:
        return None
    if len(counted) >= days:
        return counted[days - 1]
    left, day = days - len(counted), after
    try:
        while left:
            day += _ONE_DAY
            left -= is_worked(day)
    except CalendarUnknownError:
        return None
    return day


def _since_opened(line: Sequence[ClaimEvent]) -> Sequence[ClaimEvent]:
    """The time line from the step on with which the clock of the whole began: a reopened claim has its days anew."""
    first = max((place for place, event in enumerate(line) if event.action == Action.REOPEN), default=0)
    return line[first:]


def _spans(line: Sequence[ClaimEvent], *, on: date) -> Iterator[tuple[date, date]]:
    """The spans of days in which the clock of the whole ran, up to this day."""
    ends = [timezone.localdate(event.at) for event in line[1:]] + [on]
    for event, end in zip(line, ends, strict=True):
        if event.to_status in RUNNING:
            yield timezone.localdate(event.at), end


def _stay(line: Sequence[ClaimEvent], status: str, *, on: date) -> Iterator[tuple[date, date]]:
    """The spans in which the claim stood at its present step, since it last came there otherwise than corrected."""
    first = len(line)
    while first and line[first - 1].to_status in (status, ClaimStatus.CORRECTION):
        first -= 1
        if line[first].to_status == status and line[first].from_status != ClaimStatus.CORRECTION:
            break
    return _spans(line[first:], on=on)


def _days(spans: Iterable[tuple[date, date]]) -> Iterator[date]:
    for first, last in spans:
        for number in range((last - first).days):
            yield first + timedelta(days=number + 1)


def _is_held(day: date, held: Iterable[Span]) -> bool:
    return any(first < day and (last is None or day <= last) for first, last in held)
