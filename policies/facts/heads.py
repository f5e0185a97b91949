"""The heads of people's tables: which column holds which fact, in which unit. Pure.

A head is a fact's label or a usual synonym, with or without brackets. What stands in the brackets of a sum is its
unit: yuan and their multiples convert exactly, anything else makes every cell of the column a fault.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from policies.engine.model import Fact
from policies.facts.synonyms import DESCRIPTION, HEADS, NO_UNIT, PERCENT, ROW_NUMBERS
from portal.core.money import MoneyError, unit_factor
from portal.core.sheet_reading import Cell, Sheet
from portal.core.text import compact

_LONGEST = 120
_SEPARATORS = "/_:-|,;、"
_BEFORE_UNIT = ("以", "按", "均为", "单位为", "单位是", "单位", "金额", "币种", "不含税", "含税", "税前", "税后")
_AFTER_UNIT = ("为单位", "计算", "计价", "表示", "计")
_LONGEST_UNIT = 8
# What people put before heads: a number, a star.
_MARKS = re.compile(r"^(?:[★☆●▲※#]+|\(?\d{1,2}[.、)])(?=\D)")
# A scale in words that are not understood: they may name a unit, and are never passed over.
_SCALED = re.compile(r"[百千万亿仟佰萬億]|\dk|000|thousand|million|billion")
# Who names a unit with these words must name one that is known.
_NAMES_UNIT = frozenset({"单位", "金额单位", "货币单位", "计量单位"})
_BRACKETS = {")": "(", "]": "[", "}": "{", "】": "【", "〕": "〔", "〗": "〖", ">": "<"}
# A line that says 单位：万元… may be about a firm of that name.
_FIRMS = ("公司", "集团", "厂", "店", "院", "所", "校", "中心")
_UNIT_WORDS = ("百万元", "千万元", "万元", "千元", "百元", "亿元", "美元", "欧元", "日元", "港元", "元", "%")


@dataclass(frozen=True, slots=True)
class Unit:
    """What a column's bare numbers mean: `yuan` for one of them, a percentage, or a fault of each of its cells."""

    yuan: Decimal | None = None
    is_percent: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that was recognised: its fact, and the unit its head names."""

    fact: Fact
    unit: Unit = Unit()


@dataclass(frozen=True, slots=True)
class Head:
    """A row of heads: the columns known by it, the one that numbers the rows, and those that are passed over."""

    columns: Mapping[int, Column]
    number_column: int | None
    unknown: tuple[Cell, ...]

    def missing(self, facts: Iterable[Fact]) -> list[Fact]:
        found = {column.fact.name for column in self.columns.values()}
        return [fact for fact in facts if fact.required and fact.name not in found]


def read_head(facts: Sequence[Fact], row: Mapping[int, Cell]) -> Head:
    """What a row says where it is a head; a fact's own label goes before its synonyms."""
    own = {_key(label): fact for fact in facts for label in (fact.label, _bare(_key(fact.label))[0])}
    usual = {_key(word): fact for fact in facts for word in HEADS.get(fact.name, ())} | own
    columns: dict[int, Column] = {}
    for labels in (own, usual):
        for at, cell in row.items():
            found = _match(cell.text, labels)
            if found and at not in columns and all(column.fact != found[0] for column in columns.values()):
                columns[at] = Column(found[0], read_unit(found[0], found[1]))
    numbers = [at for at, cell in row.items() if at not in columns and _bare(_key(cell.text))[0] in ROW_NUMBERS]
    number_column = numbers[0] if numbers else None
    unknown = tuple(cell for at, cell in row.items() if at not in columns and at != number_column and cell.text)
    return Head(columns, number_column, unknown)


