"""Tables of facts as people send them: the head is found, rows are read, and whatever is not taken is named. Pure.

Every fault and every note names the cell or row in the sheet's own coordinates. Lines are used only without a fault.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from policies.engine.model import Fact, Item
from policies.facts.heads import Head, Unit, mapped_head, read_head, unit_of_title, with_one_head
from policies.facts.values import MAX_ROWS, Reading, facts_of, impliable, read_fact, read_facts
from portal.core.errors import RefusedError
from portal.core.money import MoneyError, read_yuan
from portal.core.numbers import number_words
from portal.core.sheet_reading import Cell, Kind, Sheet, column_name, foot_word, total_word
from portal.core.text import compact

LINES_SHEET = "明细"
NUMBER_HEAD = "序号"
LINE_NUMBER_HEAD = "明细序号"
HELP_MARK = "说明"
_HEAD_WITHIN = 20
_CENT_NOISE = Decimal("1e-6")
# A row of so many cells at most may be a remark on the whole table.
_REMARK_CELLS = 2
_NUMBERS = frozenset({"money", "integer", "number"})
# Where a line break stood between two numbers of a cell.
_TWO_NUMBERS = re.compile(r"\d \d")
_COVERED = "单元格与上一行合并，看不出这一行填的是什么。请取消合并，在每一行分别填写。"


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that will not do, e.g. `B3` under 授权公告日."""

    cell: str
    label: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell} {self.label}：{self.message}"


@dataclass(frozen=True, slots=True)
class UnmappedColumn:
    """A column for the person to map: its place, its head, the first value below, and the fact it is taken for."""

    column: int
    head: str
    sample: str
    fact: str

    @property
    def name(self) -> str:
        return column_name(self.column)


