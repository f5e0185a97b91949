"""Numbers of patents, publications, PCT applications and papers."""

import pytest

from policies.facts.identifiers import (
    Format,
    cn_patent_kind,
    comparison_key,
    read_cn_patent,
    read_cn_publication,
    read_identifier,
    read_pct,
)
from portal.core.identifiers import IdentifierError


@pytest.mark.parametrize("number", ["201710601862.3", "201310699744.2", "97101765.4", "95115608.X"])
def test_known_good_patent_numbers_are_kept_as_they_are(number):
    assert read_cn_patent(number).value == number


@pytest.mark.parametrize(
    "text",
    [
        "ZL201710601862.3",
        "zl 2017 1 0601862.3",
        "CN201710601862.3",
        "2017106018623",
        "ＺＬ２０１７１０６０１８６２．３",
        "201710601862。3",
        " 201710601862-3 ",
        "专利号：ZL 201710601862.3",
        "20171060186٢.3",
    ],
)
def test_every_way_to_write_a_patent_number_has_one_normal_form(text):
    assert read_cn_patent(text).value == "201710601862.3"


def test_a_small_x_is_a_check_character():
    assert read_cn_patent("zl95115608x").value == "95115608.X"


def test_a_number_of_the_first_years_may_lack_its_check_character_and_has_the_same_normal_form():
    # 8*2 + 5*3 + 1*4 + 0*5 + 0*6 + 0*7 + 0*8 + 1*9 = 44, and 44 mod 11 = 0.
    assert read_cn_patent("85100001").value == read_cn_patent("85100001.0").value == "85100001.0"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("201710601862.4", "应为“3”"),
        ("201710601863.3", "校验位不符"),
        ("201710601862", "缺少末尾的校验位"),
        ("97101765", "缺少末尾的校验位"),
        ("20171060186.3", "位数不对"),
        ("201770601862.3", "第 5 位“7”"),
        ("199910601862.3", "年份不对"),
        ("50101765.4", "年份不对"),
        ("CN107123456B", "公告号"),
        ("PCT/CN2019/123456", "PCT"),
        ("20171O601862.3", "“O”"),
        ("X", "位数不足"),
        ("20171060186².3", "“²”"),
    ],
)
def test_a_wrong_patent_number_is_refused_in_words_that_say_what_is_wrong(text, says):
    with pytest.raises(IdentifierError, match=says):
        read_cn_patent(text)


@pytest.mark.parametrize("position", range(12))
def test_any_single_wrong_digit_of_a_patent_number_is_found(position):
    good = "201710601862"
    for digit in "0123456789":
        if digit == good[position]:
            continue
        with pytest.raises(IdentifierError):
            read_cn_patent(f"{good[:position]}{digit}{good[position + 1 :]}.3")


@pytest.mark.parametrize(
    ("number", "kind"),
    [("201710601862.3", "invention"), ("97101765.4", "invention"), ("201830100000.0", "design")],
)
def test_the_kind_is_read_from_its_digit(number, kind):
    assert cn_patent_kind(number) == kind


@pytest.mark.parametrize(
    ("text", "value"),
    [("CN107123456B", "CN107123456B"), ("cn 1234567 c", "CN1234567C"), ("306123456S", "CN306123456S")],
)
def test_publication_numbers_are_read(text, value):
    assert read_cn_publication(text).value == value


def test_an_application_publication_is_warned_of():
    assert "申请公布号" in read_cn_publication("CN107123456A").warnings[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("CN107123456U", "字母“U”与种类不符"),
        ("ZL201710601862.3", "像是专利号"),
        ("CN407123456B", "不是公告号"),
        ("CN10712345B", "不是公告号"),
    ],
)
def test_a_wrong_publication_number_is_refused(text, says):
    with pytest.raises(IdentifierError, match=says):
        read_cn_publication(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PCT/CN2019/123456", "PCT/CN2019/123456"),
        ("pct／cn２０１９／１２３４５６", "PCT/CN2019/123456"),
        ("PCT/CN 2019/123456", "PCT/CN2019/123456"),
        ("PCT/CN98/00123", "PCT/CN98/00123"),
    ],
)
def test_pct_numbers_are_read(text, value):
    assert read_pct(text).value == value


@pytest.mark.parametrize("text", ["PCT/CN2019/12345", "CN2019/123456", "PCT/CN1999/123456", "WO2019/123456"])
def test_a_wrong_pct_number_is_refused(text):
    with pytest.raises(IdentifierError):
        read_pct(text)


@pytest.mark.parametrize("kind", [Format.MADRID, Format.FOREIGN, Format.CERTIFICATE, Format.CONTRACT, Format.POLICY])
def test_numbers_without_a_common_build_are_warned_of_and_never_refused(kind):
    odd = read_identifier(kind, " ?! ")
    assert odd.value == "?!"
    assert odd.warnings


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Format.MADRID, "No. 1,234,567", "1234567"),
        (Format.MADRID, "第1234567A号", "1234567A"),
        (Format.FOREIGN, " us 10,123,456 b2", "US 10,123,456 B2"),
        (Format.CERTIFICATE, "165ip180001r0m", "165IP180001R0M"),
        (Format.MADRID, "３４٥٦७８9", "3456789"),
        (Format.PCT, "PCT/CN2019/12345٣", "PCT/CN2019/123453"),
        (Format.PUBLICATION, "CN10712345٦B", "CN107123456B"),
        (Format.CONTRACT, "锡银借字（2021）第0123号", "锡银借字(2021)第0123号"),
    ],
)
def test_usual_numbers_pass_without_a_warning(kind, text, value):
    assert read_identifier(kind, text) == type(read_identifier(kind, text))(value)


def test_two_writings_of_one_contract_are_one_thing():
    assert comparison_key("锡银借字〔2021〕第 0123 号") == comparison_key("锡银借字(2021)第0123号")
    # In Cyrillic and in Greek.
    assert comparison_key("НТ-2021-01") == comparison_key("ΗΤ-2021-01") == comparison_key("HT-2021-01")
    assert comparison_key("锡银借字〔2021〕第0124号") != comparison_key("锡银借字(2021)第0123号")


def test_an_unknown_kind_is_a_programming_error():
    with pytest.raises(ValueError, match="nonsense"):
        read_identifier("nonsense", "1")
