"""What a number's format makes of it for whoever looks at its cell: a day, a percentage, a sum with a unit. Pure."""

import re
from dataclasses import dataclass

from portal.core.money import MoneyError, unit_factor

_LONGEST = 500
# What stands in a format without meaning a date or a percentage: quoted text, escaped characters, conditions.
_LITERALS = re.compile(r'"[^"]*"|\\.|!.|_.|\*.|\[[^\]]*\]')
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
# A comma behind the last digit divides by a thousand; a point that is but a character does as if.
_SCALED = re.compile(r'[0#?],+(?![0#?,])|[0#?](?:[\\!]\.|"\.")')
# Text that is shown beside the number: in quotes, one character, or the sign of a currency with its country.
_SHOWN = re.compile(r'"([^"]*)"|[\\!](.)|\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]')
_YEN = "411"
# Number formats that need no definition (ECMA-376, 18.8.30), the East Asian ones included.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS = frozenset({9, 10})


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format makes of a number: `date`, `percent` or "", the unit of money beside it, and whether it shows less.

    The sign ¥ alone is no unit: it stands in columns of 万元 too.
    """

    kind: str = ""
    unit: str = ""
    is_scaled: bool = False


def number_format(number: int, code: str) -> NumberFormat:
    """A format by its number or the code it is defined with."""
    if not code:
        kind = "date" if number in _DATE_FORMATS else "percent" if number in _PERCENT_FORMATS else ""
        return NumberFormat(kind)
    code = code[:_LONGEST]
    bare = _LITERALS.sub("", code)
    if bare.casefold() == "general":
        return NumberFormat(unit=_unit(code))
    if "%" in bare:
        return NumberFormat("percent")
    if _DATE_LETTERS.search(bare):
        return NumberFormat("date")
    positive = code.partition(";")[0]
    return NumberFormat("", _unit(positive), _SCALED.search(positive) is not None)


def _unit(code: str) -> str:
    """The unit of money that is shown beside a number, "" for none."""
    words = []
    for text, character, sign, country in _SHOWN.findall(code):
        words.append("日元" if sign and country.lstrip("0") == _YEN else text or character or sign)
    whole = "".join(words).strip("()（） ")
    for word in (whole, *(word.strip("()（） ") for word in words)):
        try:
            if word.strip("¥￥") and unit_factor(word) is not None:
                return word
        except MoneyError:
            return word
    return ""
