"""Numbers that claims carry: read as people write them, checked, and kept in one normal form. Pure.

Chinese application and patent numbers, publication numbers and PCT numbers have a known build, and a wrong one is
refused with words that say what is wrong. Madrid, foreign, certificate and contract numbers differ from office to
office and from bank to bank: what looks odd there is warned of, never refused.

Source of the check character: ZC 0006-2003, the numbering standard of the national patent office.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.core.identifiers import IdentifierError, read_uscc
from portal.core.text import compact, half_width, tidy

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_LAST_YEAR_WITHOUT_CHECK = 88
_KIND_OF_DIGIT = {"1": "invention", "2": "utility", "3": "design", "8": "invention", "9": "utility"}
PATENT_KIND_LABELS = {"invention": "发明专利", "utility": "实用新型", "design": "外观设计"}
# Capital letters of Greek and Cyrillic that nobody can tell from the Latin ones.
_LOOKALIKES = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТХУ", "ABEZHIKMNOPTYXABESIJKMHOPCTXY")
_PUBLICATION_LETTERS = {"1": "ABC", "2": "UY", "3": "SD"}


class Format(StrEnum):
    """Kinds of numbers that have a reader here, under the words with which an item's facts ask for the check."""

    PATENT = "patent_no"
    PUBLICATION = "publication_no"
    PCT = "pct_no"
    MADRID = "madrid_no"
    FOREIGN = "foreign_no"
    CERTIFICATE = "certificate_no"
    CONTRACT = "contract_no"
    POLICY = "policy_no"
    USCC = "uscc"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in its one normal form, with what looks odd about it."""

    value: str
    warnings: tuple[str, ...] = ()


def read_identifier(kind: Format | str, text: str) -> Identifier:
    """Read a number of the given kind. Raises IdentifierError where it cannot be right, ValueError for no such kind."""
    return _READERS[Format(kind)](text)


def read_cn_patent(text: str) -> Identifier:
    """A Chinese application or patent number as `201710601862.3` (12 digits, before October 2003: 8).

    Takes `ZL` or `CN` in front, spaces, full-width characters, a missing dot and a small x. A number of 1985 to 1988
    may lack its check character; it is added, so that the same right has one normal form.
    """
    shown = text.strip()
    written = compact(text).upper()
    if re.fullmatch(r"CN[123](\d{6}|\d{8})[A-Z]\d?", written):
        raise IdentifierError(
            f"“{shown}”是公布号或公告号，不是专利号。请填写证书上“专利号”一栏的号码，如 ZL 2017 1 0601862.3。"
        )
    if written.startswith("PCT"):
        raise IdentifierError(f"“{shown}”是 PCT 国际申请号，不是中国专利号。")
    body = re.sub(r"^(专利号|申请号)?:?(ZL|CN)?:?", "", written)
    dotted = bool(re.search(r"[.。·・-].$", body))
    body = re.sub(r"[.。·・-]", "", body)
    if not re.fullmatch(r"\d+[\dX]", body):
        wrong = "".join(sorted({c for c in body if not (c.isdecimal() or c == "X")}))
        odd = f"含有不应出现的字符“{wrong}”" if wrong else "位数不足或字母 X 不在末位"
        raise IdentifierError(
            f"“{shown}”{odd}。专利号应为 12 位数字（2003 年 10 月以前为 8 位）、一个点和一位校验位，如 201710601862.3。"
        )
    serial, check = _split_check(body, shown, dotted=dotted)
    kind_digit = serial[4] if len(serial) == 12 else serial[2]
    if kind_digit not in _KIND_OF_DIGIT:
        place = "第 5 位" if len(serial) == 12 else "第 3 位"
        raise IdentifierError(
            f"“{shown}”的{place}“{kind_digit}”不是专利种类代码，请核对"
            "（1 发明、2 实用新型、3 外观设计、8 和 9 为 PCT 申请）。"
        )
    expected = cn_patent_check(serial)
    if check != expected:
        raise IdentifierError(
            f"“{shown}”的校验位不符：按前 {len(serial)} 位推算应为“{expected}”，填写的是“{check}”。"
            "多半是某一位数字写错了，请对照证书逐位核对。"
        )
    return Identifier(f"{serial}.{expected}")


def _split_check(body: str, shown: str, *, dotted: bool) -> tuple[str, str]:
    """The serial digits and the check character of a patent number without its dot."""
    if len(body) in (13, 9):
        serial, check = body[:-1], body[-1]
    elif len(body) == 8 and body.isdigit() and not dotted and 85 <= int(body[:2]) <= _LAST_YEAR_WITHOUT_CHECK:
        return body, cn_patent_check(body)
    elif len(body) in (12, 8) and body.isdigit() and not dotted:
        raise IdentifierError(f"“{shown}”缺少末尾的校验位。请照证书填写完整，如 201710601862.3 中点后的“3”。")
    else:
        raise IdentifierError(
            f"“{shown}”共 {len(body)} 位，位数不对。专利号应为 12 位数字（2003 年 10 月以前为 8 位）加一位校验位。"
        )
    if not _plausible_year(serial):
        raise IdentifierError(
            f"“{shown}”开头的年份不对：12 位号码从 2003 年开始，8 位号码为 1985 年至 2003 年，请核对前几位。"
        )
    return serial, check


def _plausible_year(serial: str) -> bool:
    if len(serial) == 12:
        return 2003 <= int(serial[:4]) <= 2099
    return int(serial[:2]) >= 85 or int(serial[:2]) <= 3


def cn_patent_check(serial: str) -> str:
    """The check character of 8 or 12 digits: weighted sum modulo 11, ten written as X."""
    rest = sum(int(digit) * weight for digit, weight in zip(serial, _WEIGHTS, strict=False)) % 11
    return "X" if rest == 10 else str(rest)


def cn_patent_kind(number: str) -> str:
    """`invention`, `utility` or `design`, from a patent number in its normal form."""
    serial = number.partition(".")[0]
    return _KIND_OF_DIGIT[serial[4] if len(serial) == 12 else serial[2]]


def read_cn_publication(text: str) -> Identifier:
    """A Chinese publication number as `CN107123456B`: kind digit, 6 or 8 digits, one letter."""
    shown = text.strip()
    written = compact(text).upper()
    if re.fullmatch(r"(ZL|CN)?\d{8}(\d{4})?\.?[\dX]", written) and not re.fullmatch(r"CN[123]\d{8}", written):
        raise IdentifierError(f"“{shown}”像是专利号。公告号以 CN 开头、以字母结尾，如 CN107123456B，印在证书和公报上。")
    found = re.fullmatch(r"(?:CN)?([123])(\d{8}|\d{6})([A-Z])", written)
    if not found:
        raise IdentifierError(
            f"“{shown}”不是公告号的写法。应为 CN、7 位或 9 位数字和一个字母，"
            "如 CN107123456B（发明）、CN306123456S（外观设计）。"
        )
    kind, serial, letter = found.groups()
    allowed = _PUBLICATION_LETTERS[kind]
    if letter not in allowed:
        label = PATENT_KIND_LABELS[_KIND_OF_DIGIT[kind]]
        raise IdentifierError(
            f"“{shown}”末尾的字母“{letter}”与种类不符：CN 后的“{kind}”表示{label}，末尾应为 {' 或 '.join(allowed)}。"
        )
    warnings = ("末尾的 A 表示申请公布号；授权公告号以 B 结尾（2010 年以前为 C），请核对。",) if letter == "A" else ()
    return Identifier(f"CN{kind}{serial}{letter}", warnings)


def read_pct(text: str) -> Identifier:
    """A PCT number as `PCT/CN2019/123456`; up to 2003 `PCT/CN98/00123`."""
    written = re.sub(r"[/\\-]", "", compact(text).upper())
    found = re.fullmatch(r"PCT([A-Z]{2})(?:(\d{4})(\d{6})|(\d{2})(\d{5}))", written)
    if not found:
        raise IdentifierError(
            f"“{text.strip()}”不是 PCT 国际申请号的写法。应为 PCT/受理局/年份/序号，如 PCT/CN2019/123456（序号 6 位）。"
        )
    office, year, serial, short_year, short_serial = found.groups()
    if year is None:
        return Identifier(f"PCT/{office}{short_year}/{short_serial}")
    if not 2004 <= int(year) <= 2099:
        raise IdentifierError(f"“{text.strip()}”的年份 {year} 不对：六位序号从 2004 年开始使用，请核对。")
    return Identifier(f"PCT/{office}{year}/{serial}")


def read_madrid(text: str) -> Identifier:
    """A Madrid international registration number: up to 7 digits, sometimes a letter. Warns, never refuses."""
    written = re.sub(r"^(NO\.?|IR|WO)|^第|[号號]$", "", compact(text).upper())
    written = re.sub(r"(?<=\d)[,.](?=\d)", "", written)
    if re.fullmatch(r"\d{5,7}[A-Z]?", written):
        return Identifier(written)
    return Identifier(
        written or tidy(text),
        (f"“{text.strip()}”与常见的国际注册号（5 至 7 位数字，如 1234567）不同，请对照证书核对；无误可以继续。",),
    )


def read_foreign_patent(text: str) -> Identifier:
    """A patent number of another office. Every office has its own: warns, never refuses."""
    value = tidy(text).upper()
    if sum(character.isdigit() for character in value) >= 4:
        return Identifier(value)
    return Identifier(value, (f"“{text.strip()}”数字很少，不像专利号，请对照境外证书核对；无误可以继续。",))


def read_certificate(text: str) -> Identifier:
    """A certification certificate's number. Warns, never refuses."""
    value = tidy(text).upper()
    if any(c.isdigit() for c in value) and len(comparison_key(value)) >= 6:
        return Identifier(value)
    return Identifier(value, (f"“{text.strip()}”与常见的证书编号（如 165IP180001R0M）不同，请核对；无误可以继续。",))


