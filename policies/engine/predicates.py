"""Values of facts and sums as people read them."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from policies.engine.money import number_text, yuan_text


def value_text(value: Any, choices: Iterable[tuple[str, str]] = ()) -> str:
    """A fact's value as people read it."""
    names = dict(choices)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(str(part) for part in value)
    if isinstance(value, Fraction):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return names.get(value, str(value))


def money_text(fen: int) -> str:
    """Fen with its unit, as steps print it."""
    return f"{yuan_text(fen)} 元"
