"""Lines from a table that a person sends: the template of an item, and the reading of what comes back."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import xlsxwriter
from django.conf import settings
from django.core import signing

from applications.claims.models import Claim, ClaimLine
from applications.claims.selectors.problems import MAX_LINES
from applications.claims.services.drafts import add_lines
from policies.engine.model import Fact, Item
from policies.facts.tables import (
    HELP_MARK,
    LINE_NUMBER_HEAD,
    LINES_SHEET,
    NUMBER_HEAD,
    TableReading,
    read_tables,
    without_faults,
)
from policies.facts.values import MAX_ROWS, facts_of
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.limits import count_use, seconds_to_next
from portal.core.sheet_reading import Cell, Kind, Sheet

# The longest signed table that a form carries on to the mapping of its columns.
MAX_KEPT = 1_000_000
_SALT = "imported-table"
_WIDTHS = {"money": 14, "date": 13, "integer": 10, "number": 12, "choice": 14, "boolean": 8}


def import_lines(
    claim: Claim, *, act: ActorContext, reading: TableReading | None, typed: Sequence[Mapping[str, Any]] = ()
) -> list[ClaimLine]:
    """Append what a table holds to the claim, then what was typed into the page's own table, right or wrong.

    Raises RefusedError where the table has faults or nothing at all.
    """
    words = "表格中有错误，没有导入任何内容。请按单元格修改后重新导入。"
    lines = without_faults(reading, words) if reading is not None else []
    return add_lines(claim, act=act, rows=[*lines, *typed])


# ---- the template ---------------------------------------------------------------------------------


def build_template(item: Item, *, lead: str = "") -> bytes:
    """An xlsx template of the item's lines: heads with units, help below them, and the values a cell may take.

    With `lead`, a column of this head stands before the facts of the lines. A fact that is itself a table has a sheet
    of its own, whose rows name their line by its number.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": f"{item.title}申报明细"})
        facts = facts_of(item)
        _write_sheet(book, LINES_SHEET, NUMBER_HEAD, [f for f in facts if f.type != "rows"], lead=lead)
        for fact in facts:
            if fact.type == "rows":
                _write_sheet(book, fact.label[:31], LINE_NUMBER_HEAD, list(fact.columns), all_required=True)
    return target.getvalue()


def _write_sheet(
    book: xlsxwriter.Workbook,
    name: str,
    number_head: str,
    facts: Sequence[Fact],
    *,
    all_required: bool = False,
    lead: str = "",
) -> None:
    head = book.add_format({"bold": True, "bg_color": "#E7F0F7", "border": 1, "text_wrap": True, "valign": "vcenter"})
    note = book.add_format({"font_color": "#4D5F6D", "italic": True, "text_wrap": True, "valign": "top", "border": 1})
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "text": book.add_format({"num_format": "@"}),
    }
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, number_head, head)
    sheet.write_string(1, 0, HELP_MARK, note)
    sheet.set_column(0, 0, 10)
    if lead:
        sheet.write_string(0, 1, f"{lead}*", head)
        sheet.set_column(1, 1, 30, formats["text"])
    for column, fact in enumerate(facts, start=2 if lead else 1):
        sheet.write_string(0, column, _head_of(fact, required=all_required or fact.required), head)
        sheet.write_string(1, column, _help_of(fact), note)
        width = _WIDTHS.get(fact.type, 22)
        sheet.set_column(column, column, width, formats.get(fact.type, formats["text"] if fact.check else None))
        _add_validation(sheet, column, fact)
    sheet.set_row(0, 32)
    sheet.set_row(1, 48)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def _add_validation(sheet: Any, column: int, fact: Fact) -> None:
    cells = (2, column, 1 + (max(MAX_LINES, MAX_ROWS)), column)
    title = fact.label[:32]
    rule: dict[str, Any] | None = None
    if fact.type in ("choice", "boolean"):
        options = [label for _, label in fact.choices] if fact.type == "choice" else ["是", "否"]
        rule = {"validate": "list", "source": options, "error_message": "请从下拉列表中选择。"}
    elif fact.type == "money":
        message = "请填写以元为单位的金额，最多两位小数。"
        rule = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": message}
    elif fact.type == "integer":
        rule = {"validate": "integer", "criteria": ">=", "value": 0, "error_message": "请填写整数。"}
    if rule is not None:
        sheet.data_validation(*cells, rule | {"error_title": title, "ignore_blank": True})


def _head_of(fact: Fact, *, required: bool) -> str:
    unit = f"（{fact.unit}）" if fact.unit else ""
    return f"{fact.label}{unit}{'*' if required else ''}"


def _help_of(fact: Fact) -> str:
    default = {
        "date": "如 2021-05-10",
        "money": "以元为单位，如 4999.99",
        "choice": "从下拉列表选择",
        "boolean": "是或否",
    }
    return fact.help or default.get(fact.type, "")


# ---- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Upload:
    """A table that a person sent: its sheets, whether it was pasted, and how its columns were mapped (None: not)."""

    sheets: list[Sheet]
    is_pasted: bool = False
    chosen: Mapping[int, str] | None = None

    def kept(self) -> str:
        """The sheets as signed text, for the next request to read again; "" where they are too many."""
        rows = [
            (
                *(sheet.title, sheet.hidden_rows, sheet.hidden_columns),
                [astuple(cell) for row in sheet.rows.values() for cell in row.values()],
            )
            for sheet in self.sheets
        ]
        text = signing.dumps((self.is_pasted, rows), salt=_SALT, compress=True)
        return text if len(text) <= MAX_KEPT else ""


def kept_upload(text: str, chosen: Mapping[int, str]) -> Upload:
    """The sheets that `Upload.kept` gave, with the columns now mapped. Raises RefusedError where they are none."""
    try:
        is_pasted, rows = signing.loads(text, salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        raise RefusedError("上一次选择的表格已经失效，请重新选择文件或粘贴单元格。") from None
    sheets = []
    for title, hidden_rows, hidden_columns, cells in rows:
        sheet = Sheet(title, {}, hidden_rows, hidden_columns)
        for row, column, cell_text, kind, *more in cells:
            sheet.rows.setdefault(row, {})[column] = Cell(row, column, cell_text, Kind(kind), *more)
        sheets.append(sheet)
    return Upload(sheets, is_pasted, chosen)


def count_import(act: ActorContext) -> None:
    """Count one table that a person sends. Raises RefusedError past the setting IMPORTS_PER_HOUR."""
    if not count_use(f"import:{act.user.pk if act.user else 0}", limit=settings.IMPORTS_PER_HOUR, seconds=3600):
        minutes = seconds_to_next(3600) // 60 + 1
        raise RefusedError(f"您一小时内已导入 {settings.IMPORTS_PER_HOUR} 次，请 {minutes} 分钟后再试，或逐项填写。")


def read_upload(item: Item, upload: Upload, *, is_complete: bool = False, most: int = MAX_LINES) -> TableReading:
    """Read a table as lines of the item; `is_complete` makes a fault of what is missing. Raises RefusedError."""
    return read_tables(
        item,
        upload.sheets,
        most=most,
        chosen=upload.chosen,
        is_pasted=upload.is_pasted,
        is_complete=is_complete,
    )
