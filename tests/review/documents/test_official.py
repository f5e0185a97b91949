"""An official document on paper: every measure of GB/T 9704-2012 that a ruler finds, and every word that was given."""

import io
import re
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from portal.core.money import format_yuan
from review.documents.mandate import print_mandate
from review.documents.official import MARK_SIZE, NARROWEST, WIDTH, mark_style, print_document, title_lines
from tests.depth import by_depth
from tests.review.documents.made import KINDS, SUM, made, mandate_of
from tests.review.documents.samples import LONG, LONG_OFFICE, RARE, REASON, SHORT, official
from tests.review.notices.test_render import (
    embedded_fonts,
    numbered_as_the_standard_has_it,
    outside,
    page_numbers,
    text_of,
    words_of,
)
from tests.review.notices.test_typesetting import LEFT_EDGE, RIGHT_EDGE, drawn_lines

NEAR = 0.5
ROW = 225 / 22
TOP, BOTTOM = 37, 262
# A character of size 3, and where the text begins below the head.
SIZE_3 = 5.5714
BELOW_HEAD = TOP + 10 * ROW
LINES, NAMES, REASONS = (1, 3, 12, 200), (SHORT, LONG, RARE), (REASON[:47] + "。", (REASON * 20)[:1999] + "。")
EVERY = list(product(KINDS, LINES, NAMES, REASONS))
# Each kind once, and between them every number of lines, every name and every reason.
COVERING = [
    ("公示", 200, RARE, REASONS[0]),
    ("资金下达", 1, LONG, REASONS[0]),
    ("会议议题", 3, RARE, REASONS[1]),
    ("会议纪要", 12, LONG, REASONS[0]),
    ("专家评审报告", 3, SHORT, REASONS[1]),
]
CASES = by_depth(COVERING, nightly=EVERY)


def red_rows(pdf: bytes) -> list[tuple[float, float]]:
    """Upper and lower edge, in millimetres, of what is red on the first page: the mark, and the rule."""
    shown = subprocess.run(
        ["pdftoppm", "-r", "254", "-f", "1", "-l", "1", "-singlefile"], input=pdf, capture_output=True, check=True
    ).stdout
    red, green, _ = Image.open(io.BytesIO(shown)).convert("RGB").split()
    mask = Image.eval(green, lambda value: 255 * (value < 80))
    strong = Image.eval(red, lambda value: 255 * (value > 200))
    both = Image.composite(mask, Image.new("L", mask.size), strong)
    rows = [y for y in range(both.height) if both.crop((0, y, both.width, y + 1)).getbbox()]
    starts = [y for y in rows if y - 1 not in rows]
    ends = [y for y in rows if y + 1 not in rows]
    return [(start / 10, (end + 1) / 10) for start, end in zip(starts, ends, strict=True)]


def pages_of(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


@pytest.mark.parametrize(("kind", "lines", "name", "reason"), CASES)
def test_every_measure_holds_and_every_word_is_there(
    kind: str, lines: int, name: str, reason: str, artefacts: Path
) -> None:
    document = made(kind, lines=lines, name=name, reason=reason)
    pdf = print_document(document)
    picture = artefacts / f"document-{kind}-{lines}-{len(name)}-{len(reason)}"
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", "-", str(picture)], input=pdf, check=True)
    words, text, pages = words_of(pdf), text_of(pdf), pages_of(pdf)

    # Text, names and the numbers of the rows.
    assert text.count(name[:8]) >= lines
    assert kind == "专家评审报告" or format_yuan(SUM * lines) in text
    plain = re.sub(r"—\d+—", "", text)
    assert all("".join(said.split()) in plain for said in (reason.rstrip("。"), *document.paragraphs))
    assert all(0 not in used for _, used in embedded_fonts(pdf).values()), "a glyph is missing"
    # The head.
    mark, rule = red_rows(pdf)
    assert mark[0] == pytest.approx(TOP + 35, abs=NEAR)
    assert rule == pytest.approx((120.4, 121.1), abs=NEAR)
    number = next(sides for _, sides, word in words if word == document.number.partition("　")[0])
    if document.signer is not None:
        assert number[0] == pytest.approx(LEFT_EDGE + 5.5714, abs=NEAR)
    elif "　" not in document.number:
        assert (number[0] + number[2]) / 2 == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=NEAR)
    assert rule[0] - number[3] == pytest.approx(4, abs=NEAR)
    # The date, four characters from the edge, below the office, with text on its page.
    dates = [(page, sides) for page, sides, word in words if word == "2026年11月21日"]
    page, date = next((at, sides) for at, sides in dates if sides[0] > 105)
    assert date[2] == pytest.approx(RIGHT_EDGE - 4 * 5.5714, abs=NEAR)
    assert sum(at == page for at, _, _, _ in drawn_lines(pdf)) >= 4
    # The imprint ends the last page, which is an even one; page numbers as the standard has them.
    assert pages % 2 == 0
    last = [sides for at, sides, word in words if at == pages and word.endswith("印发")]
    assert len(last) == 1
    assert last[0][3] < BOTTOM
    assert last[0][3] > BOTTOM - 8
    numbered = {at for at, _ in page_numbers(pdf)}
    assert numbered in ({*range(1, pages + 1)}, {*range(1, pages)}, {*range(1, pages - 1)})
    assert numbered_as_the_standard_has_it(pdf)
    # Nothing outside the text area; what is of body type stands on the grid and ends at the edge.
    for _, (left, top, right, bottom), word in words:
        if top < BOTTOM:
            assert left >= LEFT_EDGE - 0.1, word
            assert right <= RIGHT_EDGE + 2.9, word
            assert top >= TOP - 0.1, word
            assert bottom <= BOTTOM + 0.1, word
    tops = {(at, round(top, 2)) for at, (_, top, _, bottom), _ in words if at <= page and 5.5 < bottom - top < 5.7}
    assert tops
    assert is_on_grid({top - TOP for at, top in tops if at > 1 or top < BELOW_HEAD}, ROW)
    body = {top for at, top in tops if at == 1 and top > BELOW_HEAD}
    # A short text stands closer, so that its signature is on the same page.
    assert is_on_grid({top - BELOW_HEAD for top in body}, ROW) or (
        page == 1 and any(is_on_grid({top - min(body) for top in body}, 225 / rows, 0) for rows in range(23, 32))
    )
    full = [
        (right, line)
        for at, left, right, line in drawn_lines(pdf)
        if at < page and right > RIGHT_EDGE - 6 and left < 40
    ]
    for right, line in full[:-1]:
        assert RIGHT_EDGE - right <= 0.15 or line[-1] in "。；：，", (right, line)


