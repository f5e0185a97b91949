"""Handlers of this app's jobs."""

from datetime import timedelta

from portal.core import clock
from portal.workdays.selectors import CalendarUnknownError, workdays_between
from review.figures.counting import count_all, count_recent
from review.figures.weekly import send_reports


def count_this_hour() -> None:
    """Every hour: the months that may have changed since the last count, and the desks."""
    count_recent(now=clock.now())


def count_everything() -> None:
    """Every night: all months, as an applicant's size or a claim's sum may have been corrected since."""
    count_all(now=clock.now())


def send_weekly_reports() -> None:
    """On the first working day of a week: the week before, to those who answer for the officers."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    try:
        is_first = workdays_between(monday, today) == 1 and workdays_between(today, today) == 1
    except CalendarUnknownError:
        is_first = today == monday
    if is_first:
        send_reports(monday)
