"""Count working days by the State Council's calendar (with 调休) and the administrator's overrides."""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar.constants import holidays

from portal.core.statements import A_DAY, ANOTHER_DAY, Lookup
from portal.workdays.models import WorkdayOverride

_overrides = Lookup(
    lambda first, last: WorkdayOverride.objects.filter(day__range=(first, last)).values_list("day", "is_workday"),
    *(A_DAY, ANOTHER_DAY),
)
ONE_DAY = timedelta(days=1)
# Overrides are read so many days at a time.
_WINDOW = 62
# Years the packaged calendar knows.
FIRST_YEAR, LAST_YEAR = min(holidays).year, max(holidays).year


class CalendarUnknownError(Exception):
    """The national calendar of a year is not known yet: nobody may guess its working days."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day.year} 年的节假日安排尚未载入，无法推算工作日。请系统管理员更新日历或在“工作日”页登记。")
        self.day = day


def is_workday(day: date) -> bool:
    """Whether a day is worked. Raises CalendarUnknownError for a year without data and without an override."""
    return _is_worked(day, overrides_between(day, day))


def add_workdays(first: date, *, days: int) -> date:
    """The last of `days` working days, the first of which is `first` or the next working day after it.

    A publicity of 5 working days that begins on a Monday ends on that Friday. Raises CalendarUnknownError where it
    would have to guess, ValueError for less than one day.
    """
    if days < 1:
        raise ValueError("days must be at least 1")
    counted = 0
    for day, worked in _days_from(first):
        counted += worked
        if counted == days:
            return day
    raise AssertionError("days do not end")


def workdays_between(first: date, last: date) -> int:
    """How many days from `first` to `last`, both included, are worked; 0 where `last` is before `first`."""
    overrides = overrides_between(first, last)
    return sum(_is_worked(first + timedelta(days=n), overrides) for n in range((last - first).days + 1))


def worked_days(first: date, last: date) -> Callable[[date], bool]:
    """Whether a day is worked, with the overrides of a span read once; days beyond it are read one by one.

    The answer raises CalendarUnknownError as `is_workday` does.
    """
    overrides = overrides_between(first, last)
    return lambda day: _is_worked(day, overrides) if first <= day <= last else is_workday(day)


def overrides_between(first: date, last: date) -> dict[date, bool]:
    """Days set by the administrator in a span, both ends included: day → whether it is worked."""
    return dict(_overrides(first, last))


def _days_from(first: date) -> Iterator[tuple[date, bool]]:
    while True:
        overrides = overrides_between(first, first + timedelta(days=_WINDOW - 1))
        for _ in range(_WINDOW):
            yield first, _is_worked(first, overrides)
            first += ONE_DAY


def _is_worked(day: date, overrides: dict[date, bool]) -> bool:
    if day in overrides:
        return overrides[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise CalendarUnknownError(day) from error


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day as the calendar page shows it; `worked` is None where nobody knows."""

    day: date
    worked: bool | None
    is_override: bool
    name: str

    @property
    def mark(self) -> str:
        """The one character beside the day: 班 for a worked weekend, 休 for a free weekday, ？ where nobody knows."""
        if self.worked is None:
            return "？"
        weekend = self.day.weekday() >= 5
        if self.worked == weekend:
            return "班" if self.worked else "休"
        return ""


@dataclass(frozen=True, slots=True)
class Month:
    """One month in weeks from Monday to Sunday; None fills the first and last week."""

    number: int
    weeks: list[list[CalendarDay | None]]


def months_of(year: int) -> list[Month]:
    """A year's days with what each is, and why."""
    overrides = overrides_between(date(year, 1, 1), date(year, 12, 31))
    grid = calendar.Calendar()
    return [
        Month(
            number,
            [
                [_calendar_day(day, overrides) if day.month == number else None for day in week]
                for week in grid.monthdatescalendar(year, number)
            ],
        )
        for number in range(1, 13)
    ]


def _calendar_day(day: date, overrides: dict[date, bool]) -> CalendarDay:
    try:
        worked: bool | None = _is_worked(day, overrides)
    except CalendarUnknownError:
        worked = None
    name = ""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        english = chinese_calendar.get_holiday_detail(day)[1]
        name = chinese_calendar.Holiday(english).chinese if english else ""
    return CalendarDay(day, worked, is_override=day in overrides, name=name)


@dataclass(slots=True)
class Span:
    """Overrides on days that follow each other under one basis."""

    first: date
    last: date
    basis: str
    worked: int = 0
    free: int = 0


def spans_of(year: int) -> list[Span]:
    """A year's overrides, gathered into spans."""
    spans: list[Span] = []
    for override in WorkdayOverride.objects.filter(day__year=year).order_by("day"):
        if not spans or spans[-1].basis != override.basis or spans[-1].last + ONE_DAY != override.day:
            spans.append(Span(override.day, override.day, override.basis))
        span = spans[-1]
        span.last = override.day
        span.worked += override.is_workday
        span.free += not override.is_workday
    return spans


def is_complete(year: int) -> bool:
    """Whether every day of a year is known."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        return True
    days = 366 if calendar.isleap(year) else 365
    return WorkdayOverride.objects.filter(day__year=year).count() == days
