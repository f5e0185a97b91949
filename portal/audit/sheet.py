"""The workbook that auditors take away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

import xlsxwriter
from django.utils import timezone

from portal.audit.differences import differences_of, object_type_label
from portal.audit.labels import action_label
from portal.core.spreadsheets import defused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from portal.audit.models import AuditRecord

_COLUMNS = (
    ("序号", 9),
    ("时间", 20),
    ("操作人", 12),
    ("来源地址", 16),
    ("操作", 18),
    ("对象类型", 12),
    ("对象", 40),
    ("地区", 9),
    ("变更内容", 70),
    ("哈希", 66),
)


def write_sheet(file: BinaryIO, records: QuerySet[AuditRecord], *, notes: Sequence[tuple[str, str | datetime]]) -> int:
    """Write the records and a sheet that says how many they are and under what conditions; return the count.

    Rows stream through a temporary file, so memory stays constant. All text is written as text.
    """
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False},
    )
    bold = book.add_format({"bold": True, "bg_color": "#E7F0F7", "bottom": 1})
    about = book.add_worksheet("说明")
    sheet = book.add_worksheet("审计记录")
    sheet.freeze_panes(1, 0)
    for column, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    count = 0
    for count, record in enumerate(records.order_by("sequence").iterator(chunk_size=1000), start=1):
        sheet.write_number(count, 0, record.sequence)
        for column, text in enumerate(_row(record), start=1):
            sheet.write_string(count, column, defused(text))
    about.set_column(0, 0, 14)
    about.set_column(1, 1, 90)
    said = [*notes, ("行数", f"{count}（“审计记录”表中除标题外的行数）")]
    for row, (name, value) in enumerate(said):
        about.write_string(row, 0, name, bold)
        about.write_string(row, 1, defused(_moment(value) if isinstance(value, datetime) else value))
    book.close()
    return count


def _row(record: AuditRecord) -> tuple[str, ...]:
    return (
        _moment(record.at),
        record.actor_name,
        record.address,
        action_label(record.action),
        object_type_label(record.target_type),
        record.target_label,
        record.region_code,
        "\n".join(map(str, differences_of(record))),
        record.hash,
    )


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
