"""Sheets (xlsx) that reviewers and finance ask for: money as numbers with the unit named, text as text, totals."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell = str | int | Decimal | date | None
# A cell that begins so would be taken for a formula by whoever opens the file.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FIRST_ROW = 3


class Kind(StrEnum):
    """How a column is written: `TEXT` is never a number, `MONEY` (yuan) and `WAN` (万元) are added up."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    WAN = "wan"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its kind and its width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


def defused(text: str) -> str:
    """Text that no spreadsheet program runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def build_sheet(title: str, *, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], note: str) -> bytes:
    """One landscape A4 sheet with a repeated heading, the rows, and a last line that adds up the money by formula.

    `note` stands under the title (unit, number of rows, who made it when).
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    sheet = book.add_worksheet(title[:31])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_FIRST_ROW - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.freeze_panes(_FIRST_ROW, 0)
    edge = {"border": 1, "border_color": "#B7C4CE", "valign": "vcenter"}
    heading = book.add_format({**edge, "bold": True, "bg_color": "#E7F0F7", "text_wrap": True, "align": "center"})
    formats = {
        Kind.TEXT: book.add_format({**edge, "num_format": "@", "text_wrap": True}),
        Kind.NUMBER: book.add_format({**edge, "num_format": "0"}),
        Kind.MONEY: book.add_format({**edge, "num_format": "#,##0.00"}),
        Kind.WAN: book.add_format({**edge, "num_format": "#,##0.00####"}),
        Kind.DATE: book.add_format({**edge, "num_format": "yyyy-mm-dd"}),
    }
    total_format = book.add_format({**edge, "bold": True, "num_format": "#,##0.00", "bg_color": "#E3F2F2"})
    wan_total = book.add_format({**edge, "bold": True, "num_format": "#,##0.00####", "bg_color": "#E3F2F2"})
    sheet.merge_range(
        0, 0, 0, len(columns) - 1, title, book.add_format({"bold": True, "font_size": 16, "align": "center"})
    )
    sheet.merge_range(1, 0, 1, len(columns) - 1, note, book.add_format({"align": "right", "font_color": "#4D5F6D"}))
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(_FIRST_ROW - 1, number, column.title, heading)
    last = _FIRST_ROW - 1
    for last, row in enumerate(rows, start=_FIRST_ROW):
        for number, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, last, number, value, formats[column.kind])
    for number, column in enumerate(columns):
        if column.kind in (Kind.MONEY, Kind.WAN) and last >= _FIRST_ROW:
            letter = xlsxwriter.utility.xl_col_to_name(number)
            formula = f"=SUM({letter}{_FIRST_ROW + 1}:{letter}{last + 1})"
            sheet.write_formula(last + 1, number, formula, wan_total if column.kind is Kind.WAN else total_format)
        else:
            sheet.write_string(last + 1, number, "合计" if number == 0 else "", total_format)
    book.close()
    return buffer.getvalue()


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell, form: xlsxwriter.format.Format
) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, Decimal | int):
        sheet.write_number(row, column, value, form)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, form)
    else:
        sheet.write_string(row, column, defused(value), form)
