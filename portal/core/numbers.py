"""Numbers and days as people write them, read exactly or refused with the remedy. Pure.

One reader for forms, facts, figures and spreadsheets: full width, thousands in their groups, a unit of 万 or 亿.
A comma that stands anywhere else is never dropped: `1,5` may mean 1.5 or 15. At a line break two numbers meet, and at a
space of the keyboard may: groups are told apart by the narrow spaces of GB/T 15835, or by those that do not break.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.core.text import tidy, visible

# Longer texts are no number that anybody means; a Decimal carries 28 digits without loss.
LONGEST = 40
MOST_DIGITS = 24
_LONGEST_KEY = 18
FIRST_YEAR, LAST_YEAR = 1900, 2199
SCALES: Mapping[str, Decimal] = {
    "": Decimal(1),
    "十": Decimal(10),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10) ** 4,
    "十万": Decimal(10) ** 5,
    "百万": Decimal(10) ** 6,
    "千万": Decimal(10) ** 7,
    "亿": Decimal(10) ** 8,
}
# Numerals of units as they are written beside the mainland, or so that nobody adds a stroke.
TRADITIONAL = str.maketrans("萬億佰仟拾圓圆", "万亿百千十元元")
_NUMBER = re.compile(
    r"(?P<sign>[+−-]?) ?(?P<whole>[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+)|\d+|)(?P<fraction>\.\d*)? ?(?P<rest>\D*)",
    re.ASCII,
)
_MISPLACED = re.compile(r"\d[, ]+\d")
# The spaces that a keyboard gives, and their kin as wide; narrow ones and those that do not break are set on purpose.
_SPACED = re.compile("\\d[ \u2000-\u2004\u3000]+\\d")
_BROKEN = re.compile(r"\d *[\n\r\t][ \n\r\t]*\d")
_DAY = re.compile(
    r"(\d{4})(?:(?: ?[-/.年] ?)(\d{1,2})(?: ?[-/.月] ?)(\d{1,2}) ?[日号]?|(\d{2})(\d{2}))"
    r"(?:(?:(?<=[日号]) ?| ?T ?| )(?P<hour>\d{1,2})[:时](?P<minute>\d{2})分?(?::\d{2})?(?:\.\d{1,6})?)?",
    re.ASCII,
)


class NumberError(ValueError):
    """A text that is no number or day. The message is Chinese, and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with the scale that was written behind it already applied, and what else stands there, e.g. 元 or %."""

    value: Decimal
    unit: str = ""
    is_scaled: bool = False


def whole_number(text: str | None) -> int | None:
    """A whole number of plain digits that a database can hold, as pages send it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _LONGEST_KEY else None


def shown(text: str) -> str:
    """What was typed, short enough for a message."""
    short = text.strip()
    return short if len(short) <= LONGEST else f"{short[:LONGEST]}…"


def read_number(text: str, *, what: str = "数字", example: str = "26.6") -> Number:
    """Read one number with whatever unit follows it; the caller decides which units it takes.

    Raises NumberError, which calls the number `what` and gives an example.
    """
    if len(text) > LONGEST * 5:
        raise NumberError(f"“{shown(text)}”不是{what}：位数过多，请核对。")
    written = tidy(text)
    found = _NUMBER.fullmatch(written)
    meets = _SPACED.search(visible(text)) or _BROKEN.search(text)
    if meets or not found or not (found["whole"] or len(found["fraction"] or "") > 1):
        raise NumberError(_refusal(written, shown(text), what, example))
    digits = found["whole"].replace(",", "").replace(" ", "") + (found["fraction"] or "")
    if len(digits) > MOST_DIGITS:
        raise NumberError(f"“{shown(text)}”不是{what}：位数过多，请核对。")
    value = Decimal(("-" if found["sign"] in ("-", "−") else "") + digits)
    unit = found["rest"].replace(" ", "").translate(TRADITIONAL)
    scale = next((scale for scale in sorted(SCALES, key=len, reverse=True) if unit.startswith(scale)), "")
    return Number(value * SCALES[scale], unit.removeprefix(scale), is_scaled=bool(scale))


def _refusal(written: str, typed: str, what: str, example: str) -> str:
    if not written:
        return f"请填写{what}，如 {example}。"
    if _SPACED.search(written[:LONGEST]) and "," not in written:
        return (
            f"“{typed}”不是{what}：数字中间有空格或换行，看不出是一个数还是两个数。"
            "是一个数的请连着写，一格只能填一个数。"
        )
    if _MISPLACED.search(written[:LONGEST]):
        return (
            f"“{typed}”不是{what}：逗号或空格的位置不对。小数请用小数点（如 1.5），千位分隔须每三位一个（如 1,500）。"
            "一格只能填一个数。"
        )
    return f"“{typed}”不是{what}：请填写数字，如 {example}。"


def read_day(text: str, *, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> date:
    """A day as 2021-05-10, 2021/5/10, 2021.5.10, 20210510 or 2021年5月10日; a time behind it is passed over.

    Raises NumberError, also for a year outside the bounds and for no time of a day.
    """
    found = _day_in(text)
    if not tidy(text[:LONGEST]):
        raise NumberError("请填写日期，如 2021-05-10。")
    if not found:
        raise NumberError(f"“{shown(text)}”不是日期：请写成 2021-05-10 的样子。")
    year, month, day = (int(part) for part in found.groups()[:5] if part is not None)
    try:
        value = date(year, month, day)
    except ValueError:
        raise NumberError(f"没有 {year} 年 {month} 月 {day} 日这一天，请核对日期。") from None
    if not first_year <= year <= last_year:
        raise NumberError(f"年份 {year} 不对，请核对日期。")
    _minutes_in(found, text)
    return value


def read_minutes(text: str) -> int | None:
    """The minutes since midnight of the time behind a day that `read_day` reads, None where there is none.

    Raises NumberError for no time of a day; 24:00 is its end.
    """
    found = _day_in(text)
    return _minutes_in(found, text) if found else None


def _day_in(text: str) -> re.Match[str] | None:
    return _DAY.fullmatch(tidy(text)) if len(text) <= LONGEST * 5 else None


def _minutes_in(found: re.Match[str], text: str) -> int | None:
    if found["hour"] is None:
        return None
    minutes = int(found["hour"]) * 60 + int(found["minute"])
    if int(found["minute"]) > 59 or minutes > 24 * 60:
        raise NumberError(f"“{shown(text)}”中没有这个时间：请写成 2021-05-10 17:30 的样子。")
    return minutes


def number_words(numbers: Sequence[int]) -> str:
    """Numbers in ascending order as people write them: `1-3、7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
