"""A dashboard as a sheet: each target of each year with its value, source and how it stands."""

from portal.core.spreadsheets import Cell, Column, Kind, build_sheet
from review.targets.selectors import Dashboard, Standing

COLUMNS = (
    Column("目标", width=28),
    Column("条款", width=26),
    Column("年度", Kind.NUMBER, 8),
    Column("要求", width=22),
    Column("实测", width=18),
    Column("实测值（计量单位）", Kind.FIGURE, 18),
    Column("计量单位", width=12),
    Column("完成比例（%）", Kind.FIGURE, 12),
    Column("结论", width=12),
    Column("差距", width=18),
    Column("数据时点", Kind.DATE, 12),
    Column("来源类别", width=12),
    Column("来源", width=40),
)


def dashboard_sheet(dashboard: Dashboard) -> bytes:
    """All targets of a document, a row for each year."""
    rows = [_row(standing) for standing in dashboard.standings]
    note = f"共 {len(rows)} 项　{dashboard.on.isoformat()} 导出；是否达成由规则引擎按文件判定"
    return build_sheet("目标进展", columns=COLUMNS, rows=rows, note=f"{dashboard.document.short_title}　{note}")


def _row(standing: Standing) -> list[Cell]:
    measurement = standing.measurement
    return [
        standing.goal.title,
        standing.aim.citation,
        standing.year,
        standing.goal.words,
        standing.figure,
        measurement.value if measurement else None,
        standing.goal.unit,
        standing.percent,
        standing.verdict.label,
        standing.gap,
        measurement.measured_on if measurement else None,
        measurement.get_source_kind_display() if measurement else "",
        measurement.source if measurement else "",
    ]
