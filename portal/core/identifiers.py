"""Numbers that name people and bodies: read as people write them, checked, and kept in one normal form. Pure.

Unified social credit codes (统一社会信用代码, GB 32100-2015), resident IDs (公民身份号码, GB 11643-1999), foreigners'
permanent residence IDs (GA 2102-2023), bank codes of the large-value payment system (CNAPS 联行号), telephone numbers
and bank account numbers. Every refusal is Chinese: which character is wrong, and what to do.
"""

import re
from datetime import date

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from portal.core.text import compact

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Letters that the standard leaves out because they are taken for a digit, and the digit they are taken for.
_LOOKALIKES = {"I": "1", "O": "0", "S": "5", "Z": "2"}
# First two digits of GB/T 2260: a resident ID keeps the district of its first issue, which may no longer exist,
# so only the province is checked.
_PROVINCES = frozenset(
    str(code)
    for code in (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
    )
)


class IdentifierError(ValueError):
    """A number that cannot be right; the message is Chinese and says what is wrong.

    `overridable` is true where an officer may accept the number all the same: it has the right length and only
    its characters or its check digit do not fit.
    """

    def __init__(self, message: str, *, overridable: bool = False) -> None:
        super().__init__(message)
        self.overridable = overridable


def normalise_identifier(text: str) -> str:
    """Half-width capitals and digits, without spaces and dashes; nothing is checked."""
    return re.sub(r"[\-‐-―·.]", "", compact(text)).upper()


def read_uscc(text: str) -> str:
    """A unified social credit code in its normal form of 18 characters. Raises IdentifierError.

    `stdnum.cn.uscc.validate` refuses letters in the first two places, though the standard gives out N1, Y1 and A1
    (rural collectives, other bodies, central military commission): its check digit is used, not its format check.
    """
    code = normalise_identifier(text)
    _require_length(code, 18, "统一社会信用代码")
    for place, character in enumerate(code, start=1):
        if character not in USCC_ALPHABET:
            raise IdentifierError(
                _wrong_uscc_character(place, character), overridable=code.isascii() and code.isalnum()
            )
    for place, character in enumerate(code[2:8], start=3):
        if not character.isdigit():
            raise IdentifierError(
                f"第 {place} 位“{character}”不对：第 3 至 8 位是行政区划代码，只能是数字。请对照营业执照核对。",
                overridable=True,
            )
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise IdentifierError(
            f"校验位不符：按前 17 位推算，最后一位应为“{expected}”，填写的是“{code[-1]}”。"
            "多半是某一位写错了，请对照营业执照逐位核对。",
            overridable=True,
        )
    return code


def _wrong_uscc_character(place: int, character: str) -> str:
    if character in _LOOKALIKES:
        return (
            f"第 {place} 位“{character}”不对：统一社会信用代码不使用字母 I、O、S、V、Z，"
            f"此处可能是数字“{_LOOKALIKES[character]}”。"
        )
    if character == "V":
        return f"第 {place} 位“V”不对：统一社会信用代码不使用字母 I、O、S、V、Z。请对照营业执照核对。"
    return f"第 {place} 位“{character}”不对：统一社会信用代码只含数字和大写字母。请对照营业执照核对。"


def read_resident_id(text: str, *, today: date) -> str:
    """The number of a person's identity document. Raises IdentifierError; never overridable.

    18 characters, the last a digit or X: resident IDs, residence permits of Hong Kong, Macao and Taiwan (81, 82, 83),
    and foreigners' permanent residence IDs since 2023 (9, province, three digits of the nationality). Or 15 characters:
    foreigners' permanent residence IDs until 2023 (GA 2102-2023: three letters, place, birth, order, check digit).
    """
    number = normalise_identifier(text)
    if len(number) == 15 and number.isdigit():
        raise IdentifierError("这是 15 位的旧号码，已停止使用。请填写现行居民身份证上的 18 位号码。")
    if len(number) == 15 and number[:3].isascii() and number[:3].isalpha():
        return _read_old_foreigner_id(number, today=today)
    _require_length(number, 18, "公民身份号码")
    for place, character in enumerate(number, start=1):
        if character not in ("0123456789X" if place == 18 else "0123456789"):
            rule = "最后一位只能是数字或字母 X" if place == 18 else "前 17 位只能是数字"
            raise IdentifierError(f"第 {place} 位“{character}”不对：{rule}。")
    is_foreigner = number.startswith("9")
    province = number[1:3] if is_foreigner else number[:2]
    if province not in _PROVINCES:
        where = "第 2 至 3 位" if is_foreigner else "开头两位"
        raise IdentifierError(f"{where}“{province}”不是任何省份的代码，请核对前 6 位。")
    _require_birth(number[6:14], (number[6:14],), "第 7 至 14 位", today=today)
    _require_check(number, ric.calc_check_digit(number), "身份证件")
    return number


