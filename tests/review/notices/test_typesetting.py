"""Lines of Chinese text: both edges straight, nothing divided that belongs together, and the letter on one page."""

import re
import subprocess
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.models import Region
from portal.core.citations import chinese_number, citation
from review.notices.enums import NoticeKind
from review.notices.faces import fonts_of
from review.notices.fonts import current_fonts
from review.notices.letter import long_date, signature_inset
from review.notices.render import render_notice
from review.notices.snapshot import read_snapshot
from review.notices.typesetting import (
    CLOSING,
    HANG,
    MEASURE,
    NEVER_FIRST,
    OPENING,
    STRETCH,
    ComposedLine,
    compose,
)
from review.wordings.enums import Trial
from review.wordings.language import paragraphs
from review.wordings.specimens import specimen
from tests.cpu import cpu_limit
from tests.review.notices.samples import grant, recognition, refusal

MILLIMETRE = 156 / MEASURE
RIGHT_EDGE, LEFT_EDGE = 184.0, 28.0
REASON = (
    "专利201710601862.3的授权公告日为2019年12月31日，不在本次申报的期间内；合同编号WX-IP-2019/0087约定的“技术开发”"
    "与《关于推进知识产权运营服务体系建设的若干政策意见》（锡政办发〔2020〕11号）的要求不一致，费用合计12,345.67元。"
) * 16
LONG_NAME = "无锡滨湖经济技术开发区" + "高性能集成电路与人工智能协同创新" * 2 + "高性能计算研究院（有限合伙）"
LONG_OFFICE = "无锡经济技术开发区市场监督管理局（知识产权局）行政审批处"
PARTY = {"id_label": "统一社会信用代码", "id": "91320211MA1N000013", "is_person": False}


def lines_of(text: str, *, indent: float = 2.0) -> list[ComposedLine]:
    return compose(text, fonts_of(current_fonts()).width, indent=indent)


def length_of(line: ComposedLine) -> float:
    """Where the line's last character ends, in em from its first."""
    return fonts_of(current_fonts()).width(line.text) + sum(line.spacing)


CHARACTERS = st.sampled_from("资助决定的与，。；：（）《》“”〔〕、")
WORDS = st.sampled_from(["2026年11月1日", "4,999.99元", "〔2026〕11号", "ZL201710600001.3", "WX-IP-2019/0087", "GB/T"])
TEXTS = st.lists(st.one_of(CHARACTERS, CHARACTERS, CHARACTERS, WORDS), min_size=1, max_size=150).map("".join)


@given(TEXTS)
def test_every_text_is_kept_and_no_line_passes_the_edge(text: str) -> None:
    lines = lines_of(text)

    assert "".join(line.text for line in lines) == text
    for number, line in enumerate(lines):
        length = MEASURE - (2.0 if number == 0 else 0.0)
        hang = HANG if line.text[-1] in CLOSING else 0.0
        assert length_of(line) <= length + hang + 1e-6


@given(st.lists(st.sampled_from("资助决定的与一二三四五"), min_size=60, max_size=400).map("".join), st.data())
def test_full_lines_end_at_the_edge_without_visible_spacing(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 12))):
        at = data.draw(st.integers(1, len(text) - 1))
        text = f"{text[:at]}{data.draw(st.sampled_from(['，', '2026年', '（锡知', '》']))}{text[at:]}"
    for line in lines_of(text, indent=0)[:-1]:
        missing = MEASURE - length_of(line)
        assert missing <= 0.15 / MILLIMETRE
        assert max(line.spacing) <= STRETCH + 0.06


def test_ordinary_text_is_never_stretched_visibly() -> None:
    assert max(max(line.spacing) for line in lines_of(REASON)) <= STRETCH


def test_marks_stand_where_they_may() -> None:
    for line in lines_of(REASON)[1:]:
        assert line.text[0] not in NEVER_FIRST
    for line in lines_of(REASON)[:-1]:
        assert line.text[-1] not in OPENING


