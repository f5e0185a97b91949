"""Reads .xlsx and .xlsm: streamed through expat, part by part, and never further than its bounds.

Only values, the formats that say what a number is (date, percent) and the marks of formulas are looked at. So a file
whose looks are damaged is read all the same, and no document type, entity or link is ever followed.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from portal.core.errors import RefusedError
from portal.core.sheet_reading.cells import (
    HIDDEN,
    MAX_CELL_TEXT,
    MAX_COLUMNS,
    MAX_ELEMENTS,
    MAX_SHEETS,
    MAX_UNPACKED_BYTES,
    BookBuilder,
    Cell,
    CellSink,
    boolean_cell,
    error_cell,
    float_number,
    formula_cell,
    number_cell,
    text_cell,
)
from portal.core.sheet_reading.shapes import NumberFormat, number_format

DAMAGED = "表格文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新导入。"
PASSWORD = "表格设有打开密码。请在 Excel 或 WPS 中取消密码、另存后再导入。"  # noqa: S105 - what a person reads
_MAX_PARTS = 1_000
# The only methods of packing that the format knows.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CHUNK = 64 * 1024
BROKEN = (expat.ExpatError, zlib.error, zipfile.BadZipFile, EOFError, OSError, ValueError, LookupError)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_MERGED = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_TRUE = ("1", "true")
Handler = Callable[[str, Mapping[str, str]], None]


def read_xlsx(content: bytes, book: BookBuilder) -> None:
    """Read every sheet of a workbook. Raises RefusedError for what is none, is damaged, locked or too large."""
    if content.count(b"PK\x01\x02") > _MAX_PARTS:
        raise RefusedError(f"工作簿中的工作表或附件过多。请只保留要导入的工作表（最多 {MAX_SHEETS} 张）。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            Workbook(archive).read(book)
    except BROKEN:
        raise RefusedError(DAMAGED) from None


@dataclass(slots=True)
class Budget:
    """What may still be unpacked and parsed of a workbook."""

    unpacked: int = MAX_UNPACKED_BYTES
    elements: int = MAX_ELEMENTS

    def require(self) -> None:
        """Raise RefusedError where nothing is left."""
        if self.unpacked < 0 or self.elements < 0:
            raise RefusedError("表格展开后过大。请只保留要导入的工作表，删去多余的格式和空行后再导入。")


@dataclass(slots=True)
class Workbook:
    """The parts of one file."""

    archive: zipfile.ZipFile
    budget: Budget = field(default_factory=Budget)

    def read(self, book: BookBuilder) -> None:
        """Read every sheet into a book."""
        for title, part, reader in self.sheets(book):
            book.begin(title)
            self._read(part, reader.start, reader.end, reader.text)
            book.hide(rows=reader.hidden_rows, columns=reader.hidden_columns)
            book.cover(reader.merged)

    def sheets(self, sink: CellSink) -> Iterator[tuple[str, str, SheetReader]]:
        """Title, part and reader of each sheet, in order; those that the person does not see come last and say so."""
        parts = {name.lower(): name for name in self.archive.namelist()}
        if any(entry.flag_bits & 1 for entry in self.archive.infolist()):
            raise RefusedError(PASSWORD)
        if any(entry.compress_type not in _METHODS for entry in self.archive.infolist()):
            raise RefusedError(DAMAGED)
        if "xl/workbook.bin" in parts or "content.xml" in parts:
            raise RefusedError("不能读取 .xlsb 和 .ods 文件。请在 Excel 或 WPS 中另存为 .xlsx 后再导入。")
        workbook = next(
            (target for kind, target in self._links("", parts).values() if kind.endswith("/officeDocument")),
            "xl/workbook.xml",
        )
        if workbook.lower() not in parts:
            raise RefusedError("这不是 Excel 工作簿（.xlsx）。请在 Excel 或 WPS 中另存为 .xlsx 后再导入。")
        links = self._links(workbook, parts)
        seen: list[tuple[str, str]] = []
        hidden: list[tuple[str, str]] = []
        dates_from_1904 = False

        def on_start(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal dates_from_1904
            if name == "sheet":
                link = next((value for key, value in attributes.items() if _local(key) == "id"), "")
                title, target = attributes.get("name", ""), links.get(link, ("", ""))[1]
                if attributes.get("state", "").endswith("idden"):
                    hidden.append((f"{title}{HIDDEN}", target))
                else:
                    seen.append((title, target))
            elif name == "workbookPr":
                dates_from_1904 = attributes.get("date1904") in _TRUE

        self._read(parts[workbook.lower()], on_start)
        by_kind = {kind.rpartition("/")[2]: target for kind, target in links.values()}
        strings = self._strings(parts.get(by_kind.get("sharedStrings", "").lower(), ""))
        formats = self._formats(parts.get(by_kind.get("styles", "").lower(), ""))
        for title, target in (*seen, *hidden):
            if target.lower() not in parts:
                raise RefusedError(DAMAGED)
            yield title, parts[target.lower()], SheetReader(sink, strings, formats, dates_from_1904)

    def _links(self, part: str, parts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """The relationships of a part: by id their kind and the part that they lead to."""
        folder, name = posixpath.split(part)
        path = parts.get(posixpath.join(folder, "_rels", f"{name}.rels").lower(), "")
        found: dict[str, tuple[str, str]] = {}

        def on_start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                found[attributes.get("Id", "")] = (attributes.get("Type", ""), target.lstrip("/"))

        if path:
            self._read(path, on_start)
        return found

    def _strings(self, part: str) -> list[str]:
        """The table of texts that cells refer to."""
        reader = _TextReader("si")
        if part:
            self._read(part, reader.start, reader.end, reader.text)
        return reader.texts

    def _formats(self, part: str) -> list[NumberFormat]:
        """What each style makes of a number."""
        codes: dict[str, str] = {}
        styles: list[str] = []
        within: list[str] = []

        def on_start(name: str, attributes: Mapping[str, str]) -> None:
            within.append(name)
            if name == "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "xf" and within[-2:-1] == ["cellXfs"]:
                styles.append(attributes.get("numFmtId", "0"))

        if part:
            self._read(part, on_start, lambda _name: within.pop())
        shapes = {
            style: number_format(int(style[:9]) if style.isdecimal() else 0, codes.get(style, ""))
            for style in dict.fromkeys(styles)
        }
        return [shapes[style] for style in styles]

    def _read(self, *how: Any) -> None:
        for _ in self.parse(*how):
            pass

    def parse(
        self,
        part: str,
        start: Handler,
        end: Callable[[str], object] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Parse a part; a step of the iterator is a stretch of the file."""
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def on_start(name: str, attributes: dict[str, str]) -> None:
            self.budget.elements -= 1
            self.budget.require()
            start(_local(name), attributes)

        def on_doctype(*_declaration: object) -> None:
            raise RefusedError(DAMAGED)

        parser.StartElementHandler = on_start
        parser.StartDoctypeDeclHandler = on_doctype
        if end is not None:
            parser.EndElementHandler = lambda name: end(_local(name))
        if text is not None:
            parser.CharacterDataHandler = text
        for chunk in self._chunks(part):
            parser.Parse(chunk, False)  # noqa: FBT003 - its only form
            yield
        parser.Parse(b"", True)  # noqa: FBT003

    def _chunks(self, part: str) -> Iterator[bytes]:
        with self.archive.open(part) as file:
            while chunk := file.read(CHUNK):
                self.budget.unpacked -= len(chunk)
                self.budget.require()
                yield chunk


