"""Count working days by the State Council's calendar (with 调休) and the administrator's overrides."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

from portal.workdays.models import WorkdayOverride


class CalendarUnknownError(Exception):
    """The national calendar of a year is not known yet: nobody may guess its working days."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day.year} 年的节假日安排尚未载入，无法推算工作日。请系统管理员更新日历或逐日登记。")
        self.day = day


def is_workday(day: date) -> bool:
    """Whether a day is worked. Raises CalendarUnknownError for a year without data and without an override."""
    override = WorkdayOverride.objects.filter(day=day).first()
    if override:
        return override.is_workday
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError as error:
        raise CalendarUnknownError(day) from error


def add_workdays(first: date, *, days: int) -> date:
    """The last of `days` working days, the first of which is `first` or the next working day after it.

    A publicity of 5 working days that begins on a Monday ends on that Friday.
    """
    if days < 1:
        raise ValueError("days must be at least 1")
    day, counted = first, 0
    while True:
        if is_workday(day):
            counted += 1
            if counted == days:
                return day
        day += timedelta(days=1)