@pytest.mark.parametrize("whole", ["12,345.67元", "〔2020〕11号", "12月", "31日"])
def test_numbers_stay_with_their_unit(whole: str) -> None:
    joined = "\n".join(line.text for line in lines_of(REASON))

    assert joined.count(whole) == REASON.count(whole)


def test_a_date_is_never_divided_between_number_and_unit() -> None:
    for before in range(28):
        text = "申" * before + "于2026年11月12日提交的第12项，" * 6
        ends = {line.text[-1] for line in lines_of(text)}
        assert not ends & set("0123456789"), before


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_letter_divides_a_number_or_is_stretched_or_leaves_two_characters_alone(kind: NoticeKind) -> None:
    """Whatever its item is called, whenever it was filed and whoever it addresses."""
    data = specimen(Region(name="无锡市", contact="0510-12345678"), kind, Trial.SAMPLE).to_json()
    companies: dict[str, Any] = {"id": "91320211MA1N000013", "id_label": "统一社会信用代码", "is_person": False}
    persons: dict[str, Any] = {"id": "320211********0011", "id_label": "公民身份号码", "is_person": True}
    for length, party in product(range(4, 34, 3), (companies, persons)):
        data["claim"] |= {
            "item": ("高价值专利培育和知识产权质押融资" * 3)[:length],
            "submitted_on": f"2026-{length // 3 + 1:02d}-09",
        }
        data["party"] |= party
        for text in paragraphs(read_snapshot(data), annexed=False):
            lines = lines_of(text)
            joined = "\n".join(line.text for line in lines)
            for number in ("SB2026-0000123", party["id"], "ZL201710600001.3", "0510-12345678"):
                assert joined.count(number) == text.count(number), joined
            assert max((max(line.spacing) for line in lines), default=0) <= STRETCH, joined
            assert len(lines) == 1 or len(re.sub(r"\W", "", lines[-1].text)) >= 3, joined


def test_marks_beside_one_another_share_their_empty_halves() -> None:
    for text, marks in (("甲》（乙", 1.5), ("甲）。乙", 1.6), ("甲（《乙", 1.6), ("甲，乙。丙", 2.0)):
        [line] = lines_of(text)
        assert length_of(line) == pytest.approx(len(re.findall(r"\w", text)) + marks)


def test_a_space_ends_no_line_and_begins_none() -> None:
    for before in range(20):
        lines = lines_of("申" * before + "Wuxi Advanced Semiconductor Technology Co., Ltd. 与无锡市签订合同", indent=0)
        assert not [line.text for line in lines if line.text != line.text.strip()]
        assert all(length_of(line) == pytest.approx(MEASURE, abs=0.02) for line in lines[:-1])


def test_a_latin_word_is_whole_where_that_is_not_seen_and_never_leaves_a_letter_or_two() -> None:
    name = "Wuxi Advanced Semiconductor Technology & Manufacturing (International) Holdings Co., Ltd."
    assert [line.text for line in lines_of(name, indent=0)][1:] == ["(International) Holdings Co., Ltd."]
    for before in range(60):
        lines = lines_of("申" * before + name + "与无锡市签订的合同没有备案。", indent=0)
        for line in lines[1:]:
            alone = re.match(r"[A-Za-z]{0,2}(?![A-Za-z&])", line.text)
            assert not alone or not alone[0], line.text
        assert max(max(line.spacing) for line in lines) <= STRETCH + 0.06


def test_a_word_longer_than_the_line_is_divided() -> None:
    address = "https://example.com/" + "a" * 90

    lines = lines_of(f"网址：{address}。")

    assert "".join(line.text for line in lines) == f"网址：{address}。"
    assert len(lines) > 1


def test_two_thousand_characters_are_composed_at_once() -> None:
    lines_of("先读入字体。")
    with cpu_limit(0.5):
        lines_of(REASON[:2000])


@pytest.mark.parametrize(
    ("article", "cited"),
    [
        ("第一条第1款第1项", "第一条第一款第（一）项"),
        ("第五条第1句", "第五条"),
        ("锡政办发〔2020〕11号 第一条第2款", "锡政办发〔2020〕11号第一条第二款"),
        ("第三条第12项", "第三条第（十二）项"),
        ("第二十条", "第二十条"),
    ],
)
def test_articles_are_cited_as_documents_cite_them(article: str, cited: str) -> None:
    assert citation(article) == cited


