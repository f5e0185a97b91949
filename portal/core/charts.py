"""Charts as plain geometry: exact figures in, whole thousandths of a drawing out, for templates that draw SVG.

Labels and figures are written beside the drawing by `templates/components/chart_*.html`, so that they wrap, are read
aloud, and stay legible on a phone; the drawing alone stretches. Nothing here knows a model, rounds a sum for show or
needs style in the page. Values are `Decimal` or `int` in any unit; what is printed comes along as `text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

WHOLE = 1000
# What is there is seen, however small it is beside the others.
_THINNEST = 4
# Colours by their class in charts.css. In a comparison the order also stands for the series: solid, outlined, pale.
SERIES_TONES = ("main", "second", "third", "quiet")


@dataclass(frozen=True, slots=True)
class Datum:
    """One figure: what is drawn (None: not known) and what is printed."""

    value: Decimal | int | None
    text: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """A row of a bar chart: its figure, one to compare it with, and a target to be marked; `tone` of charts.css."""

    label: str
    figure: Datum
    second: Datum | None = None
    target: Datum | None = None
    tone: str = "main"
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A drawn bar, in thousandths; `cut` where the figure goes on beyond the edge."""

    x: int
    y: int
    width: int
    height: int
    tone: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class BarLine:
    """A row as drawn: its bars, where its target stands (None: nowhere), and what it says in words."""

    row: BarRow
    boxes: tuple[Box, ...]
    marker: int | None
    words: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars on one scale; `zero` is where they begin."""

    title: str
    description: str
    name: str
    second_name: str
    target_name: str
    lines: tuple[BarLine, ...]
    zero: int


def bar_chart(
    title: str,
    rows: Iterable[BarRow],
    *,
    description: str = "",
    name: str = "数值",
    second_name: str = "",
    target_name: str = "",
    limit: Decimal | int | None = None,
) -> BarChart:
    """Horizontal bars, losers drawn to the left of zero.

    `second_name` and `target_name` name the second figure and the marker, and are "" where no row has one. Figures
    above `limit` are drawn to the edge and cut, so that one giant does not flatten the rest.
    """
    rows = tuple(rows)
    scale = _Scale.over(
        (datum.value for row in rows for datum in (row.figure, row.second, row.target) if datum is not None),
        limit=limit,
    )
    lines = tuple(_bar_line(row, scale, name=name, second_name=second_name, target_name=target_name) for row in rows)
    return BarChart(title, description, name, second_name, target_name, lines, scale.at(0))


def _bar_line(row: BarRow, scale: _Scale, *, name: str, second_name: str, target_name: str) -> BarLine:
    figures = [(row.figure, row.tone), *([(row.second, "second")] if row.second else [])]
    top, height = (220, 560) if len(figures) == 1 else (100, 360)
    boxes = []
    for number, (datum, tone) in enumerate(figures):
        if datum.value is not None:
            x, width = scale.span(datum.value)
            boxes.append(Box(x, top + number * 440, width, height, tone, cut=scale.is_beyond(datum.value)))
    marker = None if row.target is None or row.target.value is None else scale.at(row.target.value)
    named = ((name, row.figure), (second_name, row.second), (target_name, row.target))
    words = "，".join(f"{what} {datum.text}" for what, datum in named if datum is not None)
    return BarLine(row, tuple(boxes), marker, f"{row.label}：{words}")


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """The figures of one year (or other step), in the order of the chart's series."""

    label: str
    figures: tuple[Datum, ...]


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """A group as drawn, and its figures with the names of their series."""

    label: str
    boxes: tuple[Box, ...]
    figures: tuple[tuple[str, Datum], ...]


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Vertical columns in groups on one scale; `series` are (name, tone), `zero` is the height they stand on."""

    title: str
    description: str
    series: tuple[tuple[str, str], ...]
    groups: tuple[DrawnGroup, ...]
    zero: int
    words: str


def column_chart(
    title: str, groups: Iterable[ColumnGroup], *, series: Sequence[str], description: str = ""
) -> ColumnChart:
    """Columns side by side for each group. A figure without value leaves its place empty.

    ValueError where a group has not one figure for each of the series, of which there may be four.
    """
    groups = tuple(groups)
    tones = tuple(zip(series, SERIES_TONES, strict=False))
    if len(tones) < len(series) or any(len(group.figures) != len(series) for group in groups):
        raise ValueError("each group needs one figure for each of at most four series")
    scale = _Scale.over(figure.value for group in groups for figure in group.figures)
    step = WHOLE // (len(series) or 1)
    drawn = []
    for group in groups:
        boxes = []
        for number, (figure, (_, tone)) in enumerate(zip(group.figures, tones, strict=True)):
            if figure.value is not None:
                low, height = scale.span(figure.value)
                top = WHOLE - low - height
                boxes.append(Box(number * step + step // 8, top, step - step // 4, height, tone))
        drawn.append(DrawnGroup(group.label, tuple(boxes), tuple(zip(series, group.figures, strict=True))))
    words = "；".join(
        f"{group.label}：{'，'.join(f'{name} {figure.text}' for name, figure in group.figures)}" for group in drawn
    )
    return ColumnChart(title, description, tones, tuple(drawn), WHOLE - scale.at(0), words)


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole; its value is not negative."""

    label: str
    value: Decimal | int
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class DrawnShare:
    """A part as drawn, with its part of the whole in words, such as 33.3%."""

    share: Share
    box: Box
    percent: str


