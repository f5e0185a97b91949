"""How the sheets of outside registers are read: which columns each has, and what a row says of which key. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies.facts.identifiers import PATENT_KIND_LABELS, patent_key
from portal.accounts.enums import SizeClass
from portal.core.errors import RefusedError
from portal.core.identifiers import IdentifierError, read_cnaps, read_uscc
from portal.core.money import MoneyError, read_yuan
from portal.core.numbers import NumberError, read_day
from portal.core.registers import RegisterKind
from portal.core.sheet_reading import column_name, foot_word, total_word
from portal.core.text import compact, single_line

MAX_ROWS = 200_000
_HEAD_WITHIN = 20
_MOST_FAULTS = 20
_YEARS = [str(year) for year in range(1, 21)]


def _day(text: str) -> str:
    return read_day(text).isoformat() if text else ""


def _name(text: str) -> str:
    return single_line(text)[:200]


def _group(text: str) -> str:
    return single_line(text)[:80]


def _patent_kind(text: str) -> str:
    kinds = {label: kind for kind, label in PATENT_KIND_LABELS.items()} | {kind: kind for kind in PATENT_KIND_LABELS}
    kinds |= {label.removesuffix("专利"): kind for label, kind in kinds.items()}
    if text not in kinds:
        raise ValueError("请填写发明、实用新型或外观设计。")
    return kinds[text]


def _size(text: str) -> str:
    sizes = {label: size for size, label in SizeClass.choices} | {label[0]: size for size, label in SizeClass.choices}
    named = sizes.get(text.removesuffix("企业"))
    if named is None:
        raise ValueError("请填写大型、中型、小型或微型。")
    return named


def _year(text: str) -> str:
    if text and text not in _YEARS:
        raise ValueError("年度应为 1 至 20 的整数。")
    return text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: under which of these headings it stands, the fact it states, and how a cell is read."""

    fact: str
    headings: tuple[str, ...]
    read: Callable[[str], str] = _name
    required: bool = False


_NUMBER = Column("number", ("专利号", "申请号", "专利（申请）号", "专利申请号"), patent_key, required=True)
_CODE = Column("code", ("统一社会信用代码", "信用代码", "社会信用代码"), read_uscc, required=True)
COLUMNS: Mapping[RegisterKind, tuple[Column, ...]] = {
    RegisterKind.ABNORMAL: (_NUMBER, Column("note", ("说明", "备注", "批次")), Column("since", ("列入日期",), _day)),
    RegisterKind.DISHONESTY: (
        _CODE,
        Column("name", ("名称", "单位名称", "企业名称", "主体名称")),
        Column("note", ("失信情形", "列入原因", "说明", "备注")),
        Column("since", ("列入日期",), _day),
        Column("until", ("移出日期", "截止日期"), _day),
    ),
    RegisterKind.PATENTS: (
        _NUMBER,
        Column("title", ("名称", "专利名称", "发明创造名称")),
        Column("holders", ("权利人", "专利权人"), required=True),
        Column("state", ("法律状态", "状态"), required=True),
        Column("filed_on", ("申请日", "申请日期"), _day),
        Column("granted_on", ("授权公告日", "授权日"), _day),
        Column("ended_on", ("失效日期", "终止日期"), _day),
    ),
    RegisterKind.COMPANIES: (
        _CODE,
        Column("name", ("名称", "企业名称", "单位名称"), required=True),
        Column("former", ("曾用名", "原名称", "被合并单位")),
        Column("representative", ("法定代表人",)),
        Column("address", ("住所", "地址", "注册地址")),
        Column("size", ("企业规模", "规模", "划型"), _size),
        Column("state", ("登记状态", "经营状态", "状态"), required=True),
    ),
    RegisterKind.BANKS: (
        Column("code", ("联行号", "行号", "支付系统行号"), read_cnaps, required=True),
        Column("name", ("行名", "银行名称", "开户银行", "参与者名称"), required=True),
    ),
    RegisterKind.TARIFF: (
        Column("patent", ("专利类型",), _patent_kind, required=True),
        Column("fee", ("费用种类",), required=True),
        Column("year_from", ("年度自",), _year),
        Column("year_to", ("年度至",), _year),
        Column("yuan", ("金额（元）", "金额"), lambda text: str(read_yuan(text)), required=True),
        Column("document", ("文号", "依据")),
        Column("since", ("施行日期",), _day),
    ),
    RegisterKind.GROUPS: (
        _CODE,
        Column("group", ("集团", "集团名称", "所属集团"), _group, required=True),
        Column("name", ("名称", "单位名称", "企业名称")),
        Column("since", ("加入日期",), _day),
        Column("until", ("退出日期",), _day),
    ),
    RegisterKind.EXCLUDED: (
        Column("list", ("清单", "清单名称"), _group, required=True),
        Column("word", ("名称", "产品", "产品名称", "企业名称", "单位名称", "技术名称"), required=True),
        Column("note", ("说明", "备注", "列入原因")),
        Column("since", ("列入日期",), _day),
        Column("until", ("移出日期", "截止日期"), _day),
    ),
}