def _local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


class _TextReader:
    """Texts of rich or plain strings: what stands in `t` inside each element of one name, less how it is spoken."""

    def __init__(self, item: str) -> None:
        self.item = item
        self.texts: list[str] = []
        self._parts: list[str] | None = None
        self._length = 0
        self._in_text = False
        self._spoken = 0

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == self.item:
            self._parts, self._length = [], 0
        elif name == "rPh":
            self._spoken += 1
        self._in_text = name == "t" and not self._spoken

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "rPh":
            self._spoken -= 1
        elif name == self.item and self._parts is not None:
            self.texts.append("".join(self._parts))
            self._parts = None

    def text(self, data: str) -> None:
        if self._in_text and self._parts is not None and self._length <= MAX_CELL_TEXT * 2:
            self._parts.append(data)
            self._length += len(data)


class SheetReader:
    """The cells of one sheet as expat meets them."""

    def __init__(self, sink: CellSink, strings: list[str], formats: list[NumberFormat], dates_from_1904: bool) -> None:  # noqa: FBT001
        self.sink = sink
        self.strings = strings
        self.formats = formats
        self.first_day = datetime(1904, 1, 1) if dates_from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self.row = self.column = 0
        self.attributes: Mapping[str, str] = {}
        self.is_formula = False
        self.in_value = False
        self.value: list[str] = []
        self.inline = _TextReader("is")
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[tuple[int, int, int]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.inline.start(name, attributes)
        self.in_value = name == "v"
        if name == "row":
            self.row = _whole(attributes.get("r"), self.row + 1)
            self.column = 0
            if attributes.get("hidden") in _TRUE:
                self.hidden_rows.add(self.row)
        elif name == "c":
            self.row, self.column = self._place(attributes.get("r"))
            self.attributes, self.is_formula = attributes, False
            self.value.clear()
            self.inline.texts.clear()
        elif name == "f":
            self.is_formula = True
        elif name == "col" and attributes.get("hidden") in _TRUE:
            first, last = _whole(attributes.get("min"), 1), _whole(attributes.get("max"), 1)
            self.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def text(self, data: str) -> None:
        if self.in_value:
            self.value.append(data)
        self.inline.text(data)

    def end(self, name: str) -> None:
        self.inline.end(name)
        if name == "v":
            self.in_value = False
        elif name == "c":
            self.sink.add(self._cell())

    def _merge(self, reference: str) -> None:
        """Note cells of one column that are merged."""
        found = _MERGED.fullmatch(reference)
        if found and found[1] == found[3] and found[2] != found[4]:
            self.merged.append((_column(found[1]), int(found[2]), int(found[4])))

    def _place(self, reference: str | None) -> tuple[int, int]:
        if reference is None:
            return self.row, self.column + 1
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise RefusedError(DAMAGED)
        return int(found[2]), _column(found[1])

    def _cell(self) -> Cell:
        value, kind = "".join(self.value), self.attributes.get("t", "n")
        if self.is_formula:
            return formula_cell(self.row, self.column)
        if kind == "inlineStr":
            return text_cell(self.row, self.column, "".join(self.inline.texts))
        if kind in ("str", "d") or not value:
            return text_cell(self.row, self.column, value)
        if kind == "s":
            return text_cell(self.row, self.column, self.strings[_whole(value, -1)])
        if kind == "b":
            return boolean_cell(self.row, self.column, value=value.strip() in ("1", "true"))
        if kind == "e":
            return error_cell(self.row, self.column, value)
        return self._number(value)

    def _number(self, value: str) -> Cell:
        number = float_number(value)
        if number is None:
            raise RefusedError(DAMAGED)
        style = self.attributes.get("s", "")
        is_known = style.isdecimal() and len(style) < 8 and int(style) < len(self.formats)
        shape = self.formats[int(style)] if is_known else NumberFormat()
        if shape.kind == "date" and 0 <= number < 2_958_466:
            return text_cell(self.row, self.column, moment_text(self.first_day, number))
        return number_cell(self.row, self.column, number, shape)


def moment_text(first_day: datetime, days: Decimal) -> str:
    """A day, and its time where it is not midnight, counted in days from the first one."""
    moment = first_day + timedelta(seconds=round(days * 86_400))
    if days < 60 and first_day.year == 1899:
        # Spreadsheets count a 29th of February 1900 that never was.
        moment += timedelta(days=1)
    return f"{moment:%Y-%m-%d}" if moment.time() == datetime.min.time() else f"{moment:%Y-%m-%d %H:%M:%S}"


def _column(letters: str) -> int:
    """The number of a column: A is 1, AA is 27."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column


def _whole(text: str | None, otherwise: int) -> int:
    """A whole number of at most seven digits; ValueError for anything else that is there."""
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise ValueError(text[:20])
    return int(text)