def _read_old_foreigner_id(number: str, *, today: date) -> str:
    """A foreigner's permanent residence ID as given out until 2023; its check digit is that of ICAO 9303."""
    for place, character in enumerate(number[3:], start=4):
        if character not in "0123456789":
            raise IdentifierError(f"第 {place} 位“{character}”不对：3 个字母后只能是 12 位数字。")
    if number[3:5] not in _PROVINCES:
        raise IdentifierError(f"第 4 至 5 位“{number[3:5]}”不是任何省份的代码，请核对。")
    _require_birth(number[7:13], (f"19{number[7:13]}", f"20{number[7:13]}"), "第 8 至 13 位", today=today)
    weighted = (int(character, 36) * weight for character, weight in zip(number[:14], (7, 3, 1) * 5, strict=False))
    _require_check(number, str(sum(weighted) % 10), "外国人永久居留身份证")
    return number


def _require_birth(written: str, readings: tuple[str, ...], place: str, *, today: date) -> None:
    """Refuse what is no day of birth in any of its readings as yyyymmdd."""
    for reading in readings:
        try:
            born = date(int(reading[:4]), int(reading[4:6]), int(reading[6:]))
        except ValueError:
            continue
        if born.year >= 1880 and born <= today:
            return
    raise IdentifierError(f"{place}“{written}”不是有效的出生日期，请核对。")


def _require_check(number: str, expected: str, document: str) -> None:
    if number[-1] != expected:
        raise IdentifierError(
            f"校验位不符：按前 {len(number) - 1} 位推算，最后一位应为“{expected}”，填写的是“{number[-1]}”。"
            f"请对照{document}逐位核对。"
        )


def read_cnaps(text: str) -> str:
    """A bank's code in the large-value payment system: 12 digits, the last a check digit. Raises IdentifierError.

    The check digit is that of ISO 7064 MOD 11,10 (GB/T 17710), as in 102100099996 (工商银行) and 308584000013
    (招商银行).
    """
    code = normalise_identifier(text)
    _require_digits(code, "联行号")
    _require_length(code, 12, "联行号")
    expected = mod_11_10.calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise IdentifierError(
            f"校验位不符：按前 11 位推算，最后一位应为“{expected}”，填写的是“{code[-1]}”。请向开户银行核对。"
        )
    return code


def same_name(one: str, other: str) -> bool:
    """Whether two names of a party are the same, whatever the width of brackets and letters, and without spaces."""
    return compact(one).casefold() == compact(other).casefold()


def read_account_number(text: str) -> str:
    """A bank account number as text, 6 to 32 digits; leading zeros are kept. Raises IdentifierError."""
    number = normalise_identifier(text)
    _require_digits(number, "银行账号")
    if not 6 <= len(number) <= 32:
        raise IdentifierError(f"银行账号应为 6 至 32 位数字，您填写了 {len(number)} 位。请对照开户许可证核对。")
    return number


def read_phone(text: str) -> str:
    """A mobile number, or a fixed line with its area code as 0510-81234567. Raises IdentifierError."""
    digits = re.sub(r"[\-‐-―()]", "", compact(text))
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$|0?\d{10,11}$)", "", digits)
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return digits
    if found := re.fullmatch(r"(0(?:10|2\d)|0[3-9]\d{2})([2-9]\d{6,7})(?:(?:转|[*#,])(\d{1,5}))?", digits):
        area, line, extension = found.groups()
        return f"{area}-{line}" + (f"转{extension}" if extension else "")
    raise IdentifierError("请填写 11 位手机号码，或带区号的固定电话，如 0510-81234567。")


def mask_name(name: str) -> str:
    """A person's name with only its first character readable, e.g. 李**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_email(email: str) -> str:
    """An address with only the first character of its local part readable, e.g. l***@example.org."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"


def _require_digits(text: str, label: str) -> None:
    for place, character in enumerate(text, start=1):
        if not (character.isascii() and character.isdigit()):
            raise IdentifierError(f"第 {place} 位“{character}”不对：{label}只能是数字。")


def _require_length(text: str, length: int, label: str) -> None:
    if len(text) != length:
        off = f"少了 {length - len(text)} 位" if len(text) < length else f"多了 {len(text) - length} 位"
        raise IdentifierError(f"{label}应为 {length} 位，您填写了 {len(text)} 位，{off}。")


def mask_number(number: str) -> str:
    """A number of a person or an account by its last four characters; of a short one nothing is readable."""
    return f"****{number[-4:]}" if len(number) > 7 else "****" if number else ""
