"""The days by which a step and the whole end, in working days, against a plain loop over the days of a year."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.claims import clock
from applications.claims.clock import HOLDS, clocks_of, fresh_step
from applications.claims.enums import ClaimStatus as S
from applications.claims.models import Claim, ClaimEvent
from policies.engine.procedure import Procedure
from portal.workdays.selectors import CalendarUnknownError

NEW_YEAR = date(2025, 1, 1)
PERIODS = {"acceptance": 5, "district_first": 8, "city": 20, "whole": 40}
REVIEWS = [S.SUBMITTED, S.DISTRICT_REVIEW, S.CITY_REVIEW]


def worked(day):
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError as error:
        raise CalendarUnknownError(day) from error


@pytest.fixture(autouse=True)
def plain_calendar(monkeypatch):
    monkeypatch.setattr(clock, "worked_days", lambda first, last: worked)


def claim_with(moves):
    """A claim and its time line: it moves to each status so many days after the move before."""
    day, line, before = NEW_YEAR, [], S.DRAFT
    for number, (gap, status) in enumerate(moves, start=1):
        day += timedelta(days=gap)
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        line.append(ClaimEvent(pk=number, from_status=before, to_status=status, at=at))
        before = status
    return Claim(pk=1, status=before, periods=PERIODS), line, day


def oracle(line, on, held, days, *, of_step):
    """Count day after day whether the clock ran when the day ended, until so many are counted."""
    began = 0
    if of_step:
        began = max(
            n for n, e in enumerate(line) if e.to_status == line[-1].to_status and e.from_status != S.CORRECTION
        )
    day, counted = line[began].at.date(), 0
    while counted < days:
        day += timedelta(days=1)
        # The status in which the day began: a move stops or starts the clock with the next day.
        standing = next((e.to_status for e in reversed(line[began:]) if e.at.date() < day), None)
        runs = standing != S.CORRECTION and not (held and held[0] < day <= held[1])
        counted += bool(runs and worked(day))
    return day


@pytest.fixture(autouse=True, scope="module")
def no_registered_holds():
    """Claims of these tests are in no database, which the apps that hold claims would ask."""
    registered = HOLDS[:]
    HOLDS.clear()
    yield
    HOLDS.extend(registered)


@st.composite
def histories(draw):
    """Reviews one after the other, each interrupted by corrections or not, and perhaps one hold in between."""
    moves = []
    for status in REVIEWS[: draw(st.integers(1, 3))]:
        moves.append((draw(st.integers(0, 20)), status))
        for _ in range(draw(st.integers(0, 2))):
            moves += [(draw(st.integers(0, 12)), S.CORRECTION), (draw(st.integers(0, 15)), status)]
    begin = draw(st.integers(0, 60))
    held = (NEW_YEAR + timedelta(days=begin), NEW_YEAR + timedelta(days=begin + draw(st.integers(0, 20))))
    return moves, draw(st.one_of(st.none(), st.just(held)))


@given(histories(), st.integers(0, 40))
def test_clocks_count_the_working_days_on_which_they_ran(history, later):
    moves, held = history
    claim, line, last = claim_with(moves)
    on = max(last, held[1] if held else last) + timedelta(days=later)
    HOLDS.append(lambda claims: {pk: [held] for pk in claims} if held else {})
    try:
        found = clocks_of(claim, line, on=on)
    finally:
        HOLDS.pop()
    days = {S.SUBMITTED: 5, S.DISTRICT_REVIEW: 8, S.CITY_REVIEW: 20}[claim.status]
    assert found.step == oracle(line, on, held, days, of_step=True)
    assert found.whole == oracle(line, on, held, 40, of_step=False)


def test_clocks_stand_in_correction_during_a_hold_and_after_the_end():
    claim, line, day = claim_with([(0, S.SUBMITTED), (3, S.CORRECTION)])
    assert clocks_of(claim, line, on=day) == clock.Clocks()
    claim, line, day = claim_with([(0, S.SUBMITTED), (3, S.NOT_ACCEPTED)])
    assert clocks_of(claim, line, on=day) == clock.Clocks()
    claim, line, day = claim_with([(0, S.SUBMITTED)])
    HOLDS.append(lambda claims: {pk: [(day, None)] for pk in claims})
    try:
        assert clocks_of(claim, line, on=day) == clock.Clocks()
    finally:
        HOLDS.pop()


def test_a_fresh_step_ends_over_the_spring_festival_and_says_nothing_without_a_calendar():
    # 2025-01-28 to 2025-02-04 is free, 2025-01-26 and 2025-02-08 are worked.
    plan = Procedure(periods={"acceptance": 5, "whole": 10})
    found = fresh_step(plan, S.SUBMITTED, on=date(2025, 1, 23), with_whole=True)
    assert (found.step, found.whole) == (date(2025, 2, 6), date(2025, 2, 12))
    assert fresh_step(plan, S.SUBMITTED, on=date(2089, 1, 3), with_whole=True) == clock.Clocks()
    assert fresh_step(plan, S.AWAITING_PUBLICITY, on=date(2025, 1, 23), with_whole=False) == clock.Clocks()