def read_contract(text: str) -> Identifier:
    """A loan contract's or insurance policy's number. Warns, never refuses."""
    value = tidy(text).upper()
    if any(c.isdigit() for c in value) and len(comparison_key(value)) >= 4:
        return Identifier(value)
    return Identifier(value, (f"“{text.strip()}”很短或没有数字，不像合同或保单编号，请核对；无误可以继续。",))


def comparison_key(text: str) -> str:
    """What two writings of one number have in common: capital letters, digits and Chinese characters only.

    Brackets, dashes and spaces differ between a contract and its scan; they never make two contracts of one. Nor do
    Greek and Cyrillic letters that look like Latin ones.
    """
    return "".join(c for c in half_width(text).upper().translate(_LOOKALIKES) if c.isalnum())


def patent_key(text: str) -> str:
    """A patent number as registers are asked for it. Raises IdentifierError."""
    return comparison_key(read_cn_patent(text).value)


_READERS: dict[Format, Callable[[str], Identifier]] = {
    Format.PATENT: read_cn_patent,
    Format.PUBLICATION: read_cn_publication,
    Format.PCT: read_pct,
    Format.MADRID: read_madrid,
    Format.FOREIGN: read_foreign_patent,
    Format.CERTIFICATE: read_certificate,
    Format.CONTRACT: read_contract,
    Format.POLICY: read_contract,
    Format.USCC: lambda text: Identifier(read_uscc(text)),
}
