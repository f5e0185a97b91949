"""Codes of bodies and people: what is read, and what is said about a wrong one."""

from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from portal.core.identifiers import (
    USCC_ALPHABET,
    IdentifierError,
    mask_email,
    mask_name,
    read_account_number,
    read_cnaps,
    read_phone,
    read_resident_id,
    read_uscc,
)

TODAY = date(2026, 5, 1)


def with_check(body: str) -> str:
    total = sum(USCC_ALPHABET.index(c) * 3**i for i, c in enumerate(body))
    return body + USCC_ALPHABET[-total % 31]


letters = st.sampled_from(USCC_ALPHABET)
codes = st.builds(
    lambda kind, region, rest: with_check(kind + region + rest),
    st.text(letters, min_size=2, max_size=2),
    st.text(st.sampled_from("0123456789"), min_size=6, max_size=6),
    st.text(letters, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000101623741K"])
def test_published_codes_are_right(code):
    assert read_uscc(code) == code


@pytest.mark.parametrize("kind", ["N1", "Y1", "A1", "N2"])
def test_letters_in_the_first_two_places_are_right_though_the_package_refuses_them(kind):
    code = with_check(f"{kind}320211MA1ABCDEF")
    assert not stdnum_uscc.is_valid(code)
    assert read_uscc(code) == code


@given(codes)
def test_every_code_with_its_check_digit_is_right_however_it_is_written(code):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for written in (code, code.lower(), f" {code[:2]} {code[2:8]}-{code[8:]}　", wide):
        assert read_uscc(written) == code


@given(codes, st.integers(0, 16), letters)
def test_any_one_wrong_character_is_found(code, place, other):
    if other == code[place]:
        return
    with pytest.raises(IdentifierError) as caught:
        read_uscc(code[:place] + other + code[place + 1 :])
    assert caught.value.overridable


@given(codes)
def test_two_neighbours_changed_over_are_found(code):
    for i in range(17):
        if code[i] != code[i + 1]:
            with pytest.raises(IdentifierError):
                read_uscc(code[:i] + code[i + 1] + code[i] + code[i + 2 :])


@given(st.text(max_size=30))
def test_a_reader_gives_a_normal_form_or_says_what_is_wrong_and_never_breaks(text):
    for read in (read_uscc, read_cnaps, read_account_number, read_phone, partial(read_resident_id, today=TODAY)):
        try:
            normal = read(text)
        except IdentifierError:
            continue
        assert read(normal) == normal


@pytest.mark.parametrize(
    ("text", "words", "overridable"),
    [
        ("91350100M000100Y4", "应为 18 位，您填写了 17 位，少了 1 位", False),
        ("91350100M000100Y433", "多了 1 位", False),
        ("", "您填写了 0 位", False),
        ("9135O100M000100Y43", "第 5 位“O”不对", True),
        ("9135O100M000100Y43", "可能是数字“0”", True),
        ("91350100MV00100Y43", "第 10 位“V”不对", True),
        ("91350100M0中0100Y43", "第 11 位“中”不对", False),
        ("9135A100M000100Y43", "第 5 位“A”不对：第 3 至 8 位", True),
        ("91350100M000100Y44", "最后一位应为“3”，填写的是“4”", True),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(text, words, overridable):
    with pytest.raises(IdentifierError, match=words) as caught:
        read_uscc(text)
    assert caught.value.overridable is overridable


@given(
    st.dates(date(1900, 1, 1), date(2026, 4, 30)), st.integers(1, 999), st.sampled_from(["320211", "110101", "320213"])
)
def test_every_resident_id_with_its_check_character_is_right(born, order, district):
    body = f"{district}{born:%Y%m%d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    right = "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]
    assert read_resident_id(f"{body} {right.lower()}", today=TODAY) == body + right
    wrong = "0" if right != "0" else "1"
    with pytest.raises(IdentifierError, match=f"最后一位应为“{right}”，填写的是“{wrong}”"):
        read_resident_id(body + wrong, today=TODAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("320211850601123", "15 位的旧号码"),
        ("32021119850601123", "您填写了 17 位，少了 1 位"),
        ("3202111985O6011234", "第 11 位“O”不对：前 17 位只能是数字"),
        ("32021119850601123Y", "第 18 位“Y”不对：最后一位只能是数字或字母 X"),
        ("002111198506011234", "开头两位“00”"),
        ("992111198506011234", "第 2 至 3 位“92”"),
        ("932682198501010018", "最后一位应为“7”"),
        ("KAZ990090123105", "第 4 至 5 位“99”"),
        ("KAZ110090133105", "第 8 至 13 位“901331”"),
        ("KAZ110090123106", "最后一位应为“5”"),
        ("KAZ11009O123105", "第 9 位“O”不对"),
        ("320211198513011234", "第 7 至 14 位“19851301”"),
        ("320211202702301234", "第 7 至 14 位“20270230”"),
        ("320211202606011234", "第 7 至 14 位“20260601”"),
    ],
)
def test_a_wrong_resident_id_is_told_what_is_wrong(text, words):
    with pytest.raises(IdentifierError, match=words) as caught:
        read_resident_id(text, today=TODAY)
    assert not caught.value.overridable


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("9 32 682 19850101 001 7", "932682198501010017"),
        ("kaz110090123105", "KAZ110090123105"),
        ("810000199408230021", "810000199408230021"),
        ("830000199201300022", "830000199201300022"),
    ],
)
def test_permanent_and_other_residents_who_are_no_citizens_have_numbers_too(written, number):
    assert read_resident_id(written, today=TODAY) == number


def test_bank_codes_have_twelve_digits():
    assert read_cnaps("1023 0200 0003") == "102302000003"
    with pytest.raises(IdentifierError, match="您填写了 11 位，少了 1 位"):
        read_cnaps("10230200000")
    for code in ("102100099996", "105100000017", "308584000013", "301290000007"):
        assert read_cnaps(code) == code
    with pytest.raises(IdentifierError, match="最后一位应为“3”"):
        read_cnaps("102302000001")
    with pytest.raises(IdentifierError, match="第 4 位“A”不对：联行号只能是数字"):
        read_cnaps("102A02000001")


def test_account_numbers_keep_their_leading_zeros():
    assert read_account_number("0011 2233 4455 6677") == "0011223344556677"
    with pytest.raises(IdentifierError, match="只能是数字"):
        read_account_number("6222x")
    with pytest.raises(IdentifierError, match="6 至 32 位"):
        read_account_number("123")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("0510-8123 4567", "0510-81234567"),
        ("（0510）81234567转802", "0510-81234567转802"),
        ("010-62345678", "010-62345678"),
    ],
)
def test_telephones_are_read_as_people_write_them(text, normal):
    assert read_phone(text) == normal


@pytest.mark.parametrize("text", ["12345", "1380000000", "81234567", "abc", "10800000000"])
def test_a_wrong_telephone_is_told_both_forms(text):
    with pytest.raises(IdentifierError, match="11 位手机号码，或带区号"):
        read_phone(text)


def test_masks_leave_one_character():
    assert mask_name("李四") == "李*"
    assert mask_name("欧阳修文") == "欧***"
    assert mask_name("李") == "李*"
    assert mask_email("li.si@example.org") == "l***@example.org"
