"""The one reader of tables that people send: .xlsx, .xlsm, .xls, .csv, and cells pasted from a spreadsheet.

Whatever cannot be read is refused in words (`RefusedError`); whatever is read keeps its address. Nothing is dropped:
beyond its bounds the whole file is refused. `stream_rows` is for long files that a job reads.
"""

from portal.core.errors import RefusedError
from portal.core.sheet_reading.cells import (
    MAX_BYTES,
    MAX_CELL_TEXT,
    BookBuilder,
    Cell,
    Kind,
    Sheet,
    column_name,
    foot_word,
    total_word,
)
from portal.core.sheet_reading.delimited import read_delimited, read_text
from portal.core.sheet_reading.streaming import StreamedRow, count_rows, stream_rows
from portal.core.sheet_reading.xls import read_xls
from portal.core.sheet_reading.xlsx import read_xlsx

__all__ = [
    "MAX_BYTES",
    "MAX_CELL_TEXT",
    "Cell",
    "Kind",
    "Sheet",
    "StreamedRow",
    "column_name",
    "count_rows",
    "foot_word",
    "read_book",
    "read_pasted_cells",
    "stream_rows",
    "total_word",
]

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Beginnings of Excel 2 to 4, which hold a single sheet without a container.
_OLD_SHEETS = (b"\x09\x00", b"\x09\x02", b"\x09\x04")
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")


def read_book(content: bytes) -> list[Sheet]:
    """The sheets of a file, told by its content and not by its name. Raises RefusedError with the remedy."""
    if len(content) > MAX_BYTES:
        raise RefusedError("表格超过 5 MB。请只保留要导入的工作表，删除图片后再导入。")
    book = BookBuilder()
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(b"PK\x03\x04"):
        read_xlsx(content, book)
    elif content.startswith((_COMPOUND_FILE, *_OLD_SHEETS)):
        read_xls(content, book)
    elif start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise RefusedError("这个文件其实是网页或 XML。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新导入。")
    elif content.startswith(_OTHERS):
        raise RefusedError("这不是表格文件。可以导入 .xlsx、.xls 和 .csv；其他文件请在 Excel 或 WPS 中另存为 .xlsx。")
    else:
        read_delimited(content, book)
    return book.finish()


def read_pasted_cells(text: str) -> list[Sheet]:
    """Cells that were pasted, as one sheet without a title; rows and columns count from its first cell."""
    book = BookBuilder()
    read_text(text, book)
    return book.finish()
