"""Charts: exact figures become whole places on a drawing, and the same figures stand beside it in words."""

from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from portal.core.charts import (
    BarRow,
    ColumnGroup,
    Datum,
    Share,
    Span,
    bar_chart,
    column_chart,
    share_chart,
    span_chart,
)


def datum(value: Decimal | int | None) -> Datum:
    return Datum(value, "未测" if value is None else f"{value} 件")


def bars(*values: int, **options):
    return bar_chart("图", [BarRow(f"行{v}", datum(v)) for v in values], **options)


# ---- bars -----------------------------------------------------------------------------------------
def test_the_largest_bar_fills_the_drawing_and_the_others_keep_their_proportion():
    chart = bars(50, 200, 100)
    assert [line.boxes[0].width for line in chart.lines] == [250, 1000, 500]
    assert {line.boxes[0].x for line in chart.lines} == {0}
    assert chart.zero == 0


def test_losers_are_drawn_to_the_left_of_zero():
    chart = bars(-100, 300)
    loser, winner = (line.boxes[0] for line in chart.lines)
    assert chart.zero == 250
    assert (loser.x, loser.width) == (0, 250)
    assert (winner.x, winner.width) == (250, 750)


def test_only_losers_fill_the_drawing_from_the_right():
    chart = bars(-100, -50)
    assert chart.zero == 1000
    assert [(line.boxes[0].x, line.boxes[0].width) for line in chart.lines] == [(0, 1000), (500, 500)]


@pytest.mark.parametrize(("value", "place"), [(1, (0, 4)), (-1, (0, 4)), (0, (0, 0))])
def test_what_is_there_is_seen_however_small_and_zero_is_not(value, place):
    chart = bars(value, 1_000_000)
    assert (chart.lines[0].boxes[0].x, chart.lines[0].boxes[0].width) == place


def test_a_tiny_bar_stays_on_the_drawing_beside_giant_losers():
    box = bars(1, -1_000_000).lines[0].boxes[0]
    assert box.x + box.width <= 1000


def test_figures_above_the_limit_are_cut_at_the_edge_and_the_others_keep_their_length():
    giant, whole, half = bars(300, 150, 75, limit=150).lines
    assert giant.boxes[0].cut
    assert giant.boxes[0].width == whole.boxes[0].width == 1000
    assert not whole.boxes[0].cut
    assert half.boxes[0].width == 500


def test_a_row_may_have_a_second_figure_and_a_target():
    row = BarRow("发明", datum(80), second=datum(60), target=datum(100))
    (line,) = bar_chart("图", [row], name="今年", second_name="去年", target_name="目标").lines
    first, second = line.boxes
    assert (first.width, second.width, line.marker) == (800, 600, 1000)
    assert first.y + first.height < second.y
    assert second.tone == "second"
    assert line.words == "发明：今年 80 件，去年 60 件，目标 100 件"


def test_a_figure_that_is_not_known_leaves_its_place_empty():
    (line,) = bar_chart("图", [BarRow("发明", datum(None), target=datum(100))], target_name="目标").lines
    assert line.boxes == ()
    assert line.marker == 1000
    assert "未测" in line.words


def test_nothing_but_zeros_draws_nothing():
    chart = bars(0, 0)
    assert chart.zero == 0
    assert {line.boxes[0].width for line in chart.lines} == {0}
    assert bar_chart("图", []).lines == ()


def test_fractions_of_a_fen_do_not_move_a_bar():
    (line, _) = bar_chart("图", [BarRow("a", datum(Decimal("0.1"))), BarRow("b", datum(Decimal("0.3")))]).lines
    assert line.boxes[0].width == 333


def test_the_page_shows_each_bar_with_its_words_and_figures():
    row = BarRow("<很长的名称>", datum(80), second=datum(60), target=datum(200), note="说明", url="/x/")
    chart = bar_chart("各项<目标>", [row], name="实测", second_name="上年", target_name="目标", description="单位：件")
    page = render_to_string("components/chart_bars.html", {"chart": chart})
    assert "&lt;很长的名称&gt;" in page
    assert "<很长的名称>" not in page
    assert 'role="img"' in page
    assert "<title>&lt;很长的名称&gt;：实测 80 件，上年 60 件，目标 200 件</title>" in page
    assert '<a href="/x/">' in page
    assert '<td class="num" data-label="目标">200 件</td>' in page
    assert 'width="400"' in page
    assert "单位：件" in page


def test_a_cut_bar_is_marked_on_the_page():
    assert "chart-cut" in render_to_string("components/chart_bars.html", {"chart": bars(300, limit=100)})


