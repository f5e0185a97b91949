"""The printed page: what can be read from it, what it is made of, and that it is the same each time."""

import hashlib
import io
import json
import logging
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from fontTools.ttLib import TTFont
from PIL import Image

from review.notices import render
from review.notices.render import RenderError, render_notice
from review.notices.typesetting import CLOSING
from tests.review.notices.samples import RARE, grant, refusal

POINT = 25.4 / 72
HALF = 156 / 28 / 2
A_PERSON = {"name": f"欧阳{RARE}", "id_label": "公民身份号码", "id": "320211********0011", "is_person": True}
LONG_NAME = "无锡滨湖经济技术开发区" + "高性能集成电路与人工智能协同创新" * 3 + "研究院（有限合伙）"


def text_of(pdf: bytes, *options: str) -> str:
    """The text as pdftotext reads it, without line breaks and spaces; with `-raw` cell by cell."""
    shown = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return "".join(shown.split())


def words_of(pdf: bytes) -> list[tuple[int, list[float], str]]:
    """Page, [left, top, right, bottom] in millimetres, and text of every word."""
    page, found = 0, []
    # What pdftotext tells of the author it may write in no UTF-8: a character beyond the base plane is torn in two.
    shown = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    for line in shown.decode(errors="replace").splitlines():
        page += "<page " in line
        if "<word " in line:
            sides, _, word = line.strip().removesuffix("</word>").partition(">")
            found.append((page, [float(side.split('"')[1]) * POINT for side in sides.split()[1:]], word))
    return found


def outside(
    pdf: bytes, *, left: float, top: float, right: float, bottom: float
) -> list[tuple[int, tuple[float, ...], str]]:
    """The words that leave a text area, in millimetres, the page numbers below it aside."""
    near = 0.1
    return [
        word
        for _, (x0, y0, x1, y1), word in words_of(pdf)
        if y0 < bottom and (x0 < left - near or y0 < top - near or x1 > right + near or y1 > bottom + near)
    ]


def page_numbers(pdf: bytes) -> list[tuple[int, list[float]]]:
    """Page and [left, top, right, bottom] in millimetres of every number below the text area, dashes and all."""
    found: dict[int, list[list[float]]] = {}
    for page, sides, _ in words_of(pdf):
        if sides[1] > 264:
            found.setdefault(page, []).append(sides)
    return [
        (page, [min(one[0] for one in all_), all_[0][1], max(one[2] for one in all_), all_[0][3]])
        for page, all_ in found.items()
    ]


def numbered_as_the_standard_has_it(pdf: bytes) -> bool:
    """Whether each number stands a character from the right edge of an odd page, from the left of an even one (7.5)."""
    return all(
        abs(sides[1] - 266.1) <= 0.5 and abs(sides[2] - 178.43 if page % 2 else sides[0] - 33.57) <= 0.5
        for page, sides in page_numbers(pdf)
    )


def embedded_fonts(pdf: bytes) -> dict[str, tuple[TTFont, set[int]]]:
    """Every embedded font by name, with the glyph ids that its text uses."""
    fonts = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") == "/Type0":
                descendant = item["/DescendantFonts"][0]
                file = descendant["/FontDescriptor"]["/FontFile2"].read_bytes()
                maps = item["/ToUnicode"].read_bytes().decode().partition("beginbfchar")[2]
                used = {int(glyph, 16) for glyph in re.findall(r"^<([0-9a-f]{4})> <", maps, re.MULTILINE)}
                fonts[str(item["/BaseFont"]).partition("+")[2]] = (TTFont(io.BytesIO(file)), used)
    return fonts


