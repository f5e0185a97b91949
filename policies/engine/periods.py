"""Periods of validity in words. Inside, a period is half-open by day; people read and write its last day. Pure."""

from datetime import date, timedelta

_DAY = timedelta(days=1)


def last_day(end: date) -> date:
    """The last day of a period that ends before `end`."""
    return end - _DAY


def end_after(last: date) -> date:
    """The end of a period whose last day is `last`."""
    return last + _DAY


def until(end: date) -> str:
    """Up to which day a period holds that ends before `end`, as every page says it."""
    return f"至 {last_day(end).isoformat()}（含当日）"
