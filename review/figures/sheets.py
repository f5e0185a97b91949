"""The figures as a workbook: a sheet for each breakdown, with the numbers that the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.core.spreadsheets import Cell, Column, Kind, Sheet, build_book
from review.figures.measures import Measure
from review.figures.selectors import AGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from review.figures.selectors import DeskRow, Figures, OfficerRow, Tally

_COUNTED = (
    Measure.RECEIVED,
    Measure.ACCEPTED,
    Measure.DECLINED,
    Measure.RETURNED,
    Measure.WITHDRAWN,
    Measure.ABANDONED,
    Measure.DECIDED,
    Measure.REFUSED,
    Measure.APPROVED,
    Measure.RECOGNISED,
    Measure.TERMINATED,
    Measure.IN_TIME,
    Measure.LATE,
)
_SUMMED = {
    Measure.RECEIVED: "申报金额（元）",
    Measure.DECIDED: "审定金额（元）",
    Measure.REDUCED: "核减金额（元）",
    Measure.GRANTED: "批准金额（元）",
    Measure.PAID: "拨付金额（元）",
    Measure.BOUNCED: "退票金额（元）",
    Measure.RECOVERED: "追缴收回（元）",
}


def figures_book(figures: Figures, *, desks: Sequence[DeskRow], officers: Sequence[OfficerRow], note: str) -> bytes:
    """All breakdowns; the sheet of officers only where the person sees any."""
    sheets = [Sheet("按月", _columns("月份"), _rows(figures.months), note)]
    sheets += [Sheet(each.title, _columns(each.heading, 30), _rows(each.rows), note) for each in figures.breakdowns]
    grounds: list[list[Cell]] = [[tally.label, sum(tally.counts.values())] for tally in figures.grounds]
    sheets.append(Sheet("不予支持的理由", [Column("理由", width=40), Column("件次", Kind.COUNT)], grounds, note))
    ages = [Column(words, Kind.COUNT) for words, _, _ in AGES]
    sheets.append(
        Sheet(
            "在办申报",
            [Column("状态"), *ages, Column("合计", Kind.COUNT), Column("申报金额（元）", Kind.MONEY, 18)],
            [[desk.status.label, *desk.ages, desk.count, desk.yuan] for desk in desks],
            note,
        )
    )
    if officers:
        sheets.append(Sheet("人员办理", _OFFICER_COLUMNS, map(_officer, officers), note))
    return build_book(sheets)


_OFFICER_COLUMNS = [
    Column("环节"),
    Column("办理人"),
    Column("办理件次", Kind.COUNT),
    Column("超期件次", Kind.COUNT),
    Column("退回补正", Kind.COUNT),
    Column("不予受理或支持", Kind.COUNT),
    Column("平均工作日", Kind.FIGURE),
]


def _officer(row: OfficerRow) -> list[Cell]:
    return [row.stage, row.name, row.steps, row.late, row.returned, row.refused, row.mean_workdays]


def _columns(heading: str, width: int = 12) -> list[Column]:
    counted = [Column(measure.label, Kind.COUNT, 10) for measure in _COUNTED]
    return [Column(heading, width=width), *counted, *(Column(name, Kind.MONEY, 18) for name in _SUMMED.values())]


def _rows(tallies: Iterable[Tally]) -> list[list[Cell]]:
    return [
        [tally.label, *(tally.count(measure) for measure in _COUNTED), *(tally.yuan(measure) for measure in _SUMMED)]
        for tally in tallies
    ]
