"""Every kind of notice on paper: every measure that a ruler finds, every word that was given, on the pages expected."""

import io
import re
import subprocess
from datetime import date
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from applications.claims.models import Claim
from policies.published.models import SupportItem
from portal.accounts.enums import RegionLevel
from portal.accounts.models import Region
from review.notices.enums import NoticeKind
from review.notices.models import Notice
from review.notices.proof import proof_of_service
from review.notices.render import print_letter
from review.notices.snapshot import read_snapshot
from review.notices.typesetting import CLOSING, HANG
from review.wordings.enums import Trial
from review.wordings.language import paragraphs
from review.wordings.specimens import specimen
from tests.depth import by_depth
from tests.review.documents.samples import LONG, RARE, REASON, SHORT
from tests.review.notices.test_render import (
    POINT,
    embedded_fonts,
    numbered_as_the_standard_has_it,
    outside,
    page_numbers,
    text_of,
    words_of,
)
from tests.review.notices.test_typesetting import LEFT_EDGE, MILLIMETRE, RIGHT_EDGE, drawn_lines

OFFICE = Region(
    code="320200", name="无锡市", level=RegionLevel.CITY, bureau="无锡市知识产权局", contact="0510-12345678"
)
ONE_LINE, LONG_REASON = REASON[:26] + "。", (REASON * 20)[:1999] + "。"
EVERY = list(product(NoticeKind, (1, 3, 12, 200), (SHORT, LONG, RARE), (ONE_LINE, LONG_REASON)))
# Each kind once, and between them every number of lines, every name and every reason.
COVERING = [
    (kind, (1, 3, 12, 200)[at % 4], (SHORT, LONG, RARE)[at % 3], (ONE_LINE, LONG_REASON)[at % 2])
    for at, kind in enumerate(NoticeKind)
]
CASES = by_depth(COVERING, nightly=EVERY)


def notice_of(kind: NoticeKind, lines: int, name: str, reason: str) -> dict[str, Any]:
    """A notice of a kind with so many of what it lists, if it lists anything."""
    data = specimen(OFFICE, kind, Trial.SAMPLE).to_json()
    data["party"]["name"] = name
    if data["lines"]:
        data["lines"] = data["lines"] * lines
        data["total"] = f"{5000 * lines}.00"
    for listed in ("subjects", "files"):
        data[listed] = data[listed] * lines
    if data["reasons"]:
        data["reasons"] = [{"text": reason, "basis": ""}]
    return data


@pytest.mark.parametrize(("kind", "lines", "name", "reason"), CASES)
def test_every_measure_holds_and_every_word_is_there(
    kind: NoticeKind, lines: int, name: str, reason: str, artefacts: Path
) -> None:
    data = notice_of(kind, lines, name, reason)
    letter = print_letter(data)
    pdf = letter.content
    picture = artefacts / f"notice-{kind}-{lines}-{len(name)}-{len(reason)}"
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", "-", str(picture)], input=pdf, check=True)
    words, drawn = words_of(pdf), list(drawn_lines(pdf))
    text = re.sub(r"—\d+—|无锡知样〔2026〕1号附件第\d+页，共\d+页", "", text_of(pdf))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        pages = len(document.pages)

    # Every word, on the pages expected.
    assert f"{name}：" in text
    assert not data["reasons"] or reason in text
    assert str(kind.label) in text
    assert not data["lines"] or text.count("ZL201710600001.3") == lines
    for said in paragraphs(read_snapshot(data), annexed="附件：" in text):
        assert "".join(said.split()) in text
    assert all(0 not in used for _, used in embedded_fonts(pdf).values()), "a glyph is missing"
    if reason == ONE_LINE or not data["reasons"]:
        assert (pages == 1) == (len(data["lines"] or data["subjects"] or data["files"]) <= 3)
    # Head and number are centred, every page is numbered; the date ends four characters from the edge, beside text.
    number = next(sides for _, sides, word in words if word == "无锡知样〔2026〕1号")
    assert (number[0] + number[2]) / 2 == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=0.5)
    head = next(sides for _, sides, word in words if word == OFFICE.bureau)
    assert (head[0] + head[2]) / 2 == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=0.5)
    assert head[1] == pytest.approx(37 + (9.2 - 22 * POINT) / 2, abs=0.5)
    assert len(page_numbers(pdf)) == pages
    assert numbered_as_the_standard_has_it(pdf)
    signed = {at: sides for at, sides, word in words if word == "2026年11月21日" and sides[0] > 120}
    assert any(sides[2] == pytest.approx(RIGHT_EDGE - 4 * MILLIMETRE, abs=0.5) for sides in signed.values())
    assert sum(at in signed for at, _, _, _ in drawn) >= 4
    # The seal stands on signature and date and on no other text, and not above its page's text by more than a line.
    left, bottom, right, top = (side * POINT for side in letter.place.seal_box)
    below = signed[letter.place.page + 1]
    assert (left + right) / 2 == pytest.approx((below[0] + below[2]) / 2, abs=0.5)
    over = [sides for at, sides, _ in words if at == letter.place.page + 1 and sides[3] < 297 - bottom - 20]
    lowest = max(sides[3] for sides in over if sides[3] - sides[1] > 5)
    assert -0.2 <= 297 - top - lowest <= 225 / 22
    # One distance between the lines of a page, 22 to 31 of them to a page.
    tops = sorted({round(top, 1) for at, (_, top, _, bottom), _ in words if at == 1 and 5.5 < bottom - top < 5.7})
    steps = [below - above for above, below in pairwise(tops) if below - above > 2]
    assert 225 / 31 - 0.2 <= min(steps) <= 225 / 22 + 0.2
    # Nothing outside the text area; the right edge straight.
    for at, (left, top, right, bottom), word in words:
        if top < 263.5:
            assert left >= LEFT_EDGE - 0.1, word
            assert right <= RIGHT_EDGE + 0.1 + HANG * MILLIMETRE, word
            assert top >= 36 or (at > 1 and top >= 26), word
            assert bottom <= 263, word
    full = [(right, line) for _, left, right, line in drawn if right > RIGHT_EDGE - 6 and left < 40]
    for right, line in full:
        assert RIGHT_EDGE - right <= 0.15 or line[-1] in CLOSING, (right, line)


@pytest.mark.parametrize("name", [SHORT, LONG, RARE])
def test_a_sheet_to_sign_for_a_notice_stands_on_one_page(name: str, artefacts: Path) -> None:
    data = notice_of(NoticeKind.GRANT, 1, name, "")
    claim = Claim(number="SB2026-0000123", item=SupportItem(title=f"{RARE}发明专利授权资助"))
    notice = Notice(kind="grant", number="无锡知资〔2026〕1号", region=OFFICE, claim=claim, snapshot=data)
    notice.issued_on = date(2026, 11, 21)
    pdf = proof_of_service(notice)
    picture = artefacts / f"proof-{len(name)}"
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", "-", str(picture)], input=pdf, check=True)
    text = text_of(pdf, "-raw")
    for words in ("送达回证", "无锡知资〔2026〕1号", name, f"{RARE}发明专利授权资助", "受送达人", "送达人", "拒绝签收"):
        assert words in text
    assert {page for page, _, _ in words_of(pdf)} == {1}
    assert not outside(pdf, left=26, top=25, right=186, bottom=275)
    title = next(sides for _, sides, word in words_of(pdf) if word == "送达回证")
    assert (title[0] + title[2]) / 2 == pytest.approx(106, abs=0.5)