def is_on_grid(tops: set[float], row: float, first: float = (ROW - SIZE_3) / 2) -> bool:
    """Whether characters that begin so far below the first line's top stand in lines of this height."""
    places = [(top - first) / row for top in tops]
    return all(place == pytest.approx(round(place), abs=NEAR / row) for place in places)


@pytest.mark.parametrize(("length", "text_pages"), [(20, 1), (60, 1), (165, 1), (180, 2), (230, 2)])
def test_a_short_text_stands_with_its_signature_below_the_head_and_a_longer_one_leaves_text_there(
    length: int, text_pages: int
) -> None:
    text = (REASON * 3)[:length]
    pdf = print_document(official(lines=1, paragraphs=(text,)))

    lines = list(drawn_lines(pdf))
    assert [at for at, _, _, line in lines if line == "2026年11月21日"] == [text_pages]
    assert {at for at, _, _, line in lines if len(line) > 3 and line in text} == {*range(1, text_pages + 1)}
    assert pages_of(pdf) == 2 * text_pages


def test_a_paper_to_a_superior_has_a_signer_beside_its_number() -> None:
    words = words_of(print_document(official(lines=1, signer="", number="无锡知议〔2026〕　　号", addressee="")))
    number = next(sides for _, sides, word in words if word.startswith("无锡知议"))
    signer = next(sides for _, sides, word in words if word.startswith("签发人"))

    assert number[0] == pytest.approx(LEFT_EDGE + 5.5714, abs=NEAR)
    assert signer[1] == pytest.approx(number[1], abs=NEAR)
    assert signer[2] <= RIGHT_EDGE - 5.5714 + NEAR


@pytest.mark.parametrize("issuer", ["无锡市知识产权局", LONG_OFFICE])
def test_a_mark_of_any_length_fills_one_line_within_the_area(issuer: str) -> None:
    pdf = print_document(official(lines=1, issuer=issuer))

    [mark] = [sides for page, sides, word in words_of(pdf) if page == 1 and word == f"{issuer}文件"]
    assert mark[0] >= LEFT_EDGE - NEAR
    assert mark[2] <= RIGHT_EDGE + NEAR
    assert mark[2] - mark[0] > 0.9 * WIDTH
    assert red_rows(pdf)[0][0] == pytest.approx(TOP + 35, abs=NEAR)
    assert [page for page, _, word in words_of(pdf) if word == "2026年11月21日印发"] == [pages_of(pdf)]


def test_a_short_mark_is_neither_widened_nor_enlarged() -> None:
    style = mark_style("滨湖区财政局文件")
    assert f"font-size:{MARK_SIZE:.3f}mm" in style
    assert "scaleX(1.0000)" in style
    assert f"scaleX({NARROWEST:.4f})" in mark_style("局" * 40)


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于下达资金的通知", ["关于下达资金的通知"]),
        ("2026年度无锡市知识产权专项资金拟资助名单公示", ["2026年度无锡市知识产权", "专项资金拟资助名单公示"]),
        ("关于下达2026年度第一批知识产权专项资金的通知", ["关于下达2026年度第一批", "知识产权专项资金的通知"]),
        (LONG_OFFICE, ["无锡经济技术开发区市场监督管理局", "（知识产权局）行政审批处"]),
        ("无锡市锡山区市场监督管理局（知识产权局）", ["无锡市锡山区市场监督管理局", "（知识产权局）"]),
        (f"{'甲' * 45}", ["甲" * 15] * 3),
    ],
)
def test_a_title_divides_no_word(title: str, lines: list[str]) -> None:
    assert title_lines(title).split("<br>") == lines


def test_two_prints_have_the_same_bytes_and_a_stamp_stands_on_every_page() -> None:
    draft: Any = official(lines=12, stamp="草稿")
    pdf = print_document(draft)
    assert print_document(draft) == pdf
    # Turned characters come one by one, somewhere among the words.
    for page in range(1, pages_of(pdf) + 1):
        assert {"草", "稿"} <= {character for at, _, word in words_of(pdf) if at == page for character in word}


@pytest.mark.parametrize("name", NAMES)
def test_a_mandate_stands_with_its_signatures_on_one_page(name: str, artefacts: Path) -> None:
    pdf = print_mandate(mandate_of(name))
    picture = artefacts / f"mandate-{len(name)}"
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", "-", str(picture)], input=pdf, check=True)
    text = text_of(pdf)

    assert pages_of(pdf) == 1
    assert not outside(pdf, left=LEFT_EDGE, top=TOP, right=RIGHT_EDGE, bottom=BOTTOM)
    for words in (
        f"委托人：{name}",
        "91320211MA1N000013",
        "91320211MA1N000021",
        "受托人（盖章）",
        "“知识产权质押融资贴息”",
    ):
        assert words in text