@dataclass(slots=True)
class TableReading:
    """What the sheets hold: facts per line, every fault, what may be wrong, and what was not taken.

    `unmapped` lists the columns for a person to map where `missing` facts have none.
    """

    lines: list[dict[str, Any]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unmapped: list[UnmappedColumn] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet under its head. `prefix` goes before the addresses of any sheet but the lines' own."""

    sheet: Sheet
    head: Head
    head_row: int
    unit: Unit | None
    prefix: str = ""

    def place(self, row: int, column: int) -> str:
        return f"{self.prefix}{column_name(column)}{row}"

    def is_covered(self, row: int, column: int) -> bool:
        """Whether an empty cell shows what stands above it, merged with it; of a head nothing is meant for rows."""
        cell = self.sheet.rows[row].get(column)
        return cell is not None and cell.is_covered


def read_tables(
    item: Item,
    sheets: Sequence[Sheet],
    *,
    most: int,
    chosen: Mapping[int, str] | None = None,
    is_pasted: bool = False,
    is_complete: bool = False,
) -> TableReading:
    """Read the lines of an item, and the tables inside them, from the sheets of a file or from pasted cells.

    `most` is how many lines there may be; `chosen` maps the columns of the lines' sheet to facts where a person did;
    `is_complete` makes a fault of every required fact that is missing. Raises RefusedError where nothing is there.
    """
    reading = TableReading()
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise RefusedError("表格中没有任何内容。请填写后重新导入。")
    facts = [fact for fact in facts_of(item) if fact.type != "rows"]
    tables = [fact for fact in facts_of(item) if fact.type == "rows"]
    main = _sheet_for(facts, filled, LINES_SHEET) or filled[0]
    table = _table(facts, main, reading, chosen=chosen, is_pasted=is_pasted)
    if table is None:
        return reading
    numbered = _read_lines(table, reading, most=most)
    others = [sheet for sheet in filled if sheet is not main]
    for fact in tables:
        sheet = _sheet_for(fact.columns, others, fact.label[:31])
        if sheet is not None:
            others.remove(sheet)
            _read_rows(fact, sheet, numbered, reading)
    reading.notes += [f"工作表“{sheet.title}”没有读取。" for sheet in others]
    _check_lines(item, table, numbered, reading, is_complete=is_complete)
    return reading


def _sheet_for(facts: Sequence[Fact], sheets: Sequence[Sheet], title: str) -> Sheet | None:
    """The sheet of this title, else the first whose head fits."""
    named = next((sheet for sheet in sheets if sheet.title == title), None)
    return named or next((sheet for sheet in sheets if _head_row(facts, sheet) is not None), None)


def _head_row(facts: Sequence[Fact], sheet: Sheet) -> int | None:
    """The row near the top that names the most facts; None where none names two (or the only one)."""
    found = {number: len(read_head(facts, sheet.rows[number]).columns) for number in list(sheet.rows)[:_HEAD_WITHIN]}
    best = max(found, key=lambda number: found[number], default=None)
    return best if best is not None and found[best] >= min(2, len(facts)) else None


def _table(
    facts: Sequence[Fact],
    sheet: Sheet,
    reading: TableReading,
    *,
    chosen: Mapping[int, str] | None = None,
    is_pasted: bool = False,
    prefix: str = "",
) -> _Table | None:
    """The sheet under its head; None where a person has to map the columns first."""
    row = _head_row(facts, sheet)
    first = next(iter(sheet.rows))
    has_digits = any(c.isdigit() for cell in sheet.rows[first].values() for c in cell.text)
    if row is None and is_pasted and chosen is None and has_digits:
        columns = read_head(facts, {at: Cell(0, at, fact.label) for at, fact in enumerate(facts, start=1)}).columns
        return _noted(_Table(sheet, Head(columns, None, ()), first - 1, None), reading)
    sheet, head_row = (sheet, first) if row is None else with_one_head(sheet, row)
    cells = sheet.rows[head_row]
    head = read_head(facts, cells) if chosen is None else mapped_head(facts, cells, chosen)
    can_do_without = impliable(facts)
    missing = [fact.label for fact in head.missing(facts) if fact.name not in can_do_without]
    if chosen is None and (row is None or missing):
        reading.missing = missing
        reading.unmapped = _unmapped(sheet, head_row, head)
        return None
    above = [number for number in sheet.rows if number < head_row]
    if above:
        reading.notes.append(f"{_rows_text(prefix, above)}在表头之上，没有读取。")
    for cell in head.unknown:
        reading.notes.append(f"{prefix}{cell.address} 的列“{cell.text[:40]}”没有对应的字段，整列没有读取。")
    return _noted(_Table(sheet, head, head_row, _unit_beside(sheet, head_row, above), prefix), reading)


def _unit_beside(sheet: Sheet, head_row: int, above: Sequence[int]) -> Unit | None:
    """The unit of all sums that stands above the head, else in a remark below, else in the sheet's title."""
    remarks = (row for number, row in sheet.rows.items() if number > head_row and len(row) <= _REMARK_CELLS)
    return (
        unit_of_title(cell for number in above for cell in sheet.rows[number].values())
        or unit_of_title(cell for row in remarks for cell in row.values() if "单位" in cell.text)
        or unit_of_title([Cell(0, 0, sheet.title)])
    )


def _noted(table: _Table, reading: TableReading) -> _Table:
    """The table, with a note on each column that has values and no head, and on what nobody sees and was read."""
    if hidden := [number for number in table.sheet.hidden_rows if number > table.head_row]:
        reading.notes.append(
            f"{table.prefix}第 {number_words(hidden)} 行在表格中是隐藏的，也已读取。不要这些行的，请删去后重新导入。"
        )
    for at in table.sheet.hidden_columns:
        if at in table.head.columns:
            label = table.head.columns[at].fact.label
            reading.notes.append(f"{table.prefix}{column_name(at)} 列“{label}”在表格中是隐藏的，也已读取，请核对。")
    headed = {*table.head.columns, table.head.number_column, *(cell.column for cell in table.head.unknown)}
    named: set[int] = set()
    for number, row in table.sheet.rows.items():
        for at, cell in row.items():
            if number > table.head_row and at not in headed and at not in named:
                named.add(at)
                place = f"{table.prefix}{cell.address}"
                reading.notes.append(f"{column_name(at)} 列没有表头，其中的内容（从 {place} 起）没有读取。")
    return table


def _unmapped(sheet: Sheet, head_row: int, head: Head) -> list[UnmappedColumn]:
    below = [sheet.rows[number] for number in sheet.rows if number > head_row]
    columns = sorted({*sheet.rows[head_row], *(at for row in below[:50] for at in row)} - {head.number_column})
    found = []
    for at in columns:
        text = sheet.rows[head_row][at].text if at in sheet.rows[head_row] else ""
        sample = next((row[at].text for row in below[:50] if at in row and row[at].text), "")
        fact = head.columns[at].fact.name if at in head.columns else ""
        found.append(UnmappedColumn(at, text[:60], sample[:60], fact))
    return found


def _rows_text(prefix: str, rows: Sequence[int]) -> str:
    where = f"工作表“{prefix.rstrip('!')}”" if prefix else ""
    return f"{where}第 {rows[0]} 行" if len(rows) == 1 else f"{where}第 {rows[0]} 至 {rows[-1]} 行"


def _rows_of(table: _Table, reading: TableReading) -> Iterator[tuple[int, dict[int, Cell], str]]:
    """Filled rows below the head with their stated number; what is passed over is noted."""
    helps = {compact(column.fact.help) for column in table.head.columns.values() if len(column.fact.help) > 6}
    heads = {at: compact(cell.text) for at, cell in table.sheet.rows.get(table.head_row, {}).items()}
    for number, cells in table.sheet.rows.items():
        if number <= table.head_row:
            continue
        row = {at: cell for at, cell in cells.items() if not cell.is_covered}
        stated = row[table.head.number_column].text if table.head.number_column in row else ""
        if stated == HELP_MARK or any(compact(cell.text) in helps for cell in row.values()):
            continue
        mapped = [cell for at, cell in row.items() if at in table.head.columns]
        texts = [cell.text for cell in row.values()]
        if word := total_word(texts) or foot_word(texts):
            reading.notes.append(f"{_rows_text(table.prefix, [number])}是“{word}”行，没有读取。")
        elif heads and len(row) > 1 and all(compact(cell.text) == heads.get(at) for at, cell in row.items()):
            reading.notes.append(f"{_rows_text(table.prefix, [number])}与表头相同，没有读取。")
        elif mapped:
            yield number, row, stated
        elif not stated.isdecimal() and row:
            reading.notes.append(f"{_rows_text(table.prefix, [number])}只在没有对应字段的列中有内容，没有读取。")


def _read_lines(table: _Table, reading: TableReading, *, most: int) -> dict[str, tuple[int, dict[str, Any]]]:
    """Read the lines; by the number each states (or its place), for the rows of other sheets, with its row."""
    numbered: dict[str, tuple[int, dict[str, Any]]] = {}
    over: list[int] = []
    for number, row, stated in _rows_of(table, reading):
        if len(reading.lines) == most:
            over.append(number)
            continue
        line = _read_row(table, number, row, reading)
        reading.lines.append(line)
        key = _number_key(stated) or str(len(reading.lines))
        if key in numbered:
            place = table.place(number, table.head.number_column or 1)
            reading.faults.append(CellFault(place, NUMBER_HEAD, f"序号 {key} 重复，请改为不同的序号。"))
        numbered[key] = (number, line)
    if over:
        message = f"一次最多 {most} 项，{_rows_text('', over)}（{len(over)} 项）超出，请分开导入。"
        reading.faults.append(CellFault(table.place(over[0], 1), LINES_SHEET, message))
    return numbered


def _number_key(text: str) -> str:
    bare = compact(text)
    return (bare.lstrip("0") or "0") if bare.isdigit() else bare


def _read_rows(
    fact: Fact, sheet: Sheet, numbered: Mapping[str, tuple[int, dict[str, Any]]], reading: TableReading
) -> None:
    """Read a table that stands inside lines from its own sheet, each row to the line whose number it states."""
    prefix = f"{sheet.title}!"
    table = _table(fact.columns, sheet, reading, prefix=prefix)
    if table is None:
        raise RefusedError(f"工作表“{sheet.title}”缺少列：{'、'.join(reading.missing)}。请按模板补上表头后重新导入。")
    over: set[int] = set()
    for number, row, stated in _rows_of(table, reading):
        found = numbered.get(_number_key(stated))
        if found is None and table.head.number_column is None and len(numbered) == 1:
            found = next(iter(numbered.values()))
        if found is None:
            message = (
                f"“{LINES_SHEET}”中没有序号为“{stated}”的一行，请填写对应的序号。"
                if stated
                else "请填写对应的明细序号。"
            )
            place = table.place(number, table.head.number_column or 1)
            reading.faults.append(CellFault(place, LINE_NUMBER_HEAD, message))
            continue
        rows = found[1].setdefault(fact.name, [])
        if len(rows) < MAX_ROWS:
            rows.append(_read_row(table, number, row, reading))
        elif found[0] not in over:
            over.add(found[0])
            message = f"同一项最多 {MAX_ROWS} 行{fact.label}，从这一行起超出，请合并后重新导入。"
            reading.faults.append(CellFault(table.place(number, 1), fact.label, message))


def _read_row(table: _Table, number: int, row: Mapping[int, Cell], reading: TableReading) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at, column in table.head.columns.items():
        cell = row.get(at)
        if cell is None and table.is_covered(number, at):
            reading.faults.append(CellFault(table.place(number, at), column.fact.label, _COVERED))
        if cell is None:
            values[column.fact.name] = ""
            continue
        unit = column.unit
        if column.fact.type == "money" and unit == Unit() and table.unit is not None:
            unit = table.unit
        found = _read_cell(column.fact, cell, unit)
        place = f"{table.prefix}{cell.address}"
        if found.error:
            reading.faults.append(CellFault(place, column.fact.label, found.error))
        reading.warnings += [CellFault(place, column.fact.label, warning) for warning in found.warnings]
        values[column.fact.name] = found.value
    return values


def _read_cell(fact: Fact, cell: Cell, unit: Unit) -> Reading:
    """A cell's value for a fact, in the unit of its column."""
    if cell.fault:
        return Reading(cell.text, cell.fault)
    if unit.fault:
        return Reading(cell.text, unit.fault)
    if cell.has_lines and fact.type in _NUMBERS and _TWO_NUMBERS.search(cell.text):
        return Reading(cell.text, "单元格中有换行，像是填了两个数。一格只能填一个数，请改正。")
    if cell.kind == Kind.BOOLEAN and fact.type != "boolean":
        return Reading(cell.text, f"单元格是逻辑值 {cell.text}。请改为实际内容。")
    text = cell.text
    if fact.type == "money":
        return read_fact(fact, _in_yuan(cell, unit.yuan or Decimal(1)))
    if unit.is_percent and text and text.replace(".", "", 1).isdecimal():
        text = f"{text}%"
    return read_fact(fact, text)


def _in_yuan(cell: Cell, factor: Decimal) -> str:
    """A sum in yuan; of a number that a spreadsheet computed, the noise beside a whole fen is taken off."""
    if cell.text.isascii() and cell.text.replace(".", "", 1).isdigit():
        amount = Decimal(cell.text) * factor
        whole = round(amount, 2)
        return f"{whole if abs(amount - whole) < _CENT_NOISE else amount:f}"
    if factor == 1:
        return cell.text
    try:
        return str(read_yuan(cell.text, unit=factor))
    except MoneyError:
        return cell.text


def _check_lines(
    item: Item,
    table: _Table,
    numbered: Mapping[str, tuple[int, dict[str, Any]]],
    reading: TableReading,
    *,
    is_complete: bool,
) -> None:
    """Faults that only a whole line shows: facts that contradict each other, and (if complete) what is missing."""
    columns = {column.fact.name: at for at, column in table.head.columns.items()}
    labels = {fact.name: fact.label for fact in facts_of(item)}
    known = {fault.cell for fault in reading.faults}
    for number, line in numbered.values():
        found = read_facts(facts_of(item), line)
        problems = dict(found.errors) | (found.missing if is_complete else {})
        for name, message in problems.items():
            if "." in name and name in found.errors:
                continue
            fact_name = name.partition(".")[0]
            place = table.place(number, columns.get(fact_name, 1))
            if place not in known:
                known.add(place)
                reading.faults.append(CellFault(place, labels.get(fact_name, fact_name), message))


def without_faults(reading: TableReading, refusal: str) -> list[dict[str, Any]]:
    """The lines. Raises RefusedError with this refusal where a cell is wrong, and where there is no line."""
    if reading.unmapped:
        missing = f"没有找到：{'、'.join(reading.missing)}。" if reading.missing else ""
        raise RefusedError(f"{missing}请在下面选择各列是什么内容，再次导入。")
    if reading.faults:
        raise RefusedError(refusal)
    if not reading.lines:
        raise RefusedError("表格中没有填写任何明细。请在表头下面填写后再导入。")
    return reading.lines
