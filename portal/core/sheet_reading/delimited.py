"""Reads text tables: .csv and .txt files, and cells pasted from a spreadsheet."""

import csv
import io
import re

from portal.core.errors import RefusedError
from portal.core.sheet_reading.cells import MAX_CELL_TEXT, BookBuilder, lost_digits_cell, text_cell

_DELIMITERS = "\t,;"
# So many lines show which sign stands between cells.
_LINES_LOOKED_AT = 100
# How other programs keep a spreadsheet from taking digits for a number: ="00123".
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_LONGEST_FIELD = 131_072
# How a spreadsheet writes a number into a text when it is longer than its column.
_POWER_OF_TEN = re.compile(r"\d(\.\d+)?E\+\d{2,3}")


def read_delimited(content: bytes, book: BookBuilder) -> None:
    """Read a file of text in UTF-8 (with or without mark), UTF-16 with its mark, or GB 18030.

    Raises RefusedError for bytes that are no text.
    """
    read_text(_decoded(content), book)


def read_text(text: str, book: BookBuilder, *, title: str = "") -> None:
    """Read lines of cells apart by tabs, commas or semicolons; a cell with a line break stands in quotes."""
    book.begin(title)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text)
    lines = io.StringIO(text, newline="")
    quote = '"' if _quotes_enclose_cells(text, delimiter) else None
    try:
        for row, cells in enumerate(csv.reader(lines, delimiter=delimiter, quotechar=quote), start=1):
            for column, cell in enumerate(cells, start=1):
                is_lost = bool(_POWER_OF_TEN.fullmatch(cell.strip()[:24]))
                kept = _KEPT_AS_TEXT.fullmatch(cell.strip()[: MAX_CELL_TEXT * 2])
                written = kept[1] if kept else cell
                book.add(lost_digits_cell(row, column) if is_lost else text_cell(row, column, written))
    except csv.Error:
        raise RefusedError(
            f"有单元格超过 {_LONGEST_FIELD} 个字，或者引号没有成对。请检查表格，缩短过长的内容后重新导入。"
        ) from None


def _delimiter(text: str) -> str:
    """The sign that stands in the most lines; of equals the one that the first line with any has most often."""
    lines = [line for line in text[: MAX_CELL_TEXT * 200].split("\n") if line.strip()][:_LINES_LOOKED_AT]
    head = next((line for line in lines if any(sign in line for sign in _DELIMITERS)), "")
    return max(_DELIMITERS, key=lambda sign: (sum(sign in line for line in lines), head.count(sign)))


def _quotes_enclose_cells(text: str, delimiter: str) -> bool:
    """Whether quotes enclose whole cells. Else they are letters: an odd one would swallow every line below it."""
    if text.count('"') % 2:
        return False
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        # Any other fault is met again, and said, as the cells are read.
        return "expected after" not in str(error)
    return True


def _decoded(content: bytes) -> str:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_wide else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise RefusedError("这不是表格文件。可以导入 .xlsx、.xls 和 .csv；其他文件请在 Excel 或 WPS 中另存为 .xlsx。")
