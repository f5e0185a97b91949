"""Reads the first sheet of a long workbook row by row, for jobs: a few rows in memory, however many there are."""

from __future__ import annotations

import zipfile
from typing import IO, TYPE_CHECKING, NamedTuple

from portal.core.errors import RefusedError
from portal.core.sheet_reading.cells import MAX_COLUMNS, Cell
from portal.core.sheet_reading.xlsx import BROKEN, CHUNK, DAMAGED, Budget, Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator


class StreamedRow(NamedTuple):
    """The number of a row, its cells' texts, and what is wrong with the first cell that cannot be read."""

    number: int
    texts: list[str]
    fault: str = ""


def stream_rows(file: IO[bytes], *, most_bytes: int, most_elements: int) -> Iterator[StreamedRow]:
    """Each filled row of a workbook's first sheet, as it is read.

    In memory are the workbook's shared texts and a few rows. Bounded by what the file may unpack to and by its elements
    of XML. Raises RefusedError as `read_xlsx`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            workbook, rows = Workbook(archive, Budget(most_bytes, most_elements)), _RowQueue()
            for _, part, reader in workbook.sheets(rows):
                for _ in workbook.parse(part, reader.start, reader.end, reader.text):
                    yield from rows.taken()
                break
            yield from rows.taken(last=True)
    except BROKEN:
        raise RefusedError(DAMAGED) from None


def count_rows(file: IO[bytes]) -> int:
    """About how many rows the largest sheet of a workbook has, 0 for a file that is none. Unpacks, parses nothing."""
    most = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.namelist():
                if part.lower().startswith("xl/worksheets/") and part.lower().endswith(".xml"):
                    with archive.open(part) as sheet:
                        most = max(most, sum(chunk.count(b"<row") for chunk in iter(lambda: sheet.read(CHUNK), b"")))
    except BROKEN:
        return 0
    return most


class _RowQueue:
    """Takes cells and gives out whole rows, in the order of the sheet."""

    def __init__(self) -> None:
        self._number = 0
        self._cells: list[str] = []
        self._fault = ""
        self._whole: list[StreamedRow] = []

    def add(self, cell: Cell) -> None:
        if cell.row < self._number or cell.column > MAX_COLUMNS:
            raise RefusedError(DAMAGED)
        if cell.row > self._number:
            self._close()
            self._number = cell.row
        self._cells += [""] * (cell.column - len(self._cells))
        self._cells[cell.column - 1] = cell.text
        if cell.fault and not self._fault:
            self._fault = f"{cell.address}：{cell.fault}"

    def taken(self, *, last: bool = False) -> list[StreamedRow]:
        """The rows that are whole and were not given out yet; at the end the last one too."""
        if last:
            self._close()
        whole, self._whole = self._whole, []
        return whole

    def _close(self) -> None:
        if any(self._cells) or self._fault:
            self._whole.append(StreamedRow(self._number, self._cells, self._fault))
        self._cells, self._fault = [], ""
