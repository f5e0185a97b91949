"""Working days against a naive count and against the State Council's own examples."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.workdays.models import WorkdayOverride
from portal.workdays.selectors import (
    FIRST_YEAR,
    LAST_YEAR,
    CalendarUnknownError,
    add_workdays,
    is_complete,
    is_workday,
    months_of,
    spans_of,
    workdays_between,
)

pytestmark = pytest.mark.django_db
KNOWN_DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 9, 1))


def _override(day, *, is_workday, basis="省政府办公厅通知"):
    return WorkdayOverride.objects.create(day=day, is_workday=is_workday, basis=basis)


# 国办发明电〔2024〕12号 (2025) and 国办发明电〔2025〕7号 (2026): National Day with its 调休.
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 9, 28), True),  # a Sunday worked in exchange
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),  # a Wednesday off in exchange
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),  # a Saturday worked in exchange
        (date(2025, 10, 12), False),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_exchanged_days_around_national_day(day, worked):
    assert is_workday(day) is worked


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        (date(2026, 3, 2), 5, date(2026, 3, 6)),  # Monday to Friday: the first day counts
        (date(2026, 3, 2), 1, date(2026, 3, 2)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # begun on a Saturday: Monday is the first day
        (date(2026, 3, 5), 5, date(2026, 3, 11)),
        (date(2026, 9, 29), 5, date(2026, 10, 10)),  # over the holiday, ending on an exchanged Saturday
        (date(2025, 9, 26), 3, date(2025, 9, 29)),  # Friday, the worked Sunday, Monday
    ],
)
def test_a_period_counts_its_first_day_and_skips_what_is_free(first, days, last):
    assert add_workdays(first, days=days) == last


@settings(max_examples=60, deadline=None)
@given(first=KNOWN_DAYS, days=st.integers(1, 70))
def test_a_period_agrees_with_a_naive_count(first, days):
    last = add_workdays(first, days=days)
    worked = [d for n in range((last - first).days + 1) if chinese_calendar.is_workday(d := first + timedelta(days=n))]
    assert len(worked) == days
    assert worked[-1] == last


@settings(max_examples=60, deadline=None)
@given(first=KNOWN_DAYS, length=st.integers(-5, 90))
def test_counting_agrees_with_a_naive_count(first, length):
    last = first + timedelta(days=length)
    naive = sum(chinese_calendar.is_workday(first + timedelta(days=n)) for n in range(length + 1))
    assert workdays_between(first, last) == naive


@settings(max_examples=40, deadline=None)
@given(first=KNOWN_DAYS, days=st.integers(1, 40))
def test_counting_undoes_adding(first, days):
    assert workdays_between(first, add_workdays(first, days=days)) == days


def test_what_the_administrator_set_wins_over_the_calendar():
    _override(date(2026, 3, 4), is_workday=False)
    _override(date(2026, 3, 7), is_workday=True)
    assert add_workdays(date(2026, 3, 2), days=5) == date(2026, 3, 7)
    assert workdays_between(date(2026, 3, 2), date(2026, 3, 8)) == 5


@pytest.mark.parametrize("day", [date(LAST_YEAR + 1, 1, 4), date(FIRST_YEAR - 1, 12, 31)])
def test_a_year_without_data_is_an_error_and_no_guess(day):
    with pytest.raises(CalendarUnknownError, match=f"{day.year} 年的节假日安排尚未载入") as error:
        is_workday(day)
    assert error.value.day == day


def test_a_period_over_the_end_of_what_is_known_is_an_error():
    with pytest.raises(CalendarUnknownError):
        add_workdays(date(LAST_YEAR, 12, 28), days=10)
    with pytest.raises(CalendarUnknownError):
        workdays_between(date(LAST_YEAR, 12, 28), date(LAST_YEAR + 1, 1, 5))


def test_days_set_by_hand_carry_a_period_into_a_year_without_data():
    for n in range(1, 9):
        day = date(LAST_YEAR + 1, 1, n)
        _override(day, is_workday=day.weekday() < 5 and n > 3)
    first = date(LAST_YEAR, 12, 30)
    rest = sum(chinese_calendar.is_workday(date(LAST_YEAR, 12, n)) for n in (30, 31))
    assert add_workdays(first, days=rest + 1).year == LAST_YEAR + 1


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_has_at_least_one_day(days):
    with pytest.raises(ValueError, match="at least 1"):
        add_workdays(date(2026, 3, 2), days=days)


def test_a_long_period_reads_overrides_in_few_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        add_workdays(date(2026, 1, 5), days=60)
    with django_assert_num_queries(1):
        workdays_between(date(2025, 1, 1), date(2026, 12, 31))


def test_the_years_page_marks_what_differs_from_the_week():
    _override(date(2026, 3, 4), is_workday=False)
    days = {entry.day: entry for month in months_of(2026) for week in month.weeks for entry in week if entry}
    assert len(days) == 365
    assert (days[date(2026, 10, 1)].mark, days[date(2026, 10, 1)].name) == ("休", "国庆节")
    assert days[date(2026, 10, 10)].mark == "班"
    assert days[date(2026, 3, 3)].mark == days[date(2026, 3, 8)].mark == ""
    assert (days[date(2026, 3, 4)].mark, days[date(2026, 3, 4)].is_override) == ("休", True)
    unknown = months_of(LAST_YEAR + 1)[0].weeks[0][-1]
    assert (unknown.worked, unknown.mark) == (None, "？")


def test_days_that_follow_each_other_under_one_basis_are_one_span():
    for n, basis in ((1, "甲"), (2, "甲"), (3, "乙"), (5, "乙")):
        _override(date(2026, 3, n), is_workday=n == 2, basis=basis)
    spans = [(s.first.day, s.last.day, s.basis, s.worked, s.free) for s in spans_of(2026)]
    assert spans == [(1, 2, "甲", 1, 1), (3, 3, "乙", 0, 1), (5, 5, "乙", 0, 1)]


def test_a_year_is_complete_when_packaged_or_set_to_the_last_day():
    assert is_complete(2026)
    year = LAST_YEAR + 1
    assert not is_complete(year)
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    for n in range(days):
        assert not is_complete(year)
        _override(first + timedelta(days=n), is_workday=True)
    assert is_complete(year)