def read_entries(kind: RegisterKind, rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The key and the facts of each row under the sheet's head, as they are read.

    Raises RefusedError where there is no head with the columns that are needed, where there is no row, and at the end
    for cells that will not do, the first twenty named.
    """
    columns: dict[int, Column] = {}
    faults: list[str] = []
    count = 0
    for number, cells in rows:
        if not columns:
            columns = _head(kind, cells)
            if not columns and number > _HEAD_WITHIN:
                break
            continue
        if total_word(cells) or foot_word(cells) or not any(cells):
            continue
        facts, wrong = _facts(columns, number, cells)
        keys = [] if wrong else _keys(kind, facts)
        if not keys and not wrong:
            wrong = [f"第 {number} 行的“年度至”早于“年度自”"]
        faults += wrong
        if len(faults) > _MOST_FAULTS:
            break
        if not wrong:
            count += 1
            if count > MAX_ROWS:
                raise RefusedError(f"名单超过 {MAX_ROWS} 行，请分成几份上传。")
            yield from ((key, facts) for key in keys)
    if not columns:
        needed = "、".join(column.headings[0] for column in COLUMNS[kind] if column.required)
        raise RefusedError(f"没有找到表头。{kind.label}的第一张工作表须有这些列：{needed}。")
    if faults:
        raise RefusedError("请改正后重新上传：" + "；".join(faults[:_MOST_FAULTS]) + "。")
    if not count:
        raise RefusedError("表头之下没有任何内容，请核对后重新上传。")


def _head(kind: RegisterKind, cells: Sequence[str]) -> dict[int, Column]:
    """The columns by their place where this row is the head; empty for any other row."""
    names = {compact(heading): column for column in COLUMNS[kind] for heading in column.headings}
    found = {at: names[compact(cell)] for at, cell in enumerate(cells) if compact(cell) in names}
    return found if {column for column in COLUMNS[kind] if column.required} <= set(found.values()) else {}


def _facts(columns: Mapping[int, Column], number: int, cells: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    facts, faults = {}, []
    for at, column in columns.items():
        text = cells[at].strip() if at < len(cells) else ""
        if not text:
            if column.required:
                faults.append(f"{column_name(at + 1)}{number} {column.headings[0]}没有填写")
            continue
        try:
            facts[column.fact] = column.read(text)
        except (IdentifierError, NumberError, MoneyError, ValueError) as error:
            faults.append(f"{column_name(at + 1)}{number} {column.headings[0]}：{str(error).rstrip('。')}")
    return facts, faults


def _keys(kind: RegisterKind, facts: Mapping[str, str]) -> list[str]:
    """Under which keys a row is found: its number, its credit code, or of a fee each of its years."""
    if kind == RegisterKind.EXCLUDED:
        return [excluded_key(facts["list"], facts["word"])]
    if kind != RegisterKind.TARIFF:
        return [facts.get("number") or facts["code"]]
    first = facts.get("year_from", "")
    if not first:
        return [fee_key(facts["patent"], facts["fee"])]
    return [
        fee_key(facts["patent"], facts["fee"], year) for year in range(int(first), int(facts.get("year_to", first)) + 1)
    ]


def excluded_key(name: str, word: str) -> str:
    """The key of a word on a list of what gets no support."""
    return f"{compact(name)}:{compact(word)}"[:200]


def day_of(value: Any) -> date | None:
    """A fact's day; None where it has none that can be read."""
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        return None


def fee_key(patent_kind: str, fee: str, year: int | str = "") -> str:
    """The key of an official fee: of a kind of patents, a kind of fee, and for annual fees a year."""
    return f"{patent_kind}:{fee}:{year}"