@dataclass(frozen=True, slots=True)
class ShareChart:
    """One bar divided into its parts; nothing is drawn where they are all zero."""

    title: str
    description: str
    parts: tuple[DrawnShare, ...]
    words: str


def share_chart(title: str, shares: Iterable[Share], *, description: str = "") -> ShareChart:
    """Parts of one bar that fill it exactly: by largest remainder, ties to the earlier part.

    ValueError for a negative part.
    """
    shares = tuple(shares)
    if any(share.value < 0 for share in shares):
        raise ValueError("a part of a whole is not negative")
    widths = _divided([Fraction(share.value) for share in shares])
    starts = [0, *accumulate(widths)]
    parts = []
    for number, (share, width) in enumerate(zip(shares, widths, strict=True)):
        tone = share.tone or SERIES_TONES[number % len(SERIES_TONES)]
        percent = f"{width // 10}.{width % 10}%"
        parts.append(DrawnShare(share, Box(starts[number], 0, width, WHOLE, tone), percent))
    words = "，".join(f"{part.share.label} {part.share.text}（{part.percent}）" for part in parts)
    return ShareChart(title, description, tuple(parts), words)


def _divided(values: list[Fraction]) -> list[int]:
    """Thousandths of the whole that add up to a thousand; zeros where there is nothing to divide."""
    total = sum(values)
    if not total:
        return [0 for _ in values]
    exact = [value * WHOLE / total for value in values]
    widths = [int(part) for part in exact]
    by_remainder = sorted(range(len(values)), key=lambda number: widths[number] - exact[number])
    for number in by_remainder[: WHOLE - sum(widths)]:
        widths[number] += 1
    return widths


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days, both ends included."""

    label: str
    starts_on: date
    ends_on: date
    text: str
    tone: str = "main"
    url: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSpan:
    """A stretch as drawn."""

    span: Span
    box: Box


@dataclass(frozen=True, slots=True)
class SpanChart:
    """Stretches of days below each other; `today` is None outside of them, `years` are the places of 1 January."""

    title: str
    description: str
    lines: tuple[DrawnSpan, ...]
    starts_on: date
    ends_on: date
    today: int | None
    years: tuple[int, ...]


def span_chart(title: str, spans: Iterable[Span], *, today: date, description: str = "") -> SpanChart:
    """Stretches of days on one axis from the first day to the last, with today marked. ValueError without any."""
    spans = tuple(spans)
    if not spans:
        raise ValueError("nothing to draw")
    first, last = min(span.starts_on for span in spans), max(span.ends_on for span in spans)
    days = (last - first).days + 1

    def at(day: date, *, after: int = 0) -> int:
        return _nearest(Fraction(((day - first).days + after) * WHOLE, days))

    lines = []
    for span in spans:
        x = at(span.starts_on)
        box = Box(x, 220, max(at(span.ends_on, after=1) - x, _THINNEST), 560, span.tone)
        lines.append(DrawnSpan(span, box))
    new_years = (date(year, 1, 1) for year in range(first.year + 1, last.year + 1))
    return SpanChart(
        title,
        description,
        tuple(lines),
        first,
        last,
        at(today) if first <= today <= last else None,
        tuple(at(day) for day in new_years),
    )


def _nearest(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class _Scale:
    """From figures to thousandths; zero is always on it."""

    low: Fraction
    high: Fraction

    @classmethod
    def over(cls, values: Iterable[Decimal | int | None], *, limit: Decimal | int | None = None) -> _Scale:
        known = [Fraction(value) for value in values if value is not None]
        high = max([*known, Fraction(0)])
        return cls(min([*known, Fraction(0)]), high if limit is None else min(high, Fraction(limit)))

    def is_beyond(self, value: Decimal | int) -> bool:
        return value > self.high

    def at(self, value: Decimal | int) -> int:
        extent = self.high - self.low
        return _nearest((min(Fraction(value), self.high) - self.low) * WHOLE / extent) if extent else 0

    def span(self, value: Decimal | int) -> tuple[int, int]:
        """Where a bar from zero to this value begins, and how long it is."""
        zero, end = self.at(0), self.at(value)
        length = abs(end - zero)
        if value and length < _THINNEST:
            length = _THINNEST
            return (zero if value > 0 and zero + length <= WHOLE else max(0, zero - length)), length
        return min(zero, end), length
