"""The workbook that auditors take away."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.differences import differences_of, object_type_label
from portal.audit.labels import action_label
from portal.audit.models import AuditRecord
from portal.core.spreadsheets import Cell, Column, Kind, Sheet, write_book

_COLUMNS = (
    Column("序号", Kind.NUMBER, 9),
    Column("时间", width=20),
    Column("操作人", width=12),
    Column("来源地址", width=16),
    Column("操作", width=18),
    Column("对象类型", width=12),
    Column("对象", width=40),
    Column("地区", width=9),
    Column("变更内容", width=70),
    Column("哈希", width=66),
)


def write_records(file: BinaryIO, records: QuerySet[AuditRecord], *, notes: Sequence[tuple[str, str]]) -> None:
    """Write the records, the oldest first, after a sheet with the conditions under which they were exported."""
    rows = (_row(record) for record in records.order_by("sequence").iterator(chunk_size=1000))
    about = Sheet("说明", (Column("项目", width=14), Column("内容", width=90)), notes)
    write_book(file, [about, Sheet("审计记录", _COLUMNS, rows)])


def _row(record: AuditRecord) -> tuple[Cell, ...]:
    return (
        record.sequence,
        moment_text(record.at),
        record.actor_name,
        record.address,
        action_label(record.action),
        object_type_label(record.target_type),
        record.target_label,
        record.region_code,
        "\n".join(map(str, differences_of(record))),
        record.hash,
    )


def moment_text(moment: datetime) -> str:
    """A moment in local time, to the second."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
