"""Days of a year whose national calendar is not published yet, so that the demo runs in any December."""

from datetime import date, timedelta

from django.db import transaction

from portal.workdays.models import WorkdayOverride
from portal.workdays.selectors import CalendarUnknownError, is_workday


def fill_unknown_days(today: date, *, days: int = 120) -> None:
    """Enter, with a basis that says so, Monday to Friday as worked where nothing is known yet."""
    for offset in range(days):
        day = today + timedelta(days=offset)
        try:
            is_workday(day)
        except CalendarUnknownError:
            with transaction.atomic():
                WorkdayOverride.objects.create(
                    day=day, is_workday=day.weekday() < 5, basis="演示数据：节假日安排公布前按周一至周五推定"
                )
