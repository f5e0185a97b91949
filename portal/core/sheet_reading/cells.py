"""Cells, sheets and books as they were read, whatever file they came from. Pure.

A cell keeps its address in its own sheet, its text as somebody would have typed it, and what is wrong with it where
nobody can say what was meant: a formula, `#REF!`, a number whose digits are lost. Whoever uses it refuses it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from portal.core.errors import RefusedError
from portal.core.sheet_reading.shapes import NumberFormat
from portal.core.text import compact, visible

MAX_BYTES = 5 * 1024 * 1024
# What an xlsx may unpack to, and how many elements of XML all its parts may have: reading it takes about two seconds.
MAX_UNPACKED_BYTES = 24 * 1024 * 1024
MAX_ELEMENTS = 300_000
MAX_SHEETS = 20
MAX_ROWS = 5_000
MAX_COLUMNS = 256
MAX_CELLS = 60_000
# Behind the title of a sheet that the person does not see.
HIDDEN = "（隐藏）"
MAX_CELL_TEXT = 500
# A spreadsheet holds fifteen digits of a number; of a longer one the last are zeros or noise.
_SAFE_NUMBER = Decimal(10) ** 15
_NOISE = Decimal("1e-9")
# First words of a row that adds up others.
_TOTALS = ("合计", "总计", "小计", "共计", "总和", "本页合计", "本页小计", "累计", "total")
# First words, before a colon, of a row below a table that says who made it, when, or how to read it.
_FEET = frozenset(
    (
        *("注", "备注", "附注", "说明", "填表说明", "填表人", "填报人", "制表人", "制表", "填表", "经办人", "经办"),
        *("审核人", "审核", "复核人", "复核", "负责人", "单位负责人", "法定代表人", "联系人", "联系电话"),
        *("日期", "填表日期", "填报日期", "制表日期", "填报单位", "填表单位", "单位(盖章)", "申报单位(盖章)"),
        *("单位公章", "note", "notes", "remark", "remarks"),
    )
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Kind(StrEnum):
    """What a spreadsheet says a cell is."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell; row and column count from one. `fault` is Chinese, with the remedy; "" where it can be read.

    `has_lines`: a line break stood in it, where two numbers may meet. `is_covered`: it is empty, under a cell that was
    merged downwards, which shows its value for this row too.
    """

    row: int
    column: int
    text: str
    kind: Kind = Kind.TEXT
    fault: str = ""
    has_lines: bool = False
    is_covered: bool = False

    @property
    def address(self) -> str:
        return f"{column_name(self.column)}{self.row}"


class CellSink(Protocol):
    """What takes the cells of a sheet as a reader meets them."""

    def add(self, cell: Cell) -> None:
        """Take one cell."""


@dataclass(slots=True)
class Sheet:
    """The filled cells of one sheet, by row and then column, in order; and which rows and columns nobody sees."""

    title: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


@dataclass(slots=True)
class BookBuilder:
    """Sheets as a reader fills them, within the bounds of what is read. Raises RefusedError beyond them."""

    sheets: list[Sheet] = field(default_factory=list)
    cells: int = 0

    def begin(self, title: str) -> None:
        if len(self.sheets) == MAX_SHEETS:
            raise RefusedError(f"工作簿中有 {MAX_SHEETS} 张以上的工作表。请只保留要导入的工作表。")
        self.sheets.append(Sheet(_single(title)[:60]))

    def add(self, cell: Cell) -> None:
        """Keep a cell of the sheet begun last; an empty one counts for nothing."""
        if not cell.text and not cell.fault:
            return
        sheet = self.sheets[-1]
        if cell.row not in sheet.rows and len(sheet.rows) == MAX_ROWS:
            raise RefusedError(
                f"“{sheet.title}”有 {MAX_ROWS} 行以上，到 {cell.address} 为止已经读满，没有导入任何内容。请分几次导入。"
            )
        if cell.column > MAX_COLUMNS:
            raise RefusedError(
                f"“{sheet.title}”的 {cell.address} 有内容，超出最多 {MAX_COLUMNS} 列的范围。请删去多余的列后重新导入。"
            )
        if cell.column in sheet.rows.get(cell.row, {}):
            raise RefusedError(f"表格文件已损坏：{cell.address} 出现了两次。请用 Excel 或 WPS 打开后另存为 .xlsx。")
        self._count(1)
        sheet.rows.setdefault(cell.row, {})[cell.column] = cell

    def hide(self, *, rows: Iterable[int] = (), columns: Iterable[int] = ()) -> None:
        """Note rows and columns of the sheet begun last that nobody sees, as far as something stands in them."""
        sheet = self.sheets[-1]
        filled = {column for row in sheet.rows.values() for column in row}
        sheet.hidden_rows = sorted(sheet.rows.keys() & set(rows))
        sheet.hidden_columns = sorted(filled & set(columns))

    def cover(self, merged: Iterable[tuple[int, int, int]]) -> None:
        """Note cells of the sheet begun last that were merged downwards: the column, the first row and the last."""
        rows = self.sheets[-1].rows
        numbers = sorted(rows)
        for column, first, last in merged:
            if column not in rows.get(first, {}):
                continue
            below = numbers[bisect_right(numbers, first) : bisect_right(numbers, last)]
            self._count(len(below))
            for number in below:
                if column not in rows[number]:
                    rows[number][column] = Cell(number, column, "", is_covered=True)

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > MAX_CELLS:
            raise RefusedError(f"表格中有 {MAX_CELLS} 个以上的单元格。请只保留要导入的行和列，分几次导入。")

    def finish(self) -> list[Sheet]:
        """The sheets, their rows and cells in order."""
        for sheet in self.sheets:
            sheet.rows = {number: dict(sorted(row.items())) for number, row in sorted(sheet.rows.items())}
        return self.sheets


def _single(text: str) -> str:
    """A text in one line, with single spaces."""
    return " ".join(visible(text).split())


def column_name(column: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def text_cell(row: int, column: int, text: str) -> Cell:
    """A cell of text: `_x000D_` as the character it stands for, line breaks as spaces, at most 500 characters."""
    if len(text) > MAX_CELL_TEXT * 2:
        return _too_long(row, column)
    written = visible(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)).strip()
    shown = " ".join(written.split())
    if len(shown) > MAX_CELL_TEXT:
        return _too_long(row, column)
    return Cell(row, column, shown, has_lines="\n" in written or "\r" in written)


def _too_long(row: int, column: int) -> Cell:
    return Cell(row, column, "", fault=f"单元格超过 {MAX_CELL_TEXT} 个字，请缩短。")


def number_cell(row: int, column: int, value: Decimal, shape: NumberFormat) -> Cell:
    """A number as its cell shows it, without the noise of floating point, or with the reason why it cannot be one."""
    if not value.is_finite() or abs(value) >= _SAFE_NUMBER:
        return lost_digits_cell(row, column)
    if shape.is_scaled:
        fault = "单元格的数字格式把数值缩小后显示，与所存的数不同。请把单元格格式设为“常规”，核对后重新填写。"
        return Cell(row, column, "", Kind.NUMBER, fault)
    near = round(value, 6)
    if abs(value - near) < _NOISE:
        value = near
    percent = shape.kind == "percent"
    if percent:
        value *= 100
    digits = f"{value:f}" if value.adjusted() > -40 else "0"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    unit = "%" if percent else shape.unit
    return Cell(row, column, (digits if digits not in ("", "-0") else "0") + unit, Kind.NUMBER)


def lost_digits_cell(row: int, column: int) -> Cell:
    fault = "数字超过 15 位，表格软件已丢失末尾的数字。请先把单元格格式设为“文本”，再重新填写。"
    return Cell(row, column, "", Kind.NUMBER, fault)


def float_number(written: str) -> Decimal | None:
    """A number as a file writes it, to the fifteen digits that a floating point number carries; None for no number."""
    try:
        return Decimal(format(float(written), ".15g"))
    except (ValueError, OverflowError):
        return None


def formula_cell(row: int, column: int) -> Cell:
    return Cell(row, column, "", fault="单元格是公式。请复制后“选择性粘贴—数值”，只填写结果。")


def error_cell(row: int, column: int, code: str) -> Cell:
    return Cell(row, column, "", fault=f"单元格是错误值 {code[:20]}。请改为实际内容。")


def boolean_cell(row: int, column: int, *, value: bool) -> Cell:
    return Cell(row, column, "TRUE" if value else "FALSE", Kind.BOOLEAN)


def total_word(texts: Iterable[str]) -> str:
    """What a row that adds up others calls itself in one of its first two filled cells: 合计, 总计：, 小计（元）.

    "" for any other row, also for one that begins with 总计划.
    """
    filled = [text for text in texts if text][:2]
    return next((text[:12] for text in filled if _is_total(text)), "")


def foot_word(texts: Iterable[str]) -> str:
    """How a row that stands below a table begins: 注：…, 填表人：…; "" for any other row."""
    first = next(filter(None, texts), "")
    word, colon, _ = compact(first).casefold().partition(":")
    return first[:12] if colon and word in _FEET else ""


def _is_total(text: str) -> bool:
    word = compact(text).casefold()
    total = next((total for total in _TOTALS if word.startswith(total)), "")
    return bool(total) and (word == total or word[len(total)] in ":(0123456789¥")
