"""The papers that are tables, on paper: the claim form (申报书) and the calculation by factors (因素法)."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from types import SimpleNamespace as Rows
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from applications.claims.models import Claim
from applications.claims.selectors.context import read_claim
from portal.accounts.models import Region
from review.appropriations.sheets import calculation_pdf
from review.documents.claim_form import RELATED, print_claim_form
from tests.depth import by_depth
from tests.review.documents.samples import LONG, RARE, REASON, SHORT
from tests.review.notices.test_render import embedded_fonts, numbered_as_the_standard_has_it, outside, text_of, words_of
from tests.review.notices.test_typesetting import LEFT_EDGE, MILLIMETRE, RIGHT_EDGE
from tests.review.worlds import submitted
from tests.verapdf import faults_of

NEAR = 0.5
LINES, NAMES = (1, 3, 12, 200), (SHORT, LONG, RARE)
# The longest that a field takes stands for a reason; two thousand characters are a table's cell.
REASONS = (REASON[:26] + "。", (REASON * 20)[:1999] + "。")
EVERY = list(product(LINES, NAMES, REASONS))
CASES = by_depth([(3, LONG, REASONS[1]), (12, RARE, REASONS[0])], nightly=EVERY)


def pages_of(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def picture(pdf: bytes, at: Path) -> None:
    """Keep the first three pages: the form's tables begin behind its cover."""
    subprocess.run(["pdftoppm", "-r", "60", "-png", "-l", "3", "-", str(at)], input=pdf, check=True)


def archival_faults(pdf: bytes) -> list[str]:
    """What veraPDF finds, at night: it takes some seconds to start."""
    asked: dict[str, bytes] = by_depth({}, nightly={"paper": pdf})
    return faults_of(asked) if asked else []


@pytest.mark.django_db
@pytest.mark.parametrize(("lines", "name", "reason"), CASES)
def test_a_claim_form_has_its_cover_its_tables_and_one_page_to_seal(
    lines: int, name: str, reason: str, artefacts: Path
) -> None:
    claim = Claim.objects.select_related(*RELATED).get(pk=submitted().pk)
    claim.applicant.name, claim.applicant.address = name, reason
    read = read_claim(claim)
    states = tuple(replace(read.lines[0], number=number) for number in range(1, lines + 1))
    with patch("review.documents.claim_form.read_claim", lambda _: replace(read, lines=states)):
        pdf = print_claim_form(claim)
    picture(pdf, artefacts / f"claim-form-{lines}-{len(name)}-{len(reason)}")
    words, text, pages = words_of(pdf), text_of(pdf, "-raw"), pages_of(pdf)

    # Text.
    assert text.count(name) >= 2
    assert reason in re.sub(r"—\d+—", "", text)
    assert text.count(str(read.lines[0].reading.values["patent_no"])) >= lines
    for part in ("一、申报单位", "二、申报内容", "三、申报材料", "四、申报金额", "五、申报承诺"):
        assert text.count(part) == 1
    # The cover: centred, without a number; every other page has its own.
    title = next(sides for page, sides, word in words if page == 1 and word == "知识产权专项资金")
    assert (title[0] + title[2]) / 2 == pytest.approx((LEFT_EDGE + RIGHT_EDGE) / 2, abs=NEAR)
    cover = text_of(pdf, "-raw", "-l", "1")
    for said in (name, "信用代码", "所属地区", "申报依据", "申报通知", "提交日期"):
        assert said in cover
    assert cover.endswith("知识产权局制")
    assert {page for page, sides, _ in words if sides[1] > 264} == set(range(2, pages + 1))
    assert numbered_as_the_standard_has_it(pdf)
    # The page to seal is the last, and has everything that is signed together.
    signs = {word: (page, sides[0]) for page, sides, word in words if "（盖章）：" in word or "（签名）：" in word}
    assert {page for page, _ in signs.values()} == {pages}
    assert len(signs) == 3
    assert all(left == pytest.approx(LEFT_EDGE + 10 * MILLIMETRE, abs=NEAR) for _, left in signs.values())
    # Nothing outside, no glyph missing.
    assert not outside(pdf, left=LEFT_EDGE, top=37, right=RIGHT_EDGE, bottom=262)
    assert all(0 not in used for _, used in embedded_fonts(pdf).values())
    assert archival_faults(pdf) == []


@pytest.mark.parametrize(("lines", "name", "reason"), CASES)
def test_a_calculation_by_factors_shows_every_district_and_its_sums_in_one_column(
    lines: int, name: str, reason: str, artefacts: Path
) -> None:
    codes = [str(320_000 + number) for number in range(lines)]
    factors = [("发明专利授权量", 60), ("专利密集型产业增加值", 40)]
    allocation: Any = Rows(
        title="2026年度知识产权专项资金",
        basis=reason.rstrip("。"),
        pool=Decimal(lines * 5000),
        inputs=[
            {"name": said, "weight": weight, "source": reason.rstrip("。"), "values": dict.fromkeys(codes, "12")}
            for said, weight in factors
        ],
        replaces=None,
        reason="",
        region=Region(name="无锡市", bureau="无锡市知识产权局"),
        computed_by=Rows(name="王建国"),
        computed_at=datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
        checked_by=None,
    )
    with patch("review.appropriations.sheets._names", lambda _: dict.fromkeys(codes, name)):
        pdf, _ = calculation_pdf(allocation)
    picture(pdf, artefacts / f"calculation-{lines}-{len(name)}-{len(reason)}")
    text = text_of(pdf, "-raw")

    assert text.count(name) == lines
    assert re.sub(r"—\d+—", "", text).count(reason.rstrip("。")) == 3
    assert f"合计100%{lines * 5000:,}.00" in text
    # Sums end at one edge, one to a line; every page of the table repeats its head.
    sums = [(page, round(sides[2], 1)) for page, sides, word in words_of(pdf) if word == "5,000.00"]
    assert len(sums) == lines + (lines == 1)
    assert len({edge for _, edge in sums}) == 1
    heads = {page for page, _, word in words_of(pdf) if word.startswith("区县")}
    assert {page for page, _ in sums} <= heads
    assert not outside(pdf, left=37, top=28, right=262, bottom=184)
    assert all(0 not in used for _, used in embedded_fonts(pdf).values())
    assert archival_faults(pdf) == []
    if lines <= 3 and reason == REASONS[0]:
        assert pages_of(pdf) == 1
