"""The charts of the figures' pages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from portal.core.charts import BarChart, BarRow, ColumnChart, ColumnGroup, Datum, bar_chart, column_chart
from portal.core.money import WAN
from review.figures.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from review.figures.selectors import DeskRow, Tally

_NUMBERS = (Measure.RECEIVED, Measure.DECIDED, Measure.APPROVED)
_SUMS = ((Measure.RECEIVED, "申报"), (Measure.GRANTED, "批准"), (Measure.PAID, "拨付"))


def number_chart(months: Sequence[Tally]) -> ColumnChart:
    """Claims received, decided and approved by month."""
    groups = [
        ColumnGroup(each.label, tuple(Datum(each.count(m), str(each.count(m))) for m in _NUMBERS)) for each in months
    ]
    return column_chart("各月件次", groups, series=[m.label for m in _NUMBERS])


def sum_chart(months: Sequence[Tally]) -> ColumnChart:
    """Sums asked for, granted and paid by month."""
    groups = [
        ColumnGroup(each.label, tuple(Datum(each.yuan(m), _wan(each.yuan(m))) for m, _ in _SUMS)) for each in months
    ]
    return column_chart("各月金额（万元）", groups, series=[name for _, name in _SUMS])


def _wan(yuan: Decimal) -> str:
    """Rounded, as twelve months stand beside each other; the tables and the sheet have the exact sums."""
    return f"{(yuan / WAN).quantize(Decimal('0.01')):,f}"


def desk_chart(desks: Iterable[DeskRow]) -> BarChart:
    """Open claims by state."""
    rows = [BarRow(desk.status.label, Datum(desk.count, f"{desk.count} 件")) for desk in desks]
    return bar_chart("在办申报", rows, name="件数")