def mapped_head(facts: Sequence[Fact], row: Mapping[int, Cell], chosen: Mapping[int, str]) -> Head:
    """The head as a person mapped it: columns to names of facts, "" for a column that is passed over."""
    by_name = {fact.name: fact for fact in facts}
    known = read_head(facts, row)
    columns = {
        at: Column(by_name[name], read_unit(by_name[name], _unit_part(_key(row[at].text)) if at in row else ""))
        for at, name in chosen.items()
        if name in by_name
    }
    unknown = tuple(cell for at, cell in row.items() if at not in columns and at != known.number_column)
    return Head(columns, known.number_column if known.number_column not in columns else None, unknown)


def with_one_head(sheet: Sheet, row: int) -> tuple[Sheet, int]:
    """The sheet and its head's row; a head of two rows, with cells merged over both, is made one."""
    for upper, lower in ((row, row + 1), (row - 1, row)):
        cells = sheet.rows.get(lower, {})
        if upper in sheet.rows and any(cell.is_covered for cell in cells.values()):
            rows = sheet.rows | {lower: _joined(sheet.rows[upper], cells)}
            return replace(sheet, rows={number: rows[number] for number in rows if number != upper}), lower
    return sheet, row


def _joined(upper: Mapping[int, Cell], lower: Mapping[int, Cell]) -> dict[int, Cell]:
    """One row of heads made of two; a head above several columns gives each its unit: 费用（万元） over 官费."""
    joined: dict[int, Cell] = {}
    unit = ""
    for at in sorted({*upper, *lower}):
        above, below = upper.get(at), lower.get(at)
        if above is not None and above.text:
            unit = _bare(_key(above.text))[1]
        if below is not None and below.text:
            joined[at] = replace(below, text=f"{below.text}({unit})") if unit and below.text[-1] not in ")）" else below
        elif above is not None:
            joined[at] = above
    return joined


def read_unit(fact: Fact, written: str) -> Unit:
    """What the brackets of a head say about the unit of its column."""
    unit, is_named = Unit(), False
    for word in _words(written):
        must_be, is_named = is_named, word in _NAMES_UNIT
        if word in NO_UNIT or (word == fact.unit.casefold() and fact.type != "money"):
            continue
        if word in PERCENT and fact.type in ("number", "text"):
            unit = Unit(is_percent=True)
        elif fact.type == "money":
            bare = _unwrapped(word)
            try:
                factor = unit_factor(word) if bare else None
                factor = unit_factor(bare) if bare and factor is None else factor
            except MoneyError as error:
                return Unit(fault=str(error))
            if factor is not None and word != "人民币" and unit.yuan not in (None, factor):
                return Unit(fault="表头中有两个不同的单位：请只留一个，如（万元）。")
            if factor is not None:
                unit = Unit(yuan=factor) if word != "人民币" else unit
            elif bare and (must_be or _SCALED.search(word) or not _is_description(word)):
                return Unit(fault=f"不认识表头中的单位“{word}”：请把表头改为（元）、（万元）等，或在单元格中写明单位。")
        elif fact.type in ("integer", "number") and not _is_description(word):
            wanted = f"（{fact.unit}）" if fact.unit else "不带单位的数"
            return Unit(fault=f"不认识表头中的单位“{word}”：请换算成{wanted}，并修改表头。")
    return unit


def unit_of_title(cells: Iterable[Cell]) -> Unit | None:
    """The unit of all sums that lines beside the table name; None where none does, a fault where they name several.

    As `单位：万元`, as the whole of a cell, or in the brackets at its end: `费用情况（万元）` above heads of its own.
    """
    found: dict[Unit, None] = {}
    for cell in cells:
        before, mark, after = compact(cell.text).replace("单位(", "单位:").rpartition("单位:")
        key = _key(cell.text)
        written = after.split(")")[0].casefold() if mark else _bare(key)[1] or key
        named: Unit | None = None
        for word in [_unwrapped(word) for word in _words(written)[:3] if word != "人民币"]:
            # Behind the unit only another unit counts, not a word that begins as one.
            if unit := _stated(word, is_named=bool(mark) and named is None):
                found[unit], named = None, named or unit
        if named is None and written and before.endswith(("金额", "货币", "计量")):
            fault = f"不认识 {cell.address} 中的单位“{written[:_LONGEST_UNIT]}”：请改为“单位：元”或“单位：万元”。"
            found[Unit(fault=fault)] = None
    if len(found) > 1:
        return Unit(fault="表头之外写了不同的金额单位，看不出这一列用哪一个。请在这一列的表头中注明，如（万元）。")
    return next(iter(found), None)


