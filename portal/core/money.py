"""Money: `Decimal` yuan at the edges, whole fen inside. The rules' engine alone rounds parts of a sum.

Nothing here takes a float: a float has already lost the fen it was asked to keep.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from portal.core.numbers import SCALES, TRADITIONAL, NumberError, read_number, shown
from portal.core.text import compact

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
WAN = Decimal(10_000)
# Sums are held as int64 fen; words end where 万亿 ends.
MAX_FEN = 2**63 - 1
MAX_YUAN_IN_WORDS = Decimal("9999999999999999.99")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_EXAMPLE = "5000 或 4,999.99（单位：元）"
# Words for yuan, and for the money of others, which nobody here can convert.
_YUAN_WORDS = frozenset({"", "¥", "元", "圆", "元整", "圆整", "人民币", "人民币元", "元人民币", "rmb", "cny", "yuan"})
_FOREIGN_WORDS = (
    *("美元", "美金", "欧元", "日元", "英镑", "港元", "港币", "澳门元", "澳元", "加元", "韩元", "法郎", "卢布", "台币"),
    *("新加坡元", "外币", "usd", "eur", "jpy", "gbp", "hkd", "mop", "aud", "cad", "krw", "chf", "twd", "sgd"),
    *("$", "€", "£", "₩"),
)


class MoneyError(ValueError):
    """A sum that cannot be read or held. The message is Chinese, and says what to do about it."""


def unit_factor(unit: str) -> Decimal | None:
    """How many yuan one of this unit is (千元, 万元, 人民币亿元 …), None for no unit of money.

    Raises MoneyError for the money of another country.
    """
    word = compact(unit).casefold().translate(TRADITIONAL)
    if any(foreign in word for foreign in _FOREIGN_WORDS):
        raise MoneyError(f"“{unit.strip()}”不是人民币：请按付款当日汇率折算成人民币，填写人民币金额。")
    if word in _YUAN_WORDS:
        return Decimal(1)
    bare = word.removeprefix("人民币").removeprefix("¥")
    for scale, factor in SCALES.items():
        if scale and bare.startswith(scale) and bare.removeprefix(scale) in _YUAN_WORDS:
            return factor
    return None


def read_yuan(text: str, *, unit: Decimal | None = None) -> Decimal:
    """Read a sum as people write it, exactly, as yuan with two places.

    Takes full-width characters, a currency sign, thousands separators in their places, and units such as 元 and 万元;
    `unit` is how many yuan one of a bare number is. Raises MoneyError for anything else, and for a sum finer than a
    fen: a typed sum is never rounded.
    """
    try:
        number = read_number(_sign_first(text), what="金额", example=_EXAMPLE)
    except NumberError as error:
        # Of the money of others the currency is what is wrong.
        unit_factor(text[-60:])
        raise MoneyError(str(error)) from None
    factor = unit_factor(number.unit)
    if factor is None:
        raise MoneyError(f"“{shown(text)}”不是金额：请填写数字，如 {_EXAMPLE}。")
    if unit is not None and not number.unit and not number.is_scaled:
        factor = unit
    try:
        return to_yuan(to_fen(number.value * factor))
    except MoneyError as error:
        raise MoneyError(f"“{shown(text)}”无法采用：{error}") from None


def _sign_first(text: str) -> str:
    """The text without a sign of the yuan before its number."""
    bare = text.strip()
    for sign in ("￥", "¥", "人民币", "RMB", "CNY", "rmb", "cny"):
        bare = bare.removeprefix(sign).lstrip()
    return bare


def to_fen(yuan: Decimal | int | str) -> int:
    """Whole fen of a sum in yuan. Raises MoneyError when the sum is finer than a fen or too large to hold."""
    amount = _decimal(yuan)
    if amount.is_zero():
        return 0
    if amount.adjusted() > 17:
        raise MoneyError("金额过大，请核对单位是否为元。")
    fen = amount.scaleb(2)
    if fen != fen.to_integral_value():
        raise MoneyError("金额最多到分（两位小数）。")
    return _held(int(fen))


def to_yuan(fen: int) -> Decimal:
    """The sum in yuan, always with two places, of whole fen."""
    if isinstance(fen, bool) or not isinstance(fen, int):
        raise TypeError(f"fen must be an int, not {type(fen).__name__}")
    return Decimal(_held(fen)).scaleb(-2)


def quantise_yuan(yuan: Decimal | int | str) -> Decimal:
    """A sum that a database adds up, with two places.

    The nearest fen is the exact one: SQLite adds as floating point numbers. What rules compute is never rounded here.
    """
    return to_yuan(to_fen(_decimal(yuan).quantize(FEN, rounding=ROUND_HALF_UP)))


def format_yuan(yuan: Decimal | int | str) -> str:
    """`1,409.50`: thousands separators and always two places; no sign for the currency and no unit."""
    return f"{to_yuan(to_fen(yuan)):,.2f}"


def format_wan_yuan(yuan: Decimal | int | str) -> str:
    """The sum in 万元 without loss, for budgets and standards: `0.5`, `12.34`, `1,200`."""
    exact = to_yuan(to_fen(yuan)) / WAN
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan_in_words(yuan: Decimal | int | str, *, prefix: str = "人民币") -> str:
    """The sum in the capital figures that payment documents ask for: `人民币壹仟肆佰零玖元伍角`.

    元 is followed by 整; nothing follows 角 or 分. Raises MoneyError for a negative sum and from 1 京 on.
    Source: 正确填写票据和结算凭证的基本规定 (支付结算办法 附一), articles 1 to 3.
    """
    amount = to_yuan(to_fen(yuan))
    if amount < 0:
        raise MoneyError("负数金额没有中文大写。")
    if amount > MAX_YUAN_IN_WORDS:
        raise MoneyError("金额过大，无法写成中文大写。")
    whole, fen_part = divmod(to_fen(amount), 100)
    jiao, fen = divmod(fen_part, 10)
    text = f"{_integer_in_words(whole)}元" if whole else ""
    if not fen_part:
        return f"{prefix}{text or '零元'}整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif whole:
        text += "零"
    return f"{prefix}{text}{f'{_DIGITS[fen]}分' if fen else ''}"


def _integer_in_words(number: int) -> str:
    """A positive whole number in capital figures."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return f"{_integer_in_words(high)}{name}{gap}{_integer_in_words(low) if low else ''}"
    digits = str(number)
    spoken = "".join(
        f"{_DIGITS[int(digit)]}{_PLACES[len(digits) - 1 - position] if digit != '0' else ''}"
        for position, digit in enumerate(digits)
    )
    return re.sub("零+", "零", spoken).rstrip("零")


def _decimal(yuan: Decimal | int | str) -> Decimal:
    if isinstance(yuan, bool) or not isinstance(yuan, Decimal | int | str):
        raise TypeError(f"a sum must be Decimal, int or str, not {type(yuan).__name__}")
    try:
        amount = Decimal(yuan)
    except InvalidOperation:
        raise MoneyError(f"“{yuan}”不是金额。") from None
    if not amount.is_finite():
        raise MoneyError(f"“{yuan}”不是金额。")
    return amount


def _held(fen: int) -> int:
    if abs(fen) > MAX_FEN:
        raise MoneyError("金额过大，请核对单位是否为元。")
    return fen
