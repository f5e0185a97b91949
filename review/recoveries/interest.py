"""Interest on what is owed: a daily rate from a day, exact, rounded to the fen once. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor


def interest_fen(
    principal: int, repaid: Iterable[tuple[date, int]], *, daily_rate: Decimal, since: date, until: date
) -> int:
    """The interest in fen from `since` until the beginning of `until`, half a fen rounded up.

    Each day bears the rate on what is owed on it; a repayment (day, fen) counts from its own day on.
    """
    owed, day, fen_days = principal, since, 0
    for on, fen in sorted(repaid):
        if on >= until:
            break
        if on > day:
            fen_days += owed * (on - day).days
            day = on
        owed -= fen
    fen_days += owed * max((until - day).days, 0)
    return floor(Fraction(daily_rate) * fen_days + Fraction(1, 2))
