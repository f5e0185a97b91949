"""The drawings of a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.charts import BarChart, BarRow, ColumnChart, ColumnGroup, Datum, bar_chart, column_chart
from review.whatif.report import Report
from review.whatif.view_models import AFTER, BEFORE, Row, signed, wan


@dataclass(frozen=True, slots=True)
class ReportCharts:
    """The drawings of one report; those of changes are None where nothing is compared."""

    items: BarChart
    districts: BarChart
    year_columns: ColumnChart | None
    year_bars: BarChart
    item_changes: BarChart | None
    spread: BarChart | None


MOST_BARS = 12
MOST_COLUMNS = 4


def of_report(report: Report) -> ReportCharts:
    """All drawings of a report."""
    single = report.is_single
    return ReportCharts(
        items=sums_chart("各事项金额", _largest(report.items), is_single=single),
        districts=sums_chart("各区县金额", _largest(report.districts), is_single=single),
        year_columns=years_chart(report.years, is_single=single) if len(report.years) <= MOST_COLUMNS else None,
        year_bars=sums_chart("各年度金额", report.years, is_single=single),
        item_changes=None if single or not report.total_moved else changes_chart("各事项变化", report.items),
        spread=None if single or not report.spread else spread_chart(report),
    )


def sums_chart(title: str, rows: Sequence[Row], *, is_single: bool) -> BarChart:
    """Sums of groups in their order; both sets of rules side by side."""
    bars = [
        BarRow(
            row.label,
            Datum(row.after.amount, wan(row.after.amount)),
            None if is_single else Datum(row.before.amount, wan(row.before.amount)),
        )
        for row in rows
    ]
    left_out = f"金额最大的 {MOST_BARS} 项；其余见表。" if len(rows) == MOST_BARS else ""
    if is_single:
        return bar_chart(title, bars, description=left_out, name="金额")
    return bar_chart(title, bars, description=left_out, name=AFTER, second_name=BEFORE)


def _largest(rows: Sequence[Row]) -> list[Row]:
    """The groups with the largest sums, those without any left out."""
    paid = [row for row in rows if row.before.amount or row.after.amount]
    return sorted(paid, key=lambda row: (-max(row.before.amount, row.after.amount), row.key))[:MOST_BARS]


def changes_chart(title: str, rows: Sequence[Row]) -> BarChart:
    """What changes by group: more to the right, less to the left."""
    changed = sorted((row for row in rows if row.change), key=lambda row: (-abs(row.change), row.key))[:MOST_BARS]
    bars = [
        BarRow(row.label, Datum(row.change, f"{signed(row.change)} 元"), tone=_tone(is_gain=row.change > 0))
        for row in changed
    ]
    return bar_chart(title, bars, name="变化")


def years_chart(rows: Sequence[Row], *, is_single: bool) -> ColumnChart:
    """Sums by year."""
    series = ("金额",) if is_single else (BEFORE, AFTER)
    groups = [
        ColumnGroup(
            row.label,
            tuple(
                Datum(sums.amount, wan(sums.amount))
                for sums in ((row.after,) if is_single else (row.before, row.after))
            ),
        )
        for row in rows
    ]
    return column_chart("各年度金额", groups, series=series)


def spread_chart(report: Report) -> BarChart:
    """How many claims gain and lose how much."""
    bars = [
        BarRow(
            step.label,
            Datum(step.claims if step.is_gain else -step.claims, f"{step.claims:,} 件"),
            note=f"合计 {signed(step.total)} 元",
            tone=_tone(is_gain=step.is_gain),
        )
        for step in report.spread
    ]
    return bar_chart("每件申报的变化", bars, description="向右为增加，向左为减少。", name="件数")


def _tone(*, is_gain: bool) -> str:
    return "main" if is_gain else "bad"
