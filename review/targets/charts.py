"""The charts of the dashboards."""

from collections.abc import Iterable

from django.urls import reverse

from portal.core.charts import (
    BarChart,
    BarRow,
    ColumnChart,
    ColumnGroup,
    Datum,
    Share,
    ShareChart,
    bar_chart,
    column_chart,
    share_chart,
)
from review.targets.enums import Verdict
from review.targets.figures import figure_text
from review.targets.selectors import Aim, Dashboard, HistoryRow, Row, Standing

# A value beyond half as much again as its target is drawn to the edge, so that it does not flatten the others.
_LIMIT = 150
# More columns than this have no room on a phone.
_COURSE = 5
_SHARE_TONES = {verdict: verdict.tone for verdict in Verdict} | {Verdict.OPEN: "main", Verdict.UNMEASURED: "quiet"}
_BAR_TONES = {Verdict.MET: "ok", Verdict.OPEN: "main", Verdict.MISSED: "bad", Verdict.UNDECIDED: "warn"}


def verdict_chart(dashboard: Dashboard) -> ShareChart:
    """How many targets stand how; only what there is."""
    shares = [
        Share(Verdict(verdict).label, count, f"{count} 项", _SHARE_TONES[Verdict(verdict)])
        for verdict, count in dashboard.counts.items()
        if count
    ]
    return share_chart("完成情况", shares)


def attainment_chart(dashboard: Dashboard) -> BarChart | None:
    """Each measure's last measured year in per cent of its target; None where nothing can be drawn."""
    # What the document only repeats is drawn once.
    drawn = [standing for row in dashboard.rows if (standing := _last_measured(row)) and not standing.goal.is_restated]
    shown = [standing for standing in drawn if standing.percent is not None]
    rows = [
        BarRow(
            standing.goal.title,
            Datum(standing.percent, standing.figure),
            target=Datum(100, figure_text(standing.goal.target, standing.goal.unit)),
            tone=_BAR_TONES[standing.verdict],
            note=f"{standing.year} 年 · {standing.verdict.label}",
            url=reverse("targets:target", args=[standing.aim.item.code]),
        )
        for standing in shown
        if standing.goal.target is not None
    ]
    if not rows:
        return None
    return bar_chart(
        "实测值与目标",
        rows,
        description="各项按目标的百分比画在同一尺度上，竖线为目标；超出目标一半以上的截断。",
        name="实测",
        target_name="目标",
        limit=_LIMIT,
    )


def _last_measured(row: Row) -> Standing | None:
    return next((standing for standing in reversed(row.standings) if standing.measurement), None)


def year_charts(dashboard: Dashboard) -> list[ColumnChart]:
    """Measured values beside the targets, for each measure that the document aims at in several years."""
    return [
        year_chart(row.title, row.standings)
        for row in dashboard.rows
        if len(row.standings) > 1 and any(standing.measurement for standing in row.standings)
    ]


def course_chart(aim: Aim, history: Iterable[HistoryRow]) -> ColumnChart | None:
    """The latest values entered for a target by their day, beside the target; None below two of them."""
    held = [entry for entry in history if not entry.is_replaced and entry.row.value is not None]
    held = sorted(held, key=lambda entry: entry.row.measured_on)[-_COURSE:]
    if len(held) < 2:
        return None
    target = Datum(aim.goal.target, aim.goal.words)
    groups = [
        ColumnGroup(entry.row.measured_on.isoformat(), (Datum(entry.row.value, entry.figure), target)) for entry in held
    ]
    return column_chart("实测值的变化", groups, series=("实测", "目标"))


def year_chart(title: str, standings: list[Standing]) -> ColumnChart:
    """Measured values beside the targets of some years."""
    groups = [
        ColumnGroup(
            f"{standing.year} 年",
            (
                Datum(standing.measurement.value if standing.measurement else None, standing.figure or "未测"),
                Datum(standing.goal.target, standing.goal.words),
            ),
        )
        for standing in standings
    ]
    return column_chart(title, groups, series=("实测", "目标"))
