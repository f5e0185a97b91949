"""Numbers, days and texts as people write them."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms

from policies.engine.model import Fact
from policies.facts.values import read_fact
from portal.core.fields import DayField, MomentField, SearchField, YuanField
from portal.core.identifiers import IdentifierError, read_account_number
from portal.core.money import MoneyError, read_yuan
from portal.core.numbers import NumberError, read_day, read_number, whole_number
from portal.core.text import single_line, visible


@pytest.mark.parametrize(
    "text",
    [
        *("1,5", "26,6", "1,23,456", "1,2345", "1，5", "１，５", "1,000,5", "0,123", "00,500", "1,234 567"),
        "1.234,56",
    ],
)
def test_a_separator_outside_its_group_is_refused_with_a_hint_and_never_dropped(text):
    for read, error in ((read_number, NumberError), (read_yuan, MoneyError)):
        with pytest.raises(error, match="小数请用小数点"):
            read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234,567.5", "1234567.5"),
        ("１，２３４", "1234"),
        ("\u202a26.6\u202c", "26.6"),
        ("1.2万", "12000"),
        ("3 亿", "300000000"),
        ("-0.5", "-0.5"),
        ("−3", "-3"),
        ("٣٤", "34"),
        ("१२.५", "12.5"),
        ("6,800\n元", "6800"),
        ("12\u00a0345.67", "12345.67"),
        ("12\u2005345.67", "12345.67"),
        ("12\u202f345\u202f678", "12345678"),
    ],
)
def test_numbers_are_read_exactly_with_their_scale(text, value):
    assert read_number(text).value == Decimal(value)


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
@pytest.mark.parametrize(("read", "what"), [(read_number, "数字"), (read_yuan, "金额"), (read_day, "日期")])
def test_nothing_is_asked_for_and_not_quoted(read, what, text):
    with pytest.raises(ValueError, match=f"^请填写{what}，如"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        *("12 345.67", "12\u3000345", "12 \u200b345", "1 234 567", "5000  6000", "1 5", "12 34", "0 500"),
        *("500\n600", "500\r\n 600", "500\t600"),
    ],
)
def test_a_space_of_the_keyboard_may_part_two_numbers(text):
    with pytest.raises(NumberError, match="一个数还是两个数"):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1.2万", "12000"),
        ("2千元", "2000"),
        ("百万元", None),
        ("1.5百万元", "1500000"),
        ("人民币 3,000 元整", "3000"),
        ("RMB 300", "300"),
        ("0.55 亿元", "55000000"),
        ("5萬元", "50000"),
        ("2仟圓", "2000"),
        ("3拾万元", "300000"),
    ],
)
def test_sums_take_every_unit_of_yuan(text, yuan):
    if yuan is None:
        with pytest.raises(MoneyError):
            read_yuan(text)
    else:
        assert read_yuan(text) == Decimal(yuan)


@pytest.mark.parametrize("text", ["100美元", "$100", "100 USD", "3万欧元", "€5", "100港币"])
def test_money_of_another_country_is_refused_with_the_remedy(text):
    with pytest.raises(MoneyError, match="折算成人民币"):
        read_yuan(text)


@pytest.mark.parametrize("text", ["10²", "5000①", "5000¹", "²", "㊿", "5½", "½", "⒌5"])
def test_marks_and_fractions_are_no_digits(text):
    assert read_fact(Fact("fees", "费用", "money"), text).error
    assert read_fact(Fact("share", "比例", "number"), text).error
    with pytest.raises(NumberError):
        read_day(f"2021-05-{text}")
    with pytest.raises(IdentifierError):
        read_account_number(f"62220202{text}")


@pytest.mark.parametrize("text", ["9" * 5000, "1e400000", "1" + ",000" * 2000, "." * 5000, "0." + "1" * 300, "NaN"])
def test_numbers_beyond_all_measure_are_refused_and_never_an_error(text):
    with pytest.raises(NumberError) as refusal:
        read_number(text)
    assert len(str(refusal.value)) < 120
    with pytest.raises(MoneyError):
        read_yuan(text)


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-10",
        "2021/5/10",
        "2021.5.10",
        "20210510",
        "２０２１年５月１０日",
        "2021-05-10 00:00",
    ],
)
def test_days_are_read_in_every_usual_form(text):
    assert read_day(text) == date(2021, 5, 10) == DayField().clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31",
        "0001-01-01",
        "2021-02-30",
        "20210532",
        "5/10/2021",
        "9" * 5000,
        "2021-05-10 25:00",
        "2021-05-1017:30",
        "2021051017:30",
    ],
)
def test_days_nobody_means_are_refused_by_the_field(text):
    with pytest.raises(forms.ValidationError):
        DayField().clean(text)
    with pytest.raises(forms.ValidationError):
        MomentField().clean(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03-31", "2026-03-31 00:00", "2026-04-01 00:00"),
        ("2026-03-31T23:59", "2026-03-31 23:59", "2026-04-01 00:00"),
        ("2026-03-31 24:00", "2026-04-01 00:00", "2026-04-01 00:00"),
        ("2026年3月31日 17:30", "2026-03-31 17:30", "2026-03-31 17:30"),
    ],
)
def test_a_time_ends_with_its_last_day_and_its_last_minute(text, start, end):
    assert f"{MomentField().clean(text):%Y-%m-%d %H:%M}" == start
    assert f"{MomentField(is_end=True).clean(text):%Y-%m-%d %H:%M}" == end


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("无锡\u200b蓝田\ufeff公司", "无锡蓝田公司"),
        ("无锡\ufe0f蓝田A\ufe00\U000e0100公司", "无锡蓝田A公司"),
        ("葛\U000e0100城❤\ufe0f1\ufe0f\u20e3", "葛\U000e0100城❤\ufe0f1\ufe0f\u20e3"),
        ("\u202e司公\u202c", "司公"),
        ("无锡\u200d公司", "无锡公司"),
        ("A\u2066B\u2069\u00adC\x00", "ABC"),
        ("无锡\r\n蓝田\u2028公司", "无锡 蓝田 公司"),
        ("كۈن\u200cي", "كۈن\u200cي"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("𬱖\U000e0100", "𬱖\U000e0100"),
        ("\ud800字", "字"),
    ],
)
def test_what_nobody_sees_is_taken_out_of_a_name_and_nothing_else(typed, kept):
    assert single_line(typed) == kept == SearchField().clean(typed)


@pytest.mark.parametrize(
    "typed", ["\u200b", "\ufe0f\U000e0101", "\u3164\u2800", "\u202e\u2069 \u3000", "\ufeff\r\n", "\x07"]
)
def test_a_name_of_nothing_visible_is_empty(typed):
    assert visible(typed).strip() == ""
    with pytest.raises(forms.ValidationError, match="请填写这一项"):
        SearchField().clean(typed)


def test_lines_of_a_longer_text_stay():
    assert visible("第一行\n\t第二行\u200b") == "第一行\n\t第二行"


def test_a_form_shows_the_hint_of_the_reader():
    with pytest.raises(forms.ValidationError, match="小数点"):
        YuanField().clean("1,5")


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5_000, None), ("-1", None), ("１", None), ("٣", None)],
)
def test_whole_numbers_that_pages_send_are_read_or_refused(text, number):
    assert whole_number(text) == number
    assert whole_number("") is whole_number(None) is None


def test_nobody_else_makes_a_number_of_what_looks_like_digits():
    """More than 4,300 digits are an error of Python's `int`, and digits of other scripts a number that nobody sees."""
    pattern = re.compile(r"\bint\(.*\bis(digit|decimal|numeric)\(|\bis(digit|decimal|numeric)\(.*\bint\(")
    of_fixed_length = {"numbers.py", "identifiers.py", "xlsx.py", "body_limit.py", "money.py", "by_word.py"}
    found = [
        f"{path}: {line.strip()}"
        for app in ("portal", "policies", "applications", "review")
        for path in Path(app).rglob("*.py")
        if path.name not in of_fixed_length
        for line in path.read_text("utf-8").splitlines()
        if pattern.search(line)
    ]
    assert found == []
