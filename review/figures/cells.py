"""How figures are written on pages: numbers and sums as links to what they were counted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from portal.core.money import format_yuan
from review.figures.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from review.figures.selectors import Breakdown, Tally

# The numbers and the sums of a breakdown's row, in the order of its columns.
COUNTS = (Measure.RECEIVED, Measure.RETURNED, Measure.DECLINED, Measure.REFUSED, Measure.DECIDED)
SUMS = {
    Measure.RECEIVED: "申报金额",
    Measure.REDUCED: "核减",
    Measure.GRANTED: "批准金额",
    Measure.PAID: "拨付",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number or sum as written; `url` leads to what it was counted from, "" for nothing."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a breakdown: what it is of, where that is shown alone ("" for nowhere), and its cells."""

    label: str
    url: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the numbers above the page, for `components/stat.html`."""

    label: str
    figure: str
    unit: str
    url: str = ""
    note: str = ""
    tone: str = "neutral"


def behind_url(query: QueryDict, measure: Measure, **narrowed: str) -> str:
    """The page of what a figure was counted from, under the filters of a query and these."""
    return f"{reverse('figures:behind')}?{_changed(query, measure=measure.value, **narrowed)}"


def number_stats(total: Tally, query: QueryDict) -> list[Headline]:
    """The numbers above the page."""

    def counted(measure: Measure, tone: str = "neutral") -> Headline:
        return Headline(measure.label, str(total.count(measure)), "件", behind_url(query, measure), tone=tone)

    late = total.count(Measure.LATE)
    rate = Headline(
        "按期办理",
        total.in_time_percent or "—",
        "",
        behind_url(query, Measure.LATE),
        f"超期 {late} 件次",
        "warn" if late else "ok",
    )
    refused = Headline("不予受理或支持", str(total.refused), "件", behind_url(query, Measure.REFUSED))
    return [counted(Measure.RECEIVED), counted(Measure.APPROVED, "ok"), rate, refused]


def sum_stats(total: Tally, query: QueryDict) -> list[Headline]:
    """The sums above the page."""
    notes = {Measure.GRANTED: f"核减 {_figures(total, Measure.REDUCED)} 元"}
    labels = {Measure.RECEIVED: "申报金额", Measure.GRANTED: "批准金额", Measure.PAID: "拨付金额"}
    return [
        Headline(label, _figures(total, measure), "元", behind_url(query, measure), notes.get(measure, ""))
        for measure, label in labels.items()
    ]


def breakdown_columns(heading: str) -> str:
    """The columns of a breakdown, as the stacked table takes them."""
    counted = [f"{measure.label} >" for measure in COUNTS]
    return " | ".join([heading, *counted, "按期办理 >", *(f"{label} >" for label in SUMS.values())])


def breakdown_rows(breakdown: Breakdown, query: QueryDict, *, narrows: bool) -> list[Row]:
    """The rows of a breakdown; where the filter for it is on the page, each leads to itself alone."""
    return [
        Row(
            tally.label,
            f"?{_changed(query, **{breakdown.parameter: tally.key})}" if narrows and tally.key else "",
            _cells(tally, query, {breakdown.parameter: tally.key} if tally.key else {}),
        )
        for tally in breakdown.rows
    ]


def _cells(tally: Tally, query: QueryDict, narrowed: dict[str, str]) -> list[Cell]:
    def linked(text: str, measure: Measure, value: int) -> Cell:
        return Cell(text, behind_url(query, measure, **narrowed) if value else "")

    counts = [linked(str(tally.count(measure)), measure, tally.count(measure)) for measure in COUNTS]
    late = tally.count(Measure.LATE)
    rate = linked(tally.in_time_percent or "—", Measure.LATE, late)
    sums = [linked(_figures(tally, measure), measure, tally.sums.get(measure, 0)) for measure in SUMS]
    return [*counts, rate, *sums]


def ground_rows(grounds: Iterable[Tally], query: QueryDict) -> list[Row]:
    """Refusals by ground, each number with its link."""
    return [
        Row(tally.label, "", [Cell(str(count), behind_url(query, Measure(measure), ground=tally.key))])
        for tally in grounds
        for measure, count in tally.counts.items()
    ]


def _figures(tally: Tally, measure: Measure) -> str:
    return format_yuan(tally.yuan(measure)).removesuffix(" 元")


def _changed(query: QueryDict, **changes: str) -> str:
    changed = query.copy()
    changed.pop("after", None)
    for name, value in changes.items():
        changed[name] = value
    return changed.urlencode()
