"""The built fonts: what they hold, that they are made once, and what is said where a source is missing."""

import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from fontTools.ttLib import TTFont
from pytest_django.fixtures import Settings

from portal.core.printable import unprintable
from review.notices import font_cutting, fonts
from review.notices.checks import check_printing
from review.notices.fonts import (
    FontsMissingError,
    build,
    current_fonts,
    file_of,
    find_rare_sources,
    rare_families,
)
from tests.review.notices.samples import RARE


def held(family: str) -> set[int]:
    with TTFont(file_of(family), lazy=True) as font:
        return set(font.getBestCmap())


def test_every_ideograph_and_mark_of_gbk_and_the_rare_ones_have_a_glyph() -> None:
    gbk = {
        char
        for high in range(0x81, 0xFF)
        for low in range(0x40, 0xFF)
        for char in bytes((high, low)).decode("gbk", errors="ignore")
        if char and unicodedata.category(char)[0] in "LNP"
    }
    everything = held("Notice Fang") | held("Notice Serif") | held("Notice Rare")
    assert {char for char in gbk if ord(char) not in everything} == set()
    assert {ord(char) for char in RARE} <= everything


def test_each_rare_face_has_what_no_face_before_it_has_and_the_coverage_names_all() -> None:
    families = rare_families(current_fonts())
    assert len(families) > 1, "the fonts of RARE_SOURCES are not installed"
    known: set[int] = set().union(*(held(family) for family in ("Notice Fang", "Notice Latin", "Notice Serif")))
    for family in families:
        mine = held(family)
        assert family == "Notice Rare" or not mine & known
        known |= mine
    composed = (chr(code) for code in sorted(known) if unicodedata.is_normalized("NFC", chr(code)))
    assert unprintable("\n".join(composed)) == []
    blocks = {0x20000: 42718, 0x2A700: 4149, 0x2B740: 222, 0x2B820: 5762, 0x2CEB0: 7473}
    assert {first: len(known & set(range(first, first + size))) for first, size in blocks.items()} == {
        first: pytest.approx(size, abs=10) for first, size in blocks.items()
    }


def test_a_copied_outline_is_the_sources_own_without_hints() -> None:
    source = next(one for one in find_rare_sources() if one.path.name.startswith("TW-Sung-Ext-B"))
    with TTFont(source.path, lazy=True) as theirs, TTFont(file_of("Notice Rare 3"), lazy=True) as ours:
        for code in (0x20001, 0x2A6D6):
            glyphs = [font["glyf"][font.getBestCmap()[code]] for font in (theirs, ours)]
            assert glyphs[0].getCoordinates(theirs["glyf"])[:2] == glyphs[1].getCoordinates(ours["glyf"])[:2]
            assert not glyphs[1].program.getBytecode()


def test_the_body_face_leaves_latin_and_the_yuan_sign_to_the_serif_behind_it() -> None:
    body = held("Notice Fang")
    assert 0x20 in body
    assert not body & (set(range(0x21, 0x250)) | {0xFFE5})
    assert set(range(0x20, 0x7F)) | {0xFFE5} <= held("Notice Serif")


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.family)
def test_a_built_font_has_small_tables_and_the_common_line_box(face: fonts.Face) -> None:
    with TTFont(file_of(face.family), lazy=True) as font:
        em = font["head"].unitsPerEm
        assert not {"GSUB", "GPOS", "CFF ", "vmtx", "vhea"} & set(font.keys())
        box = (font["hhea"].ascent / em, font["hhea"].descent / em)
        assert box == pytest.approx((font_cutting.ASCENT, font_cutting.DESCENT), abs=1 / em)
        assert font["name"].getDebugName(1) == face.family
        shifted = [
            name
            for name, (_, bearing) in font["hmtx"].metrics.items()
            if bearing != getattr(font["glyf"][name], "xMin", 0)
        ]
        assert shifted == [], "these glyphs would be drawn beside their place"


@pytest.mark.parametrize("family", ["Notice Title", "Notice Hei"])
def test_titles_and_heads_are_drawn_by_one_face_whatever_they_say(family: str) -> None:
    """Heads of columns are the labels of facts, which any document may name: one face holds every common character."""
    pairs = (
        bytes((high, low)).decode("gb2312", errors="ignore") for high in range(0xB0, 0xF8) for low in range(161, 255)
    )
    common = {ord(pair) for pair in pairs if pair}
    assert len(common) == 6763
    assert common | {ord(mark) for mark in "（）、："} <= held(family)


def test_figures_have_one_width_so_that_sums_stand_below_each_other() -> None:
    with TTFont(file_of("Notice Latin"), lazy=True) as font:
        characters, advances = font.getBestCmap(), font["hmtx"].metrics
        assert {advances[characters[ord(char)]][0] * 2 for char in "0123456789"} == {font["head"].unitsPerEm}


def test_frequent_characters_come_first() -> None:
    with TTFont(file_of("Notice Fang"), lazy=True) as font:
        characters = font.getBestCmap()
        assert max(font.getGlyphID(characters[ord(char)]) for char in "资助决定通知书") < 300


def test_building_again_from_the_same_sources_does_nothing() -> None:
    folder, fresh = build()
    assert not fresh
    assert folder == current_fonts()


def test_other_code_or_characters_make_the_fonts_anew_and_a_comment_does_not() -> None:
    source = "HEADINGS = '资助'  # ours\n"
    assert fonts.recipe([source]) == fonts.recipe(["# Ours.\nHEADINGS = '资助'\n"])
    assert fonts.recipe([source]) != fonts.recipe([source.replace("资助", "资助材料")])


def test_a_missing_source_font_fails_the_build_and_names_package_and_remedy(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = fonts._installed_fonts(settings.NOTICE_FONT_SOURCES)
    without = {key: source for key, source in everything.items() if "Fan" not in key[0]}
    monkeypatch.setattr(fonts, "_installed_fonts", lambda _: without)
    settings.NOTICE_FONTS_DIR = tmp_path
    with pytest.raises(CommandError, match=r"FandolFang（Debian：texlive-lang-chinese）.*make fonts"):
        call_command("build_fonts", stdout=StringIO())
    assert list(tmp_path.iterdir()) == []


def test_a_licensed_font_in_the_first_folder_is_preferred(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    licensed = fonts.Source(Path("simfang.ttf"), 0)
    everything = fonts._installed_fonts(settings.NOTICE_FONT_SOURCES) | {("FangSong_GB2312", "Regular"): licensed}
    monkeypatch.setattr(fonts, "_installed_fonts", lambda _: everything)
    assert fonts.find_sources()["Notice Fang"] == licensed


def test_start_up_warns_of_missing_fonts_and_of_the_missing_library(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_printing(None) == []
    settings.NOTICE_FONTS_DIR = tmp_path
    monkeypatch.setattr("review.notices.checks.SUBSET_LIBRARY", "libno-such-thing.so.0")
    assert [message.id for message in check_printing(None)] == ["notices.W001", "notices.W002"]


def test_half_built_fonts_are_not_used(settings: Settings, tmp_path: Path) -> None:
    settings.NOTICE_FONTS_DIR = tmp_path
    (tmp_path / "current").write_text("abc")
    with pytest.raises(FontsMissingError, match="不完整"):
        current_fonts()
