"""Money as whole fen and ratios as exact fractions, in the shapes of policies and questions: the engine knows no float.

What people type and read on pages is `portal.core.money`, which the engine cannot import; a test holds both together.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from policies.engine.problems import Code, problem_code

# Twelve digits of yuan keep every product of a bounded count and amount inside int64.
MAX_YUAN = 10**12
MAX_FEN = MAX_YUAN * 100
MAX_FACTOR = 10

_UNREADABLE = "“{value}”无法读取"
SUM_TYPE = problem_code(
    "sum_type",
    _UNREADABLE,
    '金额请写成以元为单位的十进制字符串，如 "4999.99"',
    form="金额请写成以元为单位的数，如 4999.99。",
)
SUM_SHAPE = problem_code(
    "sum_shape",
    _UNREADABLE,
    '金额请写成以元为单位、最多两位小数的数，如 "4999.99"',
    form="“{value}”不是金额，请写成以元为单位、最多两位小数的数，如 4999.99。",
)
NEGATIVE_SUM = problem_code("negative_sum", _UNREADABLE, "金额不能为负数", form="金额不能为负数。")
SUM_TOO_LARGE = problem_code(
    "sum_too_large",
    _UNREADABLE,
    "金额超过一万亿元，请核对单位是否为元",
    form="金额超过一万亿元，请核对单位是否为元。",
)
RATIO_TYPE = problem_code(
    "ratio_type", _UNREADABLE, '比例请写成带引号的 "60%"、"1/2" 或 "0.6"', form="比例请写成 60%、1/2 或 0.6。"
)
RATIO_SHAPE = problem_code(
    "ratio_shape",
    _UNREADABLE,
    '比例请写成 "60%"、"1/2" 或 "0.6"',
    form="“{value}”不是比例，请写成 60%、1/2 或 0.6。",
)
RATIO_LENGTH = problem_code(
    "ratio_length",
    _UNREADABLE,
    '比例的小数最多写 12 位，分数的分子、分母各最多 9 位；除不尽的请写成分数，如 "1/3"',
    form="比例的小数最多写 12 位，分数的分子、分母各最多 9 位；除不尽的请写成分数，如 1/3。",
)
RATIO_RANGE = problem_code("ratio_range", _UNREADABLE, "比例应在 0 到 100% 之间", form="比例应在 0 到 100% 之间。")
FACTOR_RANGE = problem_code(
    "factor_range", _UNREADABLE, "倍数应在 0 到 1000% 之间", form="倍数应在 0 到 1000% 之间，如上浮 20% 写 120%。"
)
NUMBER_SHAPE = problem_code(
    "number_shape",
    _UNREADABLE,
    '数值请写成十进制数，如 "26.6" 或 "70%"',
    form="“{value}”不是数值，请写成如 26.6 或 70% 的数。",
)
NUMBER_LENGTH = problem_code(
    "number_length",
    _UNREADABLE,
    "数值的整数部分最多写 18 位，小数最多写 12 位，请舍去多余的位数",
    form="数值的整数部分最多写 18 位，小数最多写 12 位，请舍去多余的位数。",
)

_YUAN = re.compile(r"(?P<yuan>[0-9]{1,99})(?:\.(?P<cents>[0-9]{1,2}))?")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?")
_QUOTIENT = re.compile(r"(?P<top>[0-9]{1,9})/(?P<bottom>[1-9][0-9]{0,8})")
# The same shapes of any length: what is only too long is told so.
_LONG_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LONG_QUOTIENT = re.compile(r"[0-9]+/0*[1-9][0-9]*")


def parse_yuan(value: object) -> int:
    """Read an amount in yuan ("4999.99", 4999, Decimal) as fen.

    Raises Fault for floats, signs, more than two decimals and sums past 10^12 yuan.
    """
    if isinstance(value, str):
        # The common shapes, "5000" and "4999.99", without the pattern.
        yuan, _, cents = value.partition(".")
        if len(cents) == 2 and len(yuan) < 12 and value.isascii() and yuan.isdigit() and cents.isdigit():
            return int(yuan + cents)
        text = value
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        text = _written(value)
    else:
        raise SUM_TYPE.fault(value=str(value))
    match = _YUAN.fullmatch(text)
    if match is None:
        if text.startswith("-"):
            raise NEGATIVE_SUM.fault(value=text)
        raise SUM_SHAPE.fault(value=text)
    cents = match["cents"] or ""
    fen = int(match["yuan"]) * 100 + int(cents.ljust(2, "0"))
    if fen > MAX_FEN:
        raise SUM_TOO_LARGE.fault(value=text)
    return fen


def _written(value: str | int | Decimal) -> str:
    """A value in digits, without an exponent: JSON writes 1e5 too. One of a huge exponent would fill the memory."""
    return format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 30 else str(value)


def parse_ratio(value: object) -> Fraction:
    """Read a ratio between 0 and 1 ("60%", "1/2", "0.3") exactly. Raises Fault."""
    return _parse_share(value, 1, RATIO_RANGE)


def parse_factor(value: object) -> Fraction:
    """Read a ratio between 0 and 10 ("120%", "2") exactly. Raises Fault."""
    return _parse_share(value, MAX_FACTOR, FACTOR_RANGE)


def _parse_share(value: object, most: int, out_of_range: Code) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise RATIO_TYPE.fault(value=str(value))
    text = _written(value)
    quotient = _QUOTIENT.fullmatch(text)
    if quotient is not None:
        ratio = Fraction(int(quotient["top"]), int(quotient["bottom"]))
    else:
        percent = text.endswith("%")
        digits = text.removesuffix("%")
        if _DECIMAL.fullmatch(digits) is None:
            is_long = _LONG_DECIMAL.fullmatch(digits) or _LONG_QUOTIENT.fullmatch(text)
            raise (RATIO_LENGTH if is_long else RATIO_SHAPE).fault(value=text)
        ratio = Fraction(digits) / (100 if percent else 1)
    if not 0 <= ratio <= most:
        raise out_of_range.fault(value=text)
    return ratio


def parse_number(value: object) -> Fraction:
    """Read a measured value (26.6, "70%", "-0.1") exactly. Raises Fault."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise NUMBER_SHAPE.fault(value=str(value))
    text = _written(value)
    percent = text.endswith("%")
    digits = text.removesuffix("%")
    if _DECIMAL.fullmatch(digits) is None:
        is_long = _LONG_DECIMAL.fullmatch(digits)
        raise (NUMBER_LENGTH if is_long else NUMBER_SHAPE).fault(value=str(value))
    return Fraction(digits) / (100 if percent else 1)


