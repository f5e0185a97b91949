"""Dates without a clock: reading them, and adding months as the Civil Code does."""

import calendar
import re
from datetime import date

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_date(value: object) -> date:
    """Read an ISO date; ValueError with a Chinese remedy otherwise."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"没有 {value} 这一天，请核对日期") from None
    raise ValueError("日期请写成 2021-05-10 的样子")


def add_months(start: date, months: int) -> date:
    """The last day of a term of months that begins with an event on `start`.

    Civil Code arts. 201 and 202: the first day does not count, the term ends on the corresponding day of the last
    month, or on its last day where there is none. A term of 12 months from 2024-02-29 ends with 2025-02-28.
    """
    month = start.month - 1 + months
    year = start.year + month // 12
    month = month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