def test_a_grant_tells_number_party_basis_sum_and_remedies() -> None:
    text = text_of(render_notice(grant()))
    for wanted in (
        "资助决定通知书",
        "无锡知资〔2026〕1号",
        "无锡示例智能科技有限公司：",
        "统一社会信用代码：91320211MA1N000013",
        "WX2026000123",
        "锡政办发〔2020〕11号",
        "锡知专资会〔2026〕9号",
        "2026年10月28日",
        "ZL201710600001.3",
        "14,999.97元（大写：人民币壹万肆仟玖佰玖拾玖元玖角柒分）",
        "市级承担8,999.98元，区级承担5,999.99元",
        "60日内向无锡市人民政府申请行政复议",
        "6个月内向有管辖权的人民法院提起行政诉讼",
        "0510-12345678",
        "7KQM9X4TWB2HFN6RJ3PD",
        "2026年11月21日",
    ):
        assert wanted in text, wanted


def test_a_sum_without_a_stated_ratio_is_not_split() -> None:
    text = text_of(render_notice(grant(split=False)))
    assert "14,999.97元" in text
    assert "承担" not in text


def test_a_refusal_gives_each_reason_and_no_sum() -> None:
    text = text_of(render_notice(refusal()))
    assert "不予支持通知书" in text
    assert "1．专利201710601862.3的授权公告日为2019年12月31日，不在本次申报的期间内。（第一条）" in text
    assert "2．专利201310699744.2" in text
    assert "资助金额" not in text


@pytest.mark.parametrize(
    "data",
    [grant(party=A_PERSON), refusal(party=A_PERSON | {"name": f"{LONG_NAME}{RARE}"}), grant(issuer=f"{RARE}局")],
    ids=["body", "refusal", "signature"],
)
def test_rare_characters_are_read_and_drawn(data: dict[str, Any]) -> None:
    pdf = render_notice(data)
    assert RARE in text_of(pdf)
    font, used = embedded_fonts(pdf)["Notice-Rare"]
    drawn = [font["glyf"][font.getGlyphName(glyph)].numberOfContours for glyph in used]
    assert len(drawn) >= len(RARE)
    assert all(drawn)


@pytest.mark.parametrize("data", [grant(party=A_PERSON), refusal()], ids=["grant", "refusal"])
def test_no_glyph_is_missing(data: dict[str, Any]) -> None:
    fonts = embedded_fonts(render_notice(data))
    assert {"Notice-Title", "Notice-Fang", "Notice-Latin"} <= fonts.keys()
    assert all(name.startswith("Notice-") for name in fonts), "a font of the machine slipped in"
    for font, used in fonts.values():
        assert used
        assert 0 not in used, ".notdef stands in the text"
        assert max(used) < font["maxp"].numGlyphs


@pytest.mark.parametrize("level", ["INFO", "ERROR"])
def test_what_no_font_draws_is_printed_as_a_stand_in_whatever_is_logged(level: str) -> None:
    root = logging.getLogger()
    before = root.level
    root.setLevel(level)
    try:
        pdf = render_notice(grant(party=A_PERSON | {"name": "张\U0010fffd😀\u0626\U0003abcd丽\ufe00"}))
    finally:
        root.setLevel(before)
    assert "张〓〓〓〓丽" in text_of(pdf)
    assert all(0 not in used for _, used in embedded_fonts(pdf).values())


@pytest.mark.parametrize("level", ["INFO", "ERROR"])
def test_a_warning_of_the_printer_fails_the_notice_whatever_is_logged(level: str) -> None:
    logger = logging.getLogger("weasyprint")
    root = logging.getLogger()
    before = root.level
    root.setLevel(level)
    try:
        with pytest.raises(RenderError, match="something"), render._no_warnings():
            logger.warning("something is wrong")
    finally:
        root.setLevel(before)


# Of extensions B, C, D, E, F, G and H.
RAREST = "\U00020001\U0002a701\U0002b741\U0002b821\U0002ceb0\U00030005\U00031351"


def test_a_name_of_the_rarest_characters_is_drawn_by_the_fonts_behind() -> None:
    pdf = render_notice(grant(party=A_PERSON | {"name": f"张{RAREST}"}))
    assert f"张{RAREST}" in text_of(pdf)
    assert len([name for name in embedded_fonts(pdf) if name.startswith("Notice-Rare")]) >= 2
    assert len(pdf) < 250_000


