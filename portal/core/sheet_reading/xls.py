"""Reads .xls, the workbooks of Excel 97 to 2003, through xlrd."""

import io
from datetime import datetime

import xlrd
from xlrd.biffh import XLRDError

from portal.core.errors import RefusedError
from portal.core.sheet_reading.cells import (
    HIDDEN,
    BookBuilder,
    Cell,
    boolean_cell,
    error_cell,
    float_number,
    number_cell,
    text_cell,
)
from portal.core.sheet_reading.shapes import number_format
from portal.core.sheet_reading.xlsx import DAMAGED, PASSWORD, moment_text

# Each of its small records costs a step; so many bytes take about two seconds at most.
MAX_XLS_BYTES = 3 * 1024 * 1024
_FIRST_DAYS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - sheets know no zone


def read_xls(content: bytes, book: BookBuilder) -> None:
    """Read every sheet of an old workbook. Raises RefusedError for what is none, is damaged, locked or too large."""
    if len(content) > MAX_XLS_BYTES:
        raise RefusedError("这个 .xls 文件超过 3 MB。请在 Excel 或 WPS 中另存为 .xlsx 后再导入。")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise RefusedError(PASSWORD)
    try:
        with xlrd.open_workbook(
            file_contents=content, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        ) as workbook:
            # Known before a sheet is loaded, and nowhere else.
            hidden = workbook._sheet_visibility  # type: ignore[attr-defined]  # noqa: SLF001
            for index in sorted(range(workbook.nsheets), key=lambda index: bool(hidden[index])):
                book.begin(workbook.sheet_names()[index] + (HIDDEN if hidden[index] else ""))
                _read_sheet(workbook, index, book)
                workbook.unload_sheet(index)
    except RefusedError:
        raise
    except XLRDError as error:
        raise RefusedError(PASSWORD if "encrypted" in str(error).lower() else DAMAGED) from None
    except Exception:  # noqa: BLE001 - a damaged file makes the package fail in every way there is
        raise RefusedError(DAMAGED) from None


def _read_sheet(workbook: xlrd.book.Book, index: int, book: BookBuilder) -> None:
    sheet = workbook.sheet_by_index(index)
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            if sheet.cell_type(row, column) not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                book.add(_cell(workbook, sheet, row, column))
    book.hide(
        rows=[row + 1 for row, look in sheet.rowinfo_map.items() if look.hidden],
        columns=[column + 1 for column, look in sheet.colinfo_map.items() if look.hidden],
    )
    merged = (each for each in sheet.merged_cells if each[3] == each[2] + 1)
    book.cover((left + 1, first + 1, after_last) for first, after_last, left, _ in merged)


def _cell(workbook: xlrd.book.Book, sheet: xlrd.sheet.Sheet, row: int, column: int) -> Cell:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd.XL_CELL_TEXT:
        return text_cell(row + 1, column + 1, str(value))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return boolean_cell(row + 1, column + 1, value=bool(value))
    if kind == xlrd.XL_CELL_ERROR:
        return error_cell(row + 1, column + 1, xlrd.error_text_from_code.get(int(value), "#N/A"))
    number = float_number(repr(value))
    if number is None:
        raise RefusedError(DAMAGED)
    style = workbook.format_map[workbook.xf_list[sheet.cell_xf_index(row, column)].format_key]
    if kind == xlrd.XL_CELL_DATE and 0 <= number < 2_958_466:
        return text_cell(row + 1, column + 1, moment_text(_FIRST_DAYS[workbook.datemode], number))
    return number_cell(row + 1, column + 1, number, number_format(style.format_key, style.format_str))
