"""Lines from a spreadsheet: the template of an item, and the reading of a filled one, each fault by its cell."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from applications.claims.selectors.problems import MAX_LINES
from applications.claims.services.drafts import add_lines
from policies.facts.values import MAX_ROWS, facts_of, read_fact
from portal.core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from applications.claims.models import Claim, ClaimLine
    from policies.engine.model import Fact, Item
    from portal.core.actor import ActorContext

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_COLUMNS = 60
LINES_SHEET = "明细"
NUMBER_HEAD = "序号"
LINE_NUMBER_HEAD = "明细序号"
HELP_MARK = "说明"
_WIDTHS = {"money": 14, "date": 13, "integer": 10, "number": 12, "choice": 14, "boolean": 8}


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that will not do, e.g. `B3` under 授权公告日."""

    cell: str
    label: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell} {self.label}：{self.message}"


@dataclass(slots=True)
class SheetReading:
    """What a sheet holds: facts per line, and every fault. Lines are taken over only without any fault."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of any source, by its address."""

    address: str
    value: Any
    is_formula: bool = False

    @property
    def text(self) -> str:
        return "" if self.value is None else str(self.value).strip()


@dataclass(frozen=True, slots=True)
class _Table:
    """A head and its rows: which column is which fact, where the row's number stands, and the rows below."""

    columns: dict[int, Fact]
    number_column: int | None
    rows: list[list[_Cell]]


def import_lines(claim: Claim, *, act: ActorContext, reading: SheetReading) -> list[ClaimLine]:
    """Append what a sheet holds to the claim. Raises RefusedError where it has faults or nothing at all."""
    if reading.faults:
        raise RefusedError("表格中有错误，没有导入任何内容。请按单元格修改后重新导入。")
    if not reading.lines:
        raise RefusedError("表格中没有填写任何明细。请从第 3 行起填写后再导入。")
    return add_lines(claim, act=act, rows=reading.lines)


# ---- the template ---------------------------------------------------------------------------------


