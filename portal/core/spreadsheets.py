"""Workbooks (xlsx): money as numbers with the unit named, text as text, totals by formula, written row by row."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

Cell = str | int | Decimal | date | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A text that begins so is marked as text (quotePrefix): it shows as it is, and typing into its cell runs nothing.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What a cell holds at most, in characters.
CELL_LIMIT = 32_767


class Kind(StrEnum):
    """How a column is written: `TEXT` is never a number; `COUNT` and `MONEY` (yuan) are added up.

    `FIGURE` is an exact number of any unit, which its row names.
    """

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    MONEY = "money"
    DATE = "date"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its kind and its width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: `note` stands under the title (unit, number of rows, who made it when).

    Without a note the sheet begins with its headings.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    note: str = ""


def build_sheet(title: str, *, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], note: str) -> bytes:
    """A workbook of one sheet; `note` stands under the title (unit, number of rows, who made it when)."""
    return build_book([Sheet(title, columns, rows, note)])


def build_book(sheets: Iterable[Sheet]) -> bytes:
    """A workbook as bytes; see `write_book`."""
    buffer = io.BytesIO()
    write_book(buffer, sheets)
    return buffer.getvalue()


def write_book(file: BinaryIO, sheets: Iterable[Sheet]) -> None:
    """Write landscape A4 sheets, each with a repeated heading; a last line adds up what can be, by formula and value.

    Rows stream through temporary files, so memory stays constant.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {**options, "strings_to_urls": False})
    formats = _Formats(book)
    for sheet in sheets:
        _add_sheet(book, sheet, formats)
    book.close()


def workbook_response(content: bytes, filename: str) -> HttpResponse:
    """A workbook to download; the name may be Chinese."""
    disposition = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


class _Formats:
    """The looks of a workbook's cells."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        edge = {"border": 1, "border_color": "#B7C4CE", "valign": "vcenter"}
        strong = {**edge, "bold": True, "bg_color": "#E3F2F2"}
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        self.note = book.add_format({"align": "right", "font_color": "#4D5F6D"})
        self.heading = book.add_format(
            {**edge, "bold": True, "bg_color": "#E7F0F7", "text_wrap": True, "align": "center"}
        )
        text = {**edge, "num_format": "@", "text_wrap": True}
        self.marked_text = book.add_format({**text, "quote_prefix": True})
        self.cells = {
            Kind.TEXT: book.add_format(text),
            Kind.NUMBER: book.add_format({**edge, "num_format": "0"}),
            Kind.COUNT: book.add_format({**edge, "num_format": "#,##0"}),
            Kind.MONEY: book.add_format({**edge, "num_format": "#,##0.00"}),
            Kind.DATE: book.add_format({**edge, "num_format": "yyyy-mm-dd"}),
            Kind.FIGURE: book.add_format(edge),
        }
        money = book.add_format({**strong, "num_format": "#,##0.00"})
        self.totals = {
            Kind.COUNT: book.add_format({**strong, "num_format": "#,##0"}),
            Kind.MONEY: money,
        }
        self.no_total = money


def _add_sheet(book: xlsxwriter.Workbook, content: Sheet, formats: _Formats) -> None:
    columns = content.columns
    first_row = 3 if content.note else 1
    sheet = book.add_worksheet(content.title[:31])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first_row - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.freeze_panes(first_row, 0)
    if content.note:
        sheet.merge_range(0, 0, 0, len(columns) - 1, content.title, formats.title)
        sheet.merge_range(1, 0, 1, len(columns) - 1, content.note, formats.note)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(first_row - 1, number, column.title, formats.heading)
    last = first_row - 1
    sums: dict[int, Decimal | int] = dict.fromkeys(range(len(columns)), 0)
    for last, row in enumerate(content.rows, start=first_row):
        for number, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, (last, number), value, column.kind, formats)
            if column.kind in formats.totals and isinstance(value, Decimal | int):
                sums[number] += value
    if not any(column.kind in formats.totals for column in columns):
        return
    for number, column in enumerate(columns):
        if column.kind in formats.totals and last >= first_row:
            letter = xlsxwriter.utility.xl_col_to_name(number)
            formula = f"=SUM({letter}{first_row + 1}:{letter}{last + 1})"
            sheet.write_formula(last + 1, number, formula, formats.totals[column.kind], sums[number])
        else:
            sheet.write_string(last + 1, number, "合计" if number == 0 else "", formats.no_total)


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], value: Cell, kind: Kind, formats: _Formats
) -> None:
    form = formats.cells[kind]
    if value is None or value == "":
        sheet.write_blank(*place, None, form)
    elif isinstance(value, Decimal | int):
        sheet.write_number(*place, value, form)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, form)
    else:
        shown = value if len(value) <= CELL_LIMIT else f"{value[: CELL_LIMIT - 1]}…"
        sheet.write_string(*place, shown, formats.marked_text if value.startswith(_FORMULA_STARTS) else form)
