"""Measured values as people write and read them: 35 亿元, 92%, 1,234 家. Exact both ways; pure."""

from decimal import ROUND_DOWN, Decimal

from portal.core.numbers import SCALES, NumberError, read_number, shown
from portal.core.text import half_width, visible

RATIO = "比例"
POINTS = "百分点差"
PLACES = 4
LARGEST = Decimal(10) ** 14
_SCALES = {"万": SCALES["万"], "亿": SCALES["亿"]}


class FigureError(ValueError):
    """What was written is no such value; the message says how to write it."""


def figure_text(value: Decimal, unit: str) -> str:
    """A value with its unit, without loss: money in 万 or 亿 where that is shorter, a ratio in per cent."""
    if unit == RATIO:
        return f"{_plain(value * 100)}%"
    if unit == POINTS:
        return f"{_plain(value)} 个百分点"
    if unit.startswith(("元", "美元")):
        for scale in ("亿", "万"):
            scaled = value / _SCALES[scale]
            if abs(scaled) >= 1 and scaled == scaled.quantize(Decimal("0.0001")):
                return f"{_plain(scaled)} {scale}{unit}"
    return f"{_plain(value)} {unit}"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), ",f")


def read_figure(text: str, unit: str) -> Decimal:
    """The value that was written, with or without its unit; never rounded. Raises FigureError.

    A share is 92% or 0.92; large values may be written with 万 or 亿.
    """
    written = half_width(visible(text)).strip()
    for ending in (unit, unit.partition("/")[0], "个百分点", "百分点"):
        written = written.removesuffix(ending).rstrip()
    try:
        read = read_number(written, what="数值", example=_example(unit))
    except NumberError as error:
        raise FigureError(str(error)) from None
    if read.unit not in ("", "%") or (read.unit and read.is_scaled):
        raise FigureError(f"“{shown(text)}”不是数值，请填写数字，例如 {_example(unit)}。")
    number = read.value
    if read.unit == "%":
        if unit not in (RATIO, POINTS):
            raise FigureError(f"这项指标以“{unit}”计，请不要填写百分数。")
        number = number / 100 if unit == RATIO else number
    if unit == RATIO and not 0 <= number <= 1:
        raise FigureError("比例应在 0 到 100% 之间，请写成 92% 或 0.92。")
    if unit != POINTS and number < 0:
        raise FigureError("实测值不能是负数，请核对。")
    if abs(number) >= LARGEST:
        raise FigureError("数值过大，请核对单位是否填对。")
    if number != number.quantize(Decimal(1).scaleb(-PLACES), rounding=ROUND_DOWN):
        raise FigureError(f"小数位数过多，请最多保留 {PLACES} 位小数（百分数保留 2 位）。")
    return number


def _example(unit: str) -> str:
    if unit == RATIO:
        return "92%"
    return "35亿" if unit.startswith(("元", "美元")) else "1,200"


def attainment(value: Decimal, target: Decimal | None) -> Decimal | None:
    """The value in per cent of its target, cut down to one place: a near miss is never 100. None if senseless."""
    if target is None or target <= 0 or value < 0:
        return None
    return (value * 100 / target).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
