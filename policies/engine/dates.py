"""Dates without a clock: reading them, and adding months as the Civil Code does."""

import calendar
import re
from datetime import date
from functools import lru_cache

from policies.engine.problems import problem_code

_UNREADABLE = "“{value}”无法读取"
DAY_SHAPE = problem_code(
    "day_shape", _UNREADABLE, "日期请写成 2021-05-10 的样子", form="“{value}”不是日期，请写成 2021-05-10 的样子。"
)
NO_SUCH_DAY = problem_code(
    "no_such_day", _UNREADABLE, "没有 {value} 这一天，请核对日期", form="没有 {value} 这一天，请核对日期。"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_date(value: object) -> date:
    """Read an ISO date; raises Fault otherwise."""
    if isinstance(value, str):
        return _parse(value)
    raise DAY_SHAPE.fault(value=str(value))


@lru_cache(maxsize=4096)
def _parse(text: str) -> date:
    if _DATE.fullmatch(text) is None:
        raise DAY_SHAPE.fault(value=text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NO_SUCH_DAY.fault(value=text) from None


def add_months(start: date, months: int) -> date:
    """The last day of a term of months that begins with an event on `start`.

    Civil Code arts. 201 and 202: the first day does not count, the term ends on the corresponding day of the last
    month, or on its last day where there is none. A term of 12 months from 2024-02-29 ends with 2025-02-28.
    """
    month = start.month - 1 + months
    year = start.year + month // 12
    month = month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def terms_and_days(first: date, last: date, months: int) -> tuple[int, int]:
    """The whole terms of so many months from one day to another, and the days past them; nothing backwards."""
    if last < first:
        return 0, 0
    terms = (12 * (last.year - first.year) + last.month - first.month) // months
    if add_months(first, months * terms) > last:
        terms -= 1
    return terms, (last - add_months(first, months * terms)).days
