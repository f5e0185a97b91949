"""Rows of an uploaded table, of which each is to be done by itself: read by headings, faults kept beside each cell."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal.core.encryption import decrypt, encrypt
from portal.core.errors import RefusedError
from portal.core.numbers import NumberError, read_day
from portal.core.sheet_reading import Sheet, column_name, total_word
from portal.core.text import compact

# The columns of a table by the name of what they give: the heading, and whether a row must give it.
Columns = Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, with its address; "" where the whole row is meant."""

    address: str
    words: str


@dataclass(slots=True)
class SheetRow:
    """A row as it was read (`unread`: cells that could not be), what is wrong with it, and what became of it."""

    number: int
    texts: dict[str, str]
    addresses: dict[str, str]
    unread: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    outcome: str = ""

    def add(self, name: str, words: str) -> None:
        """Note what is wrong with the cell of a column."""
        self.faults.append(Fault(self.addresses.get(name, ""), words))

    def need(self, columns: Columns) -> None:
        """Note each required cell that is empty and not faulty already."""
        known = {fault.address for fault in self.faults}
        for name, (label, is_needed) in columns.items():
            if is_needed and not self.texts.get(name) and self.addresses[name] not in known:
                self.add(name, f"请填写{label}。")


def rows_below_head(sheets: Sequence[Sheet], columns: Columns, *, most: int) -> list[SheetRow]:
    """The rows below the first row that has all required headings; rows that add up others are passed over.

    Raises RefusedError where no sheet has such a row, where nothing stands below it, and above `most` rows.
    """
    for sheet in sheets:
        for head, cells in sheet.rows.items():
            places = _places({column: cell.text for column, cell in cells.items()}, columns)
            if places is None:
                continue
            rows = list(_rows(sheet, head, places))
            if not rows:
                raise RefusedError("表头下面没有人员，请填写后重新导入。")
            if len(rows) > most:
                raise RefusedError(f"共 {len(rows)} 行，一次最多导入 {most} 行，请分几次导入。")
            return rows
    needed = "、".join(label for label, is_needed in columns.values() if is_needed)
    further = "、".join(label for label, is_needed in columns.values() if not is_needed)
    raise RefusedError(f"没有找到表头。请在同一行写明列名：{needed}（另可有{further}）。")


def _places(texts: dict[int, str], columns: Columns) -> dict[str, int] | None:
    """The column of each heading of a row; None where a required one is missing."""
    by_label = {compact(text): column for column, text in reversed(texts.items())}
    found = {name: by_label[label] for name, (label, _) in columns.items() if label in by_label}
    return found if all(name in found for name, (_, is_needed) in columns.items() if is_needed) else None


def _rows(sheet: Sheet, head: int, places: Mapping[str, int]) -> Iterator[SheetRow]:
    for number, cells in sheet.rows.items():
        if number <= head or total_word(cell.text for cell in cells.values()):
            continue
        row = SheetRow(number, {}, {name: f"{column_name(column)}{number}" for name, column in places.items()})
        for name, column in places.items():
            cell = cells.get(column)
            row.texts[name] = cell.text if cell else ""
            if cell and cell.fault:
                row.unread.append(Fault(row.addresses[name], cell.fault))
        if any(row.texts.values()) or row.unread:
            yield row


def read_row_day(row: SheetRow, name: str) -> date | None:
    """The day in a cell, None for an empty one; what is no day is noted."""
    try:
        return read_day(row.texts[name]) if row.texts.get(name) else None
    except NumberError as error:
        row.add(name, str(error))
        return None


def read_email(row: SheetRow) -> str:
    """The address in the column `email`, in small letters; what is none is noted."""
    email = compact(row.texts["email"]).lower()
    try:
        validate_email(email)
    except ValidationError:
        row.add("email", "邮箱格式不对，请改正，例如 name@example.gov.cn。")
    return email


def kept_rows(rows: Sequence[SheetRow]) -> str:
    """The rows as a session keeps them between look and confirmation, encrypted: they hold personal data."""
    return encrypt(json.dumps([asdict(row) for row in rows], ensure_ascii=False))


def rows_kept(text: str) -> list[SheetRow]:
    """The rows that `kept_rows` wrote, without what was found."""
    return [
        SheetRow(one["number"], one["texts"], one["addresses"], [Fault(**fault) for fault in one["unread"]])
        for one in json.loads(decrypt(text))
    ]