def yuan_text(fen: int) -> str:
    """Fen as people read it: 5,000.00."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def money_text(fen: int) -> str:
    """Fen with its unit, as steps print it: 5,000.00 元."""
    return f"{yuan_text(fen)} 元"


def yuan_plain(fen: int) -> str:
    """Fen as machines read it: 5000.00."""
    return f"{fen // 100}.{fen % 100:02d}"


def ratio_text(ratio: Fraction) -> str:
    """A ratio as people read it: 60%, or 1/3 where a percentage would not be exact."""
    percent = ratio * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    scaled = percent * 10000
    if scaled.denominator == 1:
        return f"{number_text(percent)}%"
    return f"{ratio.numerator}/{ratio.denominator}"


def number_text(number: Fraction) -> str:
    """An exact number without trailing zeros: 26.6, 4000, or 1/3."""
    if number.denominator == 1:
        return str(number.numerator)
    digits = 0
    scaled = number
    while scaled.denominator != 1 and digits < 12:
        scaled *= 10
        digits += 1
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled.numerator), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"


def part_down(fen: int, ratio: Fraction) -> int:
    """`ratio` of `fen`, cut down to the fen, so that no ceiling is passed by rounding."""
    top, bottom = ratio.as_integer_ratio()
    return fen * top // bottom


def part_half_up(fen: int, ratio: Fraction) -> int:
    """`ratio` of `fen`, rounded half up to the fen."""
    top, bottom = ratio.as_integer_ratio()
    return (2 * fen * top + bottom) // (2 * bottom)


def rounding(settings: Mapping[str, Any]) -> Callable[[int, Fraction], int]:
    """The chosen rounding of a part: down to the fen unless the reading `fen_floor` is switched off."""
    return part_down if settings.get("fen_floor", True) else part_half_up