def test_numbers_of_articles_are_counted_in_chinese() -> None:
    assert [chinese_number(number) for number in (1, 10, 11, 20, 21, 99)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
    ]
    assert long_date(date(2026, 1, 2)) == "2026年1月2日"


def test_a_long_signature_ends_two_characters_from_the_edge() -> None:
    assert signature_inset("无锡市知识产权局") == 7
    assert signature_inset(LONG_OFFICE) == 4


def drawn_lines(pdf: bytes) -> Iterator[tuple[int, float, float, str]]:
    """Page, left and right edge in millimetres, and text of every line of body type in the letter."""
    shown = subprocess.run(
        ["pdftotext", "-bbox-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode(errors="replace")
    page = 0
    for found in re.finditer(r"<page |<line ([^>]*)>(.*?)</line>", shown, re.DOTALL):
        if not found[1]:
            page += 1
            continue
        left, top, right, bottom = (float(side) * 25.4 / 72 for side in re.findall(r'"([\d.]+)"', found[1]))
        text = "".join(re.findall(r">([^<>\n]+)</word>", found[2]))
        if 5 < bottom - top < 6.6 and text:
            yield page, left, right, text


CASES: dict[str, tuple[dict[str, Any], int]] = {
    "one line": (grant(lines=1), 1),
    "three lines": (grant(lines=3), 1),
    "twelve lines": (grant(lines=12), 2),
    "unsplit": (grant(split=False), 1),
    "long name": (grant(lines=1, party=PARTY | {"name": LONG_NAME}), 1),
    "long office": (grant(lines=12, issuer=LONG_OFFICE), 2),
    "refusal": (refusal(), 1),
    "recognition": (recognition(), 1),
    "many recognised": (recognition(subjects=[f"专利组合{at}" for at in range(12)]), 2),
}


@pytest.mark.parametrize("case", CASES)
def test_a_letter_stands_on_one_page_with_straight_edges(case: str) -> None:
    data, pages = CASES[case]
    pdf = render_notice(data)

    drawn = list(drawn_lines(pdf))
    text = "".join(line for _, _, _, line in drawn)

    assert max(page for page, _, _, _ in drawn) <= pages
    assert pdf.count(b"/Type /Page\n") in (0, pages)
    # Date and signature stand with the text, on its page.
    assert {page for page, _, _, line in drawn if "2026年11月21日" in line} == {1}
    assert "申请行政复议" in text
    for _, left, right, line in drawn:
        assert left >= LEFT_EDGE - 0.1, line
        assert right <= RIGHT_EDGE + 0.1 + (HANG * MILLIMETRE if line[-1] in CLOSING else 0), line
    full = [(right, line) for page, left, right, line in drawn if page == 1 and right > RIGHT_EDGE - 6 and left < 40]
    assert len(full) >= 8
    for right, line in full:
        assert RIGHT_EDGE - right <= 0.15 or line[-1] in "。；：", (round(RIGHT_EDGE - right, 2), line)


def test_a_reason_of_two_thousand_characters_is_whole_and_signed_beside_text() -> None:
    reason = REASON[:2000]
    pdf = render_notice(refusal(reasons=[{"text": reason, "basis": ""}]))
    drawn = list(drawn_lines(pdf))

    assert reason in "".join(line for _, _, _, line in drawn)
    last = max(page for page, _, _, _ in drawn)
    assert sum(page == last for page, _, _, _ in drawn) >= 4


def test_a_number_is_never_divided_after_a_hyphen() -> None:
    """Programs that read the text take a hyphen at the end of a line for the line's own."""
    for before in range(30):
        lines = compose("申" * before + "（编号：SB2026-0000123-2026-0001），经审查，", lambda text: float(len(text)))
        assert not [line.text for line in lines if line.text.endswith("-")]
