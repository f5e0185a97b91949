"""Measured values are read as people write them, exactly, and shown as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.targets.figures import FigureError, attainment, figure_text, read_figure


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("4386", "件", "4386"),
        ("1,234", "家", "1234"),
        ("１，２３４ 家", "家", "1234"),
        ("10.5万", "件", "105000"),
        ("10.5 万件", "件", "105000"),
        ("35亿", "元", "3500000000"),
        ("35 亿元", "元", "3500000000"),
        ("2亿元/年", "元/年", "200000000"),
        ("2亿元", "元/年", "200000000"),
        ("60 亿美元", "美元", "6000000000"),
        ("23.5", "件/万人", "23.5"),
        ("92%", "比例", "0.92"),
        ("0.92", "比例", "0.92"),
        ("87.12％", "比例", "0.8712"),
        ("100%", "比例", "1"),
        ("-1.5 个百分点", "百分点差", "-1.5"),
        ("1.8%", "百分点差", "1.8"),
        ("0", "家", "0"),
    ],
)
def test_a_value_is_read_exactly(written, unit, value):
    assert read_figure(written, unit) == Decimal(value)


@pytest.mark.parametrize(
    ("written", "unit", "words"),
    [
        ("很多", "家", "不是数值"),
        ("1,5", "家", "不是数值"),
        ("1e9", "家", "不是数值"),
        ("", "家", "请填写数值"),
        ("90%", "家", "不要填写百分数"),
        ("92", "比例", "92% 或 0.92"),
        ("100.01%", "比例", "92% 或 0.92"),
        ("-1", "家", "负数"),
        ("1000000亿", "元", "过大"),
        ("0.00001", "件/万人", "小数位数"),
        ("1.000000000000000000000000000001", "家", "位数过多"),
        ("9" * 5000, "家", "位数过多"),
        ("87.123%", "比例", "小数位数"),
    ],
)
def test_what_is_no_value_is_refused_with_the_remedy(written, unit, words):
    with pytest.raises(FigureError, match=words):
        read_figure(written, unit)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("4000", "件", "4,000 件"),
        ("23.5000", "件/万人", "23.5 件/万人"),
        ("3500000000", "元", "35 亿元"),
        ("213000000", "元/年", "2.13 亿元/年"),
        ("12345678.9", "元", "12,345,678.9 元"),
        ("15000", "元", "1.5 万元"),
        ("0.9000", "比例", "90%"),
        ("0.8712", "比例", "87.12%"),
        ("1.8", "百分点差", "1.8 个百分点"),
        ("-0.5", "百分点差", "-0.5 个百分点"),
        ("0", "家", "0 家"),
        ("100", "家", "100 家"),
    ],
)
def test_a_value_is_shown_without_loss(value, unit, text):
    assert figure_text(Decimal(value), unit) == text


@given(
    st.decimals(min_value=0, max_value=10**13, places=4),
    st.sampled_from(["件", "家", "元", "元/年", "美元", "件/万人", "平方米", "人次/年"]),
)
def test_what_is_shown_is_read_as_the_same_value(value, unit):
    assert read_figure(figure_text(value, unit), unit) == value


@given(st.decimals(min_value=0, max_value=1, places=4))
def test_a_share_that_is_shown_is_read_as_the_same_share(value):
    assert read_figure(figure_text(value, "比例"), "比例") == value


@pytest.mark.parametrize(
    ("value", "target", "percent"),
    [("4999", "5000", "99.9"), ("5000", "5000", "100.0"), ("4999.9999", "5000", "99.9"), ("0", "10", "0.0")],
)
def test_a_near_miss_is_never_a_hundred_per_cent(value, target, percent):
    assert attainment(Decimal(value), Decimal(target)) == Decimal(percent)


@pytest.mark.parametrize(("value", "target"), [("1", "0"), ("1", None), ("-1", "5")])
def test_a_share_of_nothing_means_nothing(value, target):
    assert attainment(Decimal(value), None if target is None else Decimal(target)) is None
