"""A month of filing windows as a grid of weeks, and as the list of its days on which one opens or closes. Pure."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from policies.calls.models import Call

WEEKDAYS = "一二三四五六日"
# Months people may turn to; beyond them nobody announces anything.
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(slots=True)
class Day:
    """One day of the grid: the calls that open or close on it, and how many are open at some time of it."""

    day: date
    in_month: bool
    is_today: bool
    opening: list[Call] = field(default_factory=list)
    closing: list[Call] = field(default_factory=list)
    open_count: int = 0

    @property
    def has_events(self) -> bool:
        return bool(self.opening or self.closing)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the calendar."""

    first: date
    weeks: list[list[Day]]

    @property
    def events(self) -> list[Day]:
        """The month's own days on which something opens or closes."""
        return [day for week in self.weeks for day in week if day.in_month and day.has_events]

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)


def read_month(text: str, *, today: date) -> date:
    """The first day of a month written `2026-03`; of this month where it is none."""
    year, _, month = text.partition("-")
    if not (len(text) == 7 and text.isascii() and year.isdigit() and month.isdigit()):
        return today.replace(day=1)
    is_month = FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12
    return date(int(year), int(month), 1) if is_month else today.replace(day=1)


def bounds_of(first: date) -> tuple[datetime, datetime]:
    """The moments between which the month's grid lies, its neighbours' days among them."""
    days = list(Calendar().itermonthdates(first.year, first.month))
    return _midnight(days[0]), _midnight(days[-1] + timedelta(days=1))


def month_of(first: date, calls: Iterable[Call], *, today: date) -> Month:
    """The grid of a month, Monday first. A call that closes at midnight closes on the day that ends then."""
    weeks = [
        [Day(day, day.month == first.month, day == today) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    days = {day.day: day for week in weeks for day in week}
    for call in calls:
        opens = timezone.localtime(call.opens_at).date()
        closes = timezone.localtime(call.closes_at - timedelta(microseconds=1)).date()
        if opens in days:
            days[opens].opening.append(call)
        if closes in days:
            days[closes].closing.append(call)
        for day in days.values():
            day.open_count += opens <= day.day <= closes
    return Month(first, weeks)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