# ---- columns --------------------------------------------------------------------------------------
def test_columns_of_a_group_stand_side_by_side_on_one_scale():
    groups = [ColumnGroup("2021年", (datum(50), datum(100))), ColumnGroup("2022年", (datum(200), datum(None)))]
    chart = column_chart("图", groups, series=("实测", "目标"))
    first, second = chart.groups
    assert [box.height for box in first.boxes] == [250, 500]
    assert [box.y + box.height for box in first.boxes] == [1000, 1000]
    assert first.boxes[0].x + first.boxes[0].width <= first.boxes[1].x
    assert [box.height for box in second.boxes] == [1000]
    assert chart.zero == 1000
    assert chart.words == "2021年：实测 50 件，目标 100 件；2022年：实测 200 件，目标 未测"


def test_a_negative_column_hangs_below_zero():
    chart = column_chart("图", [ColumnGroup("a", (datum(-100),)), ColumnGroup("b", (datum(100),))], series=("差额",))
    below, above = (group.boxes[0] for group in chart.groups)
    assert chart.zero == 500
    assert (below.y, below.height) == (500, 500)
    assert (above.y, above.height) == (0, 500)


def test_a_group_with_a_figure_too_few_or_too_many_series_is_refused():
    with pytest.raises(ValueError, match="one figure"):
        column_chart("图", [ColumnGroup("a", (datum(1),))], series=("甲", "乙"))
    with pytest.raises(ValueError, match="four series"):
        column_chart("图", [ColumnGroup("a", (datum(1),) * 5)], series=tuple("甲乙丙丁戊"))


def test_the_page_has_the_columns_as_one_picture_and_the_figures_as_a_table():
    groups = [ColumnGroup("2021年", (datum(50), datum(100))), ColumnGroup("2022年", (datum(60), datum(None)))]
    chart = column_chart("有效发明", groups, series=("实测", "目标"))
    page = render_to_string("components/chart_columns.html", {"chart": chart})
    assert 'role="img" aria-label="有效发明：2021年：实测 50 件' in page
    assert page.count("<rect") == 3
    assert page.count('<td class="num">') == 4
    assert '<th scope="col">2022年</th>' in page


# ---- shares ---------------------------------------------------------------------------------------
def test_parts_fill_the_whole_to_the_last_thousandth():
    chart = share_chart("图", [Share(label, 1, "1 元") for label in "甲乙丙"])
    assert [part.box.width for part in chart.parts] == [334, 333, 333]
    assert [part.box.x for part in chart.parts] == [0, 334, 667]
    assert [part.percent for part in chart.parts] == ["33.4%", "33.3%", "33.3%"]


def test_no_money_is_no_share():
    chart = share_chart("图", [Share("甲", 0, "0 元")])
    assert [(part.box.width, part.percent) for part in chart.parts] == [(0, "0.0%")]


def test_a_negative_part_is_refused():
    with pytest.raises(ValueError, match="negative"):
        share_chart("图", [Share("甲", Decimal("-0.01"), "")])


def test_the_page_names_each_part_with_its_figure_and_share():
    chart = share_chart("市区分担", [Share("市级", Decimal(60), "60 元"), Share("区级", Decimal(40), "40 元", "quiet")])
    page = render_to_string("components/chart_shares.html", {"chart": chart})
    assert "<title>市区分担：市级 60 元（60.0%），区级 40 元（40.0%）</title>" in page
    assert "chart-fill-quiet" in page
    assert '<td class="num">40.0%</td>' in page


# ---- stretches of days ----------------------------------------------------------------------------
PHASES = [
    Span("启动", date(2024, 1, 1), date(2024, 3, 31), "1—3 月"),
    Span("实施", date(2024, 4, 1), date(2024, 12, 31), "4—12 月", "quiet", "#x"),
]


def test_stretches_follow_each_other_without_gap_and_fill_the_axis():
    first, second = (line.box for line in span_chart("图", PHASES, today=date(2024, 7, 1)).lines)
    assert first.x == 0
    assert first.x + first.width == second.x
    assert second.x + second.width == 1000


@pytest.mark.parametrize(
    ("today", "place"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), 0),
        (date(2024, 7, 2), 500),
        (date(2024, 12, 31), 997),
        (date(2025, 1, 1), None),
    ],
)
def test_today_is_marked_within_the_stretches_only(today, place):
    assert span_chart("图", PHASES, today=today).today == place


def test_new_years_inside_the_axis_are_marked():
    spans = [Span("全程", date(2024, 1, 1), date(2026, 12, 31), "三年")]
    assert span_chart("图", spans, today=date(2020, 1, 1)).years == (334, 667)


def test_an_axis_needs_a_stretch():
    with pytest.raises(ValueError, match="nothing to draw"):
        span_chart("图", [], today=date(2024, 1, 1))


def test_the_page_names_each_stretch_and_both_ends():
    page = render_to_string(
        "components/chart_spans.html", {"chart": span_chart("阶段", PHASES, today=date(2024, 7, 1))}
    )
    assert "<title>启动：1—3 月</title>" in page
    assert "2024年1月1日" in page
    assert "2024年12月31日" in page
    assert "竖线为今天" in page
    assert '<a href="#x">' in page
