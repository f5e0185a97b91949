"""A letter set on the shape of others is the letter that WeasyPrint alone would lay out."""

import re
from typing import Any

import pytest

from review.notices import filling, render
from review.notices.archival import write_archival
from review.notices.enums import NoticeKind
from review.notices.render import render_notice
from review.notices.snapshot import read_snapshot
from tests.review.documents.samples import LONG, RARE, SHORT
from tests.review.notices.samples import grant
from tests.review.notices.test_paper import ONE_LINE, notice_of
from tests.review.notices.test_render import embedded_fonts, text_of
from tests.review.notices.test_typesetting import drawn_lines

NAMES = (SHORT, LONG, RARE, "Wuxi Long & Short (China) Precision Instruments Manufacturing Co., Ltd. 无锡分公司")


def laid_out(data: dict[str, Any]) -> bytes:
    """The notice laid out by WeasyPrint with its own text."""
    return write_archival(render._laid_out(*render._drawn(read_snapshot(data))))


@pytest.mark.parametrize(("kind", "name"), [(kind, NAMES[at % 4]) for at, kind in enumerate(NoticeKind)])
def test_a_filled_letter_stands_where_the_laid_out_one_does(kind: NoticeKind, name: str) -> None:
    data = notice_of(kind, 1, name, ONE_LINE)
    filled, expected = render_notice(data), laid_out(data)

    assert text_of(filled) == text_of(expected)
    for ours, theirs in zip(drawn_lines(filled), drawn_lines(expected), strict=True):
        assert (ours[0], ours[3]) == (theirs[0], theirs[3])
        # A third of a dot at 300 dpi.
        assert ours[1:3] == pytest.approx(theirs[1:3], abs=0.03), ours[3]
    for font, used in embedded_fonts(filled).values():
        assert font["maxp"].numGlyphs == 1 + len(used), "a font has glyphs that the notice does not print"


def test_letters_of_one_shape_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render_notice(grant(lines=1))
    monkeypatch.setattr(render, "_laid_out", None)
    second = render_notice(grant(lines=1, number="无锡知资〔2026〕12号"))
    assert "无锡知资〔2026〕12号" in text_of(second)
    assert text_of(first).replace("〕1号", "〕12号") == text_of(second)


@pytest.mark.parametrize("name", ["Cafe\u0301有限公司", "甲\u200d乙有限公司"])
def test_what_is_more_than_its_glyphs_is_laid_out(name: str) -> None:
    data = grant(lines=1)
    data["party"]["name"] = name
    assert render_notice(data) == laid_out(render._printable(data))


def test_marks_in_a_name_are_text() -> None:
    data = grant(lines=1)
    data["party"]["name"] = f"{filling.mark_of(0)}{filling.TITLE}有限公司"
    assert re.search(f"{filling.mark_of(0)}{filling.TITLE}有限公司：", text_of(render_notice(data)))
