"""One sheet for many clients: its rows taken apart by the column that names the client. Pure.

Every row keeps its place, so that what is wrong with it is named where the person finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from policies.facts.synonyms import CLIENTS
from policies.facts.tables import HELP_MARK, LINE_NUMBER_HEAD, NUMBER_HEAD, CellFault
from portal.accounts.models import Applicant
from portal.core.errors import RefusedError
from portal.core.identifiers import normalise_identifier
from portal.core.sheet_reading import Cell, Sheet, foot_word, total_word
from portal.core.text import compact

CLIENT_HEAD = "委托人"
CLIENT_HEAD_WORDS = f"{CLIENT_HEAD}（名称或统一社会信用代码）"
_HEAD_WITHIN = 20


@dataclass(slots=True)
class Parts:
    """The sheets of each client by its key, and the rows whose client is not known."""

    sheets: dict[int, list[Sheet]] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Head:
    sheet: Sheet
    row: int
    client: int
    number: int | None


def split_by_client(sheets: Sequence[Sheet], clients: Sequence[Applicant]) -> Parts:
    """Take sheets apart by client, named by its name or credit code.

    Further sheets go to each client with the rows that name its lines' numbers. Raises RefusedError where no column
    names clients.
    """
    head = _head_of(sheets)
    if head is None:
        raise RefusedError(f"表格中没有“{CLIENT_HEAD}”一列。请下载模板，每行写明委托人的名称或统一社会信用代码。")
    known = {compact(client.name): client.pk for client in clients}
    known |= {client.uscc: client.pk for client in clients if client.uscc}
    parts, rows = Parts(), dict[int, list[int]]()
    client: int | None = None
    for number, row in head.sheet.rows.items():
        if number <= head.row or _is_no_line(head, row):
            continue
        cell = row.get(head.client)
        if cell is None:
            place = Cell(number, head.client, "").address
            parts.faults.append(CellFault(place, CLIENT_HEAD, "没有写明委托人，请填写名称或统一社会信用代码。"))
            continue
        # A client's name is merged over its rows.
        if not cell.is_covered:
            client = known.get(compact(cell.text)) or known.get(normalise_identifier(cell.text))
        if client is None and cell.is_covered:
            continue
        if client is None:
            message = f"“{cell.text[:40]}”不在您可以为其申报这一事项的委托人之中。请核对名称，或先办理委托。"
            parts.faults.append(CellFault(cell.address, CLIENT_HEAD, message))
            continue
        rows.setdefault(client, []).append(number)
    others = [sheet for sheet in sheets if sheet is not head.sheet]
    for client, numbers in rows.items():
        stated = {_number_of(head.sheet.rows[number], head.number) for number in numbers}
        own = [_only(sheet, stated) for sheet in others]
        parts.sheets[client] = [_without_clients(head, numbers), *own]
    return parts


def _head_of(sheets: Sequence[Sheet]) -> _Head | None:
    for sheet in sheets:
        for number in list(sheet.rows)[:_HEAD_WITHIN]:
            row = sheet.rows[number]
            named = [at for at, cell in row.items() if _names_clients(compact(cell.text))]
            if named and len(row) > 1:
                numbered = [at for at, cell in row.items() if compact(cell.text) == NUMBER_HEAD]
                return _Head(sheet, number, named[0], numbered[0] if numbered else None)
    return None


def _names_clients(head: str) -> bool:
    return head.startswith(CLIENT_HEAD) or head.strip("*:").partition("(")[0] in CLIENTS


def _is_no_line(head: _Head, row: dict[int, Cell]) -> bool:
    """Whether a row below the head is help, a total, a remark, or holds nothing but a number."""
    texts = [cell.text for cell in row.values()]
    return HELP_MARK in texts or bool(total_word(texts) or foot_word(texts)) or set(row) <= {head.number}


def _number_of(row: dict[int, Cell], column: int | None) -> str:
    return row[column].text if column in row else ""


def _without_clients(head: _Head, numbers: Sequence[int]) -> Sheet:
    kept = {number for number in head.sheet.rows if number <= head.row} | set(numbers)
    rows = {
        number: {at: cell for at, cell in row.items() if at != head.client}
        for number, row in head.sheet.rows.items()
        if number in kept
    }
    return Sheet(head.sheet.title, {number: row for number, row in rows.items() if row})


def _only(sheet: Sheet, stated: set[str]) -> Sheet:
    """A further sheet with its head and the rows that name one of the numbers."""
    heads = [(number, at) for number, row in sheet.rows.items() for at, cell in row.items() if _names_lines(cell)]
    if not heads:
        return sheet
    first, column = heads[0]
    kept = {number: row for number, row in sheet.rows.items() if number <= first or _number_of(row, column) in stated}
    return Sheet(sheet.title, kept)


def _names_lines(cell: Cell) -> bool:
    return compact(cell.text) in (NUMBER_HEAD, LINE_NUMBER_HEAD)