def test_markup_in_a_name_stays_text() -> None:
    name = "<b>甲&乙</b><img src='file:///etc/hostname'>有限公司"
    assert "".join(name.split()) in text_of(render_notice(grant(party=A_PERSON | {"name": name})))


@pytest.mark.parametrize(
    "data",
    [grant(), grant(lines=60, party=A_PERSON), refusal(), grant(lines=1, party=A_PERSON | {"name": LONG_NAME})],
    ids=["common", "long table", "refusal", "long name"],
)
def test_every_word_stands_in_the_text_area_of_an_a4_page(data: dict[str, Any]) -> None:
    pdf = render_notice(data)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = len(document.pages)
        for page in document.pages:
            assert [round(float(side) * POINT, 1) for side in page.mediabox] == [0, 0, 210, 297]
    numbers: dict[int, float] = {}
    for number, (left, top, right, bottom), word in words_of(pdf):
        if top > 263.5:
            numbers[number] = left
            continue
        assert left >= 27.9, word
        # A closing mark may hang: its right half is empty.
        assert right <= 184.1 + (HALF if word[-1] in CLOSING else 0), word
        # An annex has its head above the text area.
        assert top >= 36 or (number > 1 and top >= 26), word
        assert bottom <= 263, word
    assert len(numbers) == pages, "each page has its number below the text"
    assert all((left > 105) == (number % 2 == 1) for number, left in numbers.items()), "odd right, even left"


def test_a_long_table_stands_in_an_annex_and_repeats_its_head() -> None:
    pdf = render_notice(grant(lines=60, party=A_PERSON))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = len(document.pages)
    text = text_of(pdf)
    assert pages > 3
    assert text.count("关键日期") == pages - 1
    assert text.count("合计") == 1
    assert text.count("附件：资助明细（60项）") == 1
    for page in range(2, pages + 1):
        assert f"附件第{page}页，共{pages}页" in text
    assert f"{Decimal('4999.99') * 60:,.2f}元" in text


def test_the_file_names_its_language_title_and_day_and_nothing_of_the_run() -> None:
    with pikepdf.open(io.BytesIO(render_notice(grant()))) as document:
        assert str(document.Root.Lang) == "zh-CN"
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo["/Title"]) == "资助决定通知书 无锡知资〔2026〕1号"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261121")


def test_two_renders_have_the_same_bytes() -> None:
    first = render_notice(grant())
    render_notice(refusal(party=A_PERSON))
    assert render_notice(grant()) == first
    assert render_notice(grant(number="无锡知资〔2026〕2号")) != first


def test_another_process_makes_the_same_bytes(tmp_path: Path) -> None:
    data = grant(party=A_PERSON)
    (tmp_path / "snapshot.json").write_text(json.dumps(data))
    program = (
        "import django, hashlib, json, pathlib, sys; django.setup()\n"
        "from review.notices.render import render_notice\n"
        "data = json.loads(pathlib.Path(sys.argv[1]).read_text())\n"
        "print(hashlib.sha256(render_notice(data)).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "snapshot.json")],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
    ).stdout.split()[-1]
    assert there == hashlib.sha256(render_notice(data)).hexdigest()


def test_the_dashes_of_a_page_number_stand_seven_millimetres_below_the_text() -> None:
    drawn = subprocess.run(
        ["pdftoppm", "-r", "254", "-gray", "-singlefile"],
        input=render_notice(grant(lines=1)),
        capture_output=True,
        check=True,
    ).stdout
    page = Image.open(io.BytesIO(drawn))
    # A millimetre is ten dots: the first dash alone, left of the figure.
    dash = page.crop((1640, 2640, 1690, 2850)).point(lambda value: 255 * (value < 128)).getbbox()
    assert dash is not None
    assert 264 + dash[1] / 10 == pytest.approx(262 + 7, abs=0.5)