def build_template(item: Item) -> bytes:
    """An xlsx template of the item's lines: heads with units, help below them, and the values a cell may take.

    A fact that is itself a table has a sheet of its own, whose rows name their line by its number.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": f"{item.title}申报明细"})
        facts = facts_of(item)
        _write_sheet(book, LINES_SHEET, NUMBER_HEAD, [f for f in facts if f.type != "rows"])
        for fact in facts:
            if fact.type == "rows":
                _write_sheet(book, fact.label[:31], LINE_NUMBER_HEAD, list(fact.columns), all_required=True)
    return target.getvalue()


def _write_sheet(
    book: xlsxwriter.Workbook, name: str, number_head: str, facts: Sequence[Fact], *, all_required: bool = False
) -> None:
    head = book.add_format({"bold": True, "bg_color": "#E7F0F7", "border": 1, "text_wrap": True, "valign": "vcenter"})
    note = book.add_format({"font_color": "#4D5F6D", "italic": True, "text_wrap": True, "valign": "top", "border": 1})
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "text": book.add_format({"num_format": "@"}),
    }
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, number_head, head)
    sheet.write_string(1, 0, HELP_MARK, note)
    sheet.set_column(0, 0, 10)
    for column, fact in enumerate(facts, start=1):
        sheet.write_string(0, column, _head_of(fact, required=all_required or fact.required), head)
        sheet.write_string(1, column, _help_of(fact), note)
        width = _WIDTHS.get(fact.type, 22)
        sheet.set_column(column, column, width, formats.get(fact.type, formats["text"] if fact.check else None))
        _add_validation(sheet, column, fact)
    sheet.set_row(0, 32)
    sheet.set_row(1, 48)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def _add_validation(sheet: Any, column: int, fact: Fact) -> None:
    cells = (2, column, 1 + (max(MAX_LINES, MAX_ROWS)), column)
    title = fact.label[:32]
    rule: dict[str, Any] | None = None
    if fact.type in ("choice", "boolean"):
        options = [label for _, label in fact.choices] if fact.type == "choice" else ["是", "否"]
        rule = {"validate": "list", "source": options, "error_message": "请从下拉列表中选择。"}
    elif fact.type == "money":
        message = "请填写以元为单位的金额，最多两位小数。"
        rule = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": message}
    elif fact.type == "integer":
        rule = {"validate": "integer", "criteria": ">=", "value": 0, "error_message": "请填写整数。"}
    if rule is not None:
        sheet.data_validation(*cells, rule | {"error_title": title, "ignore_blank": True})


def _head_of(fact: Fact, *, required: bool) -> str:
    unit = f"（{fact.unit}）" if fact.unit else ""
    return f"{fact.label}{unit}{'*' if required else ''}"


def _help_of(fact: Fact) -> str:
    default = {
        "date": "如 2021-05-10",
        "money": "以元为单位，如 4999.99",
        "choice": "从下拉列表选择",
        "boolean": "是或否",
    }
    return fact.help or default.get(fact.type, "")


# ---- reading --------------------------------------------------------------------------------------


def read_workbook(item: Item, content: bytes) -> SheetReading:
    """Read a filled template. Raises RefusedError for what is no such workbook."""
    sheets = dict(_sheets_of(content))
    lines_sheet = sheets.get(LINES_SHEET) or (next(iter(sheets.values())) if sheets else [])
    facts = [fact for fact in facts_of(item) if fact.type != "rows"]
    table = _find_table(facts, lines_sheet, need_head=True)
    reading = SheetReading()
    numbered = _read_lines(table, reading)
    for fact in facts_of(item):
        if fact.type == "rows" and (sheet := sheets.get(fact.label[:31])):
            _read_rows_sheet(fact, sheet, numbered, reading)
    return reading


def read_pasted(item: Item, text: str) -> SheetReading:
    """Read cells pasted from a spreadsheet: a head row, or the template's columns in their order."""
    rows = [
        [_Cell(f"{get_column_letter(column)}{number}", cell) for column, cell in enumerate(line.split("\t"), start=1)]
        for number, line in enumerate(text.splitlines(), start=1)
    ]
    facts = [fact for fact in facts_of(item) if fact.type != "rows"]
    reading = SheetReading()
    _read_lines(_find_table(facts, rows[: MAX_LINES + 3], need_head=False), reading)
    return reading