def _stated(word: str, *, is_named: bool) -> Unit | None:
    """The unit of money that a word of a line is, or begins with where the line says that it names the unit."""
    try:
        factor = _unit_first(word) if is_named else unit_factor(word) if word else None
    except MoneyError as error:
        # In a title a currency's name may be part of a longer one: 欧元区.
        return Unit(fault=str(error)) if is_named or len(word) < _LONGEST_UNIT // 2 else None
    return None if factor is None or not word else Unit(yuan=factor)


def _match(text: str, labels: Mapping[str, Fact]) -> tuple[Fact, str] | None:
    """The fact that a head names, and what it says about the unit."""
    key = _key(text)
    if not key or len(key) > _LONGEST:
        return None
    if key in labels:
        return labels[key], ""
    bare, inner = _bare(key)
    if bare in labels:
        return labels[bare], inner
    for separator in _SEPARATORS:
        before, _, after = key.rpartition(separator)
        if before in labels:
            return labels[before], after
    for word in _UNIT_WORDS:
        if key.endswith(word) and key.removesuffix(word) in labels:
            return labels[key.removesuffix(word)], word
    return None


def _key(text: str) -> str:
    """A head as it is compared: half-width, small letters, without spaces, stars, its number and a colon at its end."""
    return _MARKS.sub("", compact(text[: _LONGEST * 2]).casefold().replace("*", "").rstrip(":"))


def _bare(key: str) -> tuple[str, str]:
    """A head without the brackets at its end, and what stood in them."""
    inner: list[str] = []
    while key.endswith(tuple(_BRACKETS)) and len(inner) < 3:
        at = max(key.rfind(bracket) for bracket in _BRACKETS.values())
        if at <= 0:
            break
        inner.append(key[at + 1 : -1])
        key = key[:at]
    return key, ",".join(reversed(inner))


def _unit_part(key: str) -> str:
    """What a head that names no fact says about its unit: in brackets, behind a separator, at its end or beginning."""
    bare, inner = _bare(key)
    word = next((word for word in _UNIT_WORDS if bare.endswith(word) or bare.startswith(word)), "")
    return f"{inner},{word}"


def _unit_first(text: str) -> Decimal | None:
    """The unit of money that a text is, or begins with (千元制表:…): how many yuan one of it is."""
    whole = unit_factor(text)
    if whole is None and text.endswith(_FIRMS):
        return None
    begins = (text[:length] for length in range(min(len(text), _LONGEST_UNIT), 0, -1))
    known = (unit_factor(begin) for begin in begins if begin.endswith(("元", "圆", "币")))
    return whole if whole is not None else next((factor for factor in known if factor is not None), None)


def _unwrapped(word: str) -> str:
    """A word of a head without what people write around a unit: 以万元计, 单位为万元, 不含税万元."""
    while prefix := next((prefix for prefix in _BEFORE_UNIT if word.startswith(prefix)), ""):
        word = word.removeprefix(prefix)
    return word.removesuffix(next((suffix for suffix in _AFTER_UNIT if word.endswith(suffix)), ""))


def _words(written: str) -> list[str]:
    for separator in _SEPARATORS + " ()":
        written = written.replace(separator, ",")
    return [word for word in written.split(",") if word]


def _is_description(word: str) -> bool:
    return len(word) > 5 or not DESCRIPTION.isdisjoint(word)
