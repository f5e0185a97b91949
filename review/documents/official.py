"""An official document (公文) by GB/T 9704-2012: red head, number, title, text, annexes, signature, date, imprint.

The text is composed into lines as that of the notices, on the standard's grid of 22 lines of 28 characters. What is
listed stands in annexes. The imprint (版记) ends the last page, which is an even one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.core.printable import with_stand_ins
from review.notices.letter import AREA, MOST_ROWS, ROWS, TITLE_HEIGHT, Letter, signature, signature_inset
from review.notices.qrcode import qr_data_uri
from review.notices.render import STYLE as NOTICE_STYLE
from review.notices.render import print_html
from review.notices.titles import lines_by_sense

_HERE = Path(__file__).parent
# The text area is 156 mm wide. Characters of the mark are 44 pt at most; a longer name is made narrower, down to
# this part of a character's width, and only then smaller.
WIDTH = 156
MARK_SIZE = 15.5
NARROWEST = 0.62
# What padding and lines add to the width of a table's cell, in millimetres; the first cell has a line at its left too.
_CELL_EXTRA, _LINE = 2.65, 0.25
# A table's characters are 10.5 pt wide. Words of up to so many lines of a cell are divided by their sense.
_CELL_SIZE, _MOST_CELL_LINES = 10.5 / 72 * 25.4, 4
_LATIN = re.compile("[!-~]")
# Lines of the standard's grid above the title; lines beside the paragraphs: below the title, and signature and date.
HEAD_ROWS, _BESIDE = 10, 1 + 4


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an annex: its head, its outer width in millimetres, and how it is set: "", "middle" or "figure".

    Columns of width 0 divide what the others leave by their `share`.
    """

    head: str
    width: float
    style: str = ""
    share: float = 1.0

    @property
    def inner_width(self) -> str:
        return f"{self.width - _CELL_EXTRA:.2f}mm"

    @property
    def inner_width_of_first(self) -> str:
        return f"{self.width - _CELL_EXTRA - _LINE:.2f}mm"

    def lines(self, text: str) -> str:
        """A cell's text; Chinese words that take a few lines as lines by their sense, none of a single character."""
        fits = int((self.width - _CELL_EXTRA) / _CELL_SIZE)
        if not 2 < fits < len(text) <= fits * _MOST_CELL_LINES or _LATIN.search(text):
            return text
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines_by_sense(text, fits, fits)))


@dataclass(frozen=True, slots=True)
class Annex:
    """A table on pages of its own. The columns' widths add up to the text area's."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()

    def cells(self, row: Sequence[str]) -> list[tuple[str, Column]]:
        return [(column.lines(text), column) for text, column in zip(row, self.columns, strict=True)]

    @property
    def body(self) -> list[list[tuple[str, Column]]]:
        return [self.cells(row) for row in self.rows]

    @property
    def foot(self) -> list[tuple[str, Column]]:
        return self.cells(self.total) if self.total else []


def fitted(columns: Sequence[Column]) -> list[Column]:
    """The columns with what the fixed ones leave of the text area shared among those without a width."""
    shares = sum(column.share for column in columns if not column.width)
    rest = WIDTH - sum(column.width for column in columns)
    return [column if column.width else replace(column, width=rest * column.share / shares) for column in columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDocument:
    """What an official document says.

    `mark` is the red head; `signer` stands beside the number of a document to a superior (None: there is none);
    `note` is said in brackets below the date; `stamp` stands across every page of what is no valid document; `code` is
    the address of the page that shows the same, printed as a QR code beside the date.
    """

    mark: str
    number: str
    title: str
    addressee: str
    paragraphs: Sequence[str]
    annexes: Sequence[Annex] = ()
    issuer: str
    dated: date
    copied_to: str = ""
    signer: str | None = None
    note: str = ""
    stamp: str = ""
    code: str = ""


def print_document(document: OfficialDocument) -> bytes:
    """The document as a PDF; the same bytes for the same document and fonts. Raises as `print_html`."""
    printed = _print(document, own_page=False)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        is_even = len(pdf.pages) % 2 == 0
    return printed if is_even else _print(document, own_page=True)


def page_style(sheet: str, *, rows: int = ROWS) -> str:
    """The notices' page and grid of so many lines, then a style sheet of this folder.

    The height of a line is cut, so that they never miss the page by rounding.
    """
    sheets = "\n".join((_HERE / name).read_text() for name in ("page.css", sheet))
    return f":root {{ --row: {AREA / rows - 0.0002:.4f}mm }}\n{NOTICE_STYLE.read_text()}\n{sheets}"


def _print(document: OfficialDocument, *, own_page: bool) -> bytes:
    letter = Letter()
    context: dict[str, Any] = {
        "document": document,
        "letter": letter,
        "mark_style": mark_style(document.mark),
        "title": title_lines(document.title),
        "annexes": [(annex, title_lines(annex.title)) for annex in document.annexes],
        "signature": signature(document.issuer),
        "inset": signature_inset(document.issuer),
        "own_page": own_page,
        "code": qr_data_uri(document.code) if document.code else "",
    }
    html = with_stand_ins(render_to_string("documents/print/official.html", context))
    rows = _rows(context["title"].count("<br>") + 1, letter.lines + _BESIDE + bool(document.annexes))
    return print_html(html, style=page_style("official.css", rows=rows))


def _rows(title_lines: int, lines: int) -> int:
    """Lines to a page: as many more than the standard's as set title and text on one page, if that is possible.

    The standard lets the distance of lines be adjusted, so that the seal stands on a page with text (7.3.5.5).
    """
    below_head = AREA * (1 - HEAD_ROWS / ROWS)
    for rows in range(ROWS, MOST_ROWS + 1):
        row = AREA / rows
        if title_lines * max(row, TITLE_HEIGHT) + lines * row <= below_head:
            return rows
    return ROWS


def mark_style(mark: str) -> SafeString:
    """The size of the mark's characters, and how they are narrowed, as style: a long name still fills one line."""
    narrowing = min(1.0, max(WIDTH / (len(mark) * MARK_SIZE), NARROWEST))
    size = min(MARK_SIZE, WIDTH / (len(mark) * narrowing))
    natural = len(mark) * size
    return format_html(
        "font-size:{size}mm;line-height:{size}mm;left:{left}mm;width:{width}mm;transform:scaleX({narrowing})",
        size=f"{size:.3f}",
        left=f"{(WIDTH - natural) / 2:.3f}",
        width=f"{natural:.3f}",
        narrowing=f"{narrowing:.4f}",
    )


def title_lines(title: str) -> SafeString:
    """The title in lines by its sense."""
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines_by_sense(title)))