def _sheets_of(content: bytes) -> Iterator[tuple[str, list[list[_Cell]]]]:
    if len(content) > MAX_BYTES:
        raise RefusedError("表格超过 5 MB。请只保留模板中的工作表，删除图片后再导入。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise RefusedError("表格展开后过大，请只保留模板中的工作表再导入。")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise RefusedError("这不是 Excel 工作簿（.xlsx）。请下载模板填写，另存为 .xlsx 后再导入。") from None
    try:
        for sheet in book.worksheets:
            cells = sheet.iter_rows(max_row=2 + max(MAX_LINES, MAX_ROWS * 5), max_col=MAX_COLUMNS)
            yield (
                sheet.title,
                [
                    [
                        _Cell(
                            f"{get_column_letter(column)}{row_number}",
                            _plain(cell.value),
                            is_formula=cell.data_type == "f",
                        )
                        for column, cell in enumerate(row, start=1)
                    ]
                    for row_number, row in enumerate(cells, start=1)
                ],
            )
    finally:
        book.close()


def _plain(value: Any) -> Any:
    """A cell's value as somebody would have typed it; a whole number that the sheet holds as a float is whole."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if abs(value) < 1e15 else f"{value:.0f}"
    return value


def _label_of(head: str) -> str:
    return re.sub(r"\s|\*|（[^）]*）$", "", head.replace("*", ""))


def _find_table(facts: Sequence[Fact], rows: list[list[_Cell]], *, need_head: bool) -> _Table:
    """The head among the first rows and what is below it; without a head, the template's own order of columns."""
    by_label = {_label_of(_head_of(fact, required=False)): fact for fact in facts}
    by_label |= {_label_of(fact.label): fact for fact in facts}
    for index, row in enumerate(rows[:5]):
        labels = [_label_of(cell.text) for cell in row]
        found = {column: by_label[label] for column, label in enumerate(labels) if label in by_label}
        if len(found) < min(2, len(facts)):
            continue
        strange = [
            cell for cell, label in zip(row, labels, strict=True)
            if label and label not in by_label and label not in (NUMBER_HEAD, LINE_NUMBER_HEAD)
        ]  # fmt: skip
        if strange:
            raise RefusedError(
                f"{strange[0].address} 的列名“{strange[0].text}”不是该事项的字段。请使用本事项的模板，不要改动表头。"
            )
        missing = [fact.label for fact in facts if fact.required and fact not in found.values()]
        if missing:
            raise RefusedError(f"缺少列：{'、'.join(missing)}。请使用本事项的模板，不要删除列。")
        number = next((c for c, label in enumerate(labels) if label in (NUMBER_HEAD, LINE_NUMBER_HEAD)), None)
        return _Table(found, number, rows[index + 1 :])
    if need_head:
        raise RefusedError("没有找到表头。请下载本事项的模板填写，不要删除第 1 行。")
    return _Table(dict(enumerate(facts)), None, rows)


def _rows_of(table: _Table, label: str) -> Iterator[tuple[list[_Cell], str]]:
    """Filled rows below the head with their stated number; the row of help and empty rows are passed over."""
    for row in table.rows:
        number = row[table.number_column].text if table.number_column is not None and row else ""
        filled = any(cell.text for column, cell in enumerate(row) if column in table.columns)
        if number == HELP_MARK or not filled:
            continue
        yield row, number or label


def _read_lines(table: _Table, reading: SheetReading) -> dict[str, dict[str, Any]]:
    """Read the lines; by the number each states (or its place), for the rows of other sheets."""
    numbered: dict[str, dict[str, Any]] = {}
    for row, number in _rows_of(table, ""):
        if len(reading.lines) == MAX_LINES:
            reading.faults.append(CellFault(row[0].address, "明细", f"一份申报最多 {MAX_LINES} 项，请分开申报。"))
            break
        line = _read_row(table, row, reading, sheet="")
        reading.lines.append(line)
        key = number.removesuffix(".0") or str(len(reading.lines))
        if key in numbered:
            reading.faults.append(CellFault(row[0].address, NUMBER_HEAD, f"序号 {key} 重复，请改为不同的序号。"))
        numbered[key] = line
    return numbered


def _read_rows_sheet(
    fact: Fact, sheet: list[list[_Cell]], numbered: dict[str, dict[str, Any]], reading: SheetReading
) -> None:
    table = _find_table(fact.columns, sheet, need_head=True)
    for row, number in _rows_of(table, ""):
        line = numbered.get(number.removesuffix(".0"))
        if line is None:
            address = row[table.number_column].address if table.number_column is not None else row[0].address
            message = (
                f"“{LINES_SHEET}”中没有序号为“{number}”的一行，请填写对应的序号。"
                if number
                else "请填写对应的明细序号。"
            )
            reading.faults.append(CellFault(f"{fact.label}!{address}", LINE_NUMBER_HEAD, message))
            continue
        line.setdefault(fact.name, []).append(_read_row(table, row, reading, sheet=f"{fact.label}!"))


def _read_row(table: _Table, row: list[_Cell], reading: SheetReading, *, sheet: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, fact in table.columns.items():
        cell = row[column] if column < len(row) else _Cell("", None)
        if cell.is_formula:
            fault = "单元格是公式。请复制后“选择性粘贴—数值”，只填写结果。"
            reading.faults.append(CellFault(f"{sheet}{cell.address}", fact.label, fault))
            continue
        found = read_fact(fact, cell.value)
        if found.error:
            reading.faults.append(CellFault(f"{sheet}{cell.address}", fact.label, found.error))
        values[fact.name] = found.value
    return values
