"""The board of budgets as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from portal.core.spreadsheets import Column, Kind, build_sheet
from review.treasury.enums import SourceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review.treasury.selectors import LineFigures

COLUMNS = (
    Column("出资地区", width=16),
    Column("指标名称", width=28),
    Column("资金来源", width=12),
    Column("功能分类科目", width=14),
    Column("政府经济分类科目", width=16),
    Column("部门经济分类科目", width=16),
    Column("项目代码", width=16),
    Column("下达", Kind.MONEY, 18),
    Column("占用", Kind.MONEY, 18),
    Column("批准", Kind.MONEY, 18),
    Column("在途", Kind.MONEY, 18),
    Column("已付", Kind.MONEY, 18),
    Column("退回", Kind.MONEY, 18),
    Column("余额", Kind.MONEY, 18),
)


def board_sheet(rows: Sequence[LineFigures], *, year: int, made_by: str) -> bytes:
    """The year's lines with their figures in yuan."""
    note = f"单位：元　共 {len(rows)} 项　{timezone.localtime():%Y-%m-%d %H:%M} {made_by} 导出"
    return build_sheet(
        f"{year}年知识产权专项资金指标执行表",
        columns=COLUMNS,
        note=note,
        rows=(
            (
                row.line.region.full_name,
                row.line.name,
                SourceKind(row.line.source).label,
                row.line.function_code,
                row.line.government_code,
                row.line.department_code,
                row.line.project_code,
                row.issued,
                row.committed,
                row.payable,
                row.in_transit,
                row.paid,
                row.returned,
                row.available,
            )
            for row in rows
        ),
    )
