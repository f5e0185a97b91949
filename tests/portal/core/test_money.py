"""Money keeps every fen: reading, holding, rounding, showing and putting into words."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import (
    MAX_FEN,
    MoneyError,
    format_wan_yuan,
    format_yuan,
    quantise_yuan,
    read_yuan,
    to_fen,
    to_yuan,
    yuan_in_words,
)

held_fen = st.integers(-MAX_FEN, MAX_FEN)
worded_fen = st.one_of(
    st.integers(0, 10**18 - 1),
    # Sparse numbers: where the zeros stand is what the words have to get right.
    st.lists(st.sampled_from("000000001357"), min_size=1, max_size=18).map(lambda digits: int("".join(digits))),
)


def read_words(words: str) -> int:
    """Fen of a sum in capital figures: an independent reader that knows nothing of how the words were made."""
    body = words.removeprefix("人民币").removesuffix("整")
    yuan_text, _, rest = body.rpartition("元") if "元" in body else ("", "", body)
    total = section = digit = 0
    high = 0
    for char in yuan_text:
        if char in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(char)
        elif char in "拾佰仟":
            section += digit * 10 ** ("拾佰仟".index(char) + 1)
            digit = 0
        elif char == "万":
            total += (section + digit) * 10**4
            section = digit = 0
        elif char == "亿":
            high = (total + section + digit) * 10**8
            total = section = digit = 0
    fen = (high + total + section + digit) * 100
    for char, unit in re.findall("零?([壹贰叁肆伍陆柒捌玖])([角分])", rest):
        fen += "零壹贰叁肆伍陆柒捌玖".index(char) * (10 if unit == "角" else 1)
    return fen


class TestFenAndYuan:
    @given(held_fen)
    def test_fen_survive_the_way_to_yuan_and_back(self, fen: int) -> None:
        assert to_fen(to_yuan(fen)) == fen

    @given(held_fen)
    def test_yuan_always_have_two_places(self, fen: int) -> None:
        assert to_yuan(fen).as_tuple().exponent == -2

    @pytest.mark.parametrize(
        ("yuan", "fen"), [("4999.99", 499999), ("5000", 500000), (3, 300), (Decimal("1E+3"), 100000)]
    )
    def test_yuan_in_any_exact_form_become_fen(self, yuan: Decimal | int | str, fen: int) -> None:
        assert to_fen(yuan) == fen

    @pytest.mark.parametrize("yuan", ["0.001", Decimal("1.999"), Decimal("NaN"), Decimal("Infinity"), "十元", "1E+400"])
    def test_what_is_no_whole_number_of_fen_is_refused(self, yuan: Decimal | str) -> None:
        with pytest.raises(MoneyError):
            to_fen(yuan)

    def test_the_last_fen_that_fits_is_held_and_the_next_is_refused(self) -> None:
        assert to_fen(to_yuan(MAX_FEN)) == MAX_FEN
        with pytest.raises(MoneyError):
            to_yuan(MAX_FEN + 1)

    @pytest.mark.parametrize("value", [1.5, True, None])
    def test_floats_and_other_things_are_no_money(self, value: object) -> None:
        with pytest.raises(TypeError):
            to_fen(value)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            to_yuan(value)  # type: ignore[arg-type]


class TestQuantising:
    @pytest.mark.parametrize(
        ("added", "exact"),
        [("0.29999999999999998", "0.30"), ("500.03000000000003", "500.03"), ("-0.005", "-0.01"), (7, "7.00")],
    )
    def test_a_sum_that_a_database_added_is_the_nearest_fen(self, added: str | int, exact: str) -> None:
        assert str(quantise_yuan(added)) == exact

    @given(st.lists(st.integers(-(10**10), 10**10), max_size=50))
    def test_adding_as_floating_point_numbers_loses_no_fen(self, fen: list[int]) -> None:
        assert quantise_yuan(str(Decimal(sum(part / 100 for part in fen)))) == Decimal(sum(fen)) / 100


class TestReadingAndShowing:
    @given(held_fen)
    def test_a_shown_sum_reads_back(self, fen: int) -> None:
        assert to_fen(read_yuan(format_yuan(to_yuan(fen)))) == fen

    @given(held_fen)
    def test_a_sum_shown_in_wan_reads_back(self, fen: int) -> None:
        assert to_fen(read_yuan(f"{format_wan_yuan(to_yuan(fen))}万元")) == fen

    @pytest.mark.parametrize(
        ("text", "yuan"),
        [
            ("1,409.50", "1409.50"),
            ("￥5000", "5000.00"),
            ("¥ 5,000 元", "5000.00"),
            ("１２３４．５", "1234.50"),
            ("50万元", "500000.00"),
            ("0.000001 万元", "0.01"),
            (".5", "0.50"),
            ("-3.00", "-3.00"),
            (" 12\u00a0345.67 ", "12345.67"),
        ],
    )
    def test_sums_are_read_as_people_write_them(self, text: str, yuan: str) -> None:
        assert str(read_yuan(text)) == yuan

    @pytest.mark.parametrize("text", ["五千", "1,40,950", "1e5", "5000.005", "1.2.3", "--1", "0x10", "9" * 20, "元"])
    def test_what_is_no_sum_is_refused_with_its_own_text(self, text: str) -> None:
        with pytest.raises(MoneyError, match=re.escape(f"“{text}”")):
            read_yuan(text)

    @pytest.mark.parametrize(("yuan", "shown"), [("1409.5", "1,409.50"), (0, "0.00"), ("-1234567.8", "-1,234,567.80")])
    def test_sums_are_shown_with_separators_and_two_places(self, yuan: str | int, shown: str) -> None:
        assert format_yuan(yuan) == shown

    @pytest.mark.parametrize(
        ("yuan", "shown"), [("5000", "0.5"), ("123400", "12.34"), (12_000_000, "1,200"), (0, "0"), ("0.01", "0.000001")]
    )
    def test_sums_in_wan_lose_nothing(self, yuan: str | int, shown: str) -> None:
        assert format_wan_yuan(yuan) == shown


class TestWords:
    @pytest.mark.parametrize(
        ("yuan", "words"),
        [
            ("1409.50", "壹仟肆佰零玖元伍角"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("10.00", "壹拾元整"),
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角"),
            ("100000000", "壹亿元整"),
            ("100005000", "壹亿零伍仟元整"),
            ("100010000", "壹亿零壹万元整"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("10050000", "壹仟零伍万元整"),
            ("1000000000000", "壹万亿元整"),
            ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ],
    )
    def test_sums_stand_in_capital_figures(self, yuan: str, words: str) -> None:
        assert yuan_in_words(yuan) == f"人民币{words}"
        assert yuan_in_words(yuan, prefix="") == words

    @given(worded_fen)
    def test_words_mean_the_sum_and_nothing_else(self, fen: int) -> None:
        assert read_words(yuan_in_words(to_yuan(fen))) == fen

    @given(worded_fen)
    def test_words_follow_the_rules_of_payment_documents(self, fen: int) -> None:
        words = yuan_in_words(to_yuan(fen), prefix="")
        assert "零零" not in words
        assert words.endswith("整") == (fen % 100 == 0)
        assert not re.search("零[拾佰仟万亿]", words)
        if fen >= 100 and 0 < fen % 100 < 10:
            assert words.partition("元")[2].startswith("零")

    @pytest.mark.parametrize("yuan", ["-0.01", "10000000000000000"])
    def test_sums_without_words_are_refused(self, yuan: str) -> None:
        with pytest.raises(MoneyError):
            yuan_in_words(yuan)
