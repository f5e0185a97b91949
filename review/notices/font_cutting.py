"""Cut one of the notices' fonts out of another font: which characters a face has, and how they are drawn anew."""

import struct
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.DefaultTable import DefaultTable

# How far, in 1/1000 em, each step of redrawing may stray, at 16 pt a tenth of a dot at 300 dpi; and further in a face
# whose bytes count, which is also drawn on a coarser grid: half as many units to the em, a quarter of a dot at 600 dpi.
MAX_ERROR, MAX_ERROR_JOINED = 1, 1.5
JOINED_EM = 500
# All faces share the box of a Chinese character, so that a line keeps its height whichever of them it mixes.
ASCENT = 0.88
DESCENT = -0.12
# What notices print all the time comes first in every font: an embedded font's tables end with the last glyph used.
HEADINGS = (
    "资助决定通知书不予支持受理补正审核结果拨付追缴一二三四五六七八九十、依据金额理由救济途径联系方式序号权利（合同）关键日期"
    "标准和计算元说明认定内容附件明细对象项送达回证文书受人案由地点直留置邮寄电子公其他签名盖章代收及两备注准原变更为撤销事实材料"
)
FREQUENT = HEADINGS + (
    "，。：；《》“”〔〕年月你单位于提交的申报编经由会议纪要并至公示现以大写人民币零壹贰叁肆伍陆柒捌玖拾佰仟万亿角分整"
    "其中市级承担区各项如下对本服可自收到之起内向政府请行复也有管辖法院诉讼电话扫码验真伪印章按总限制核减"
)
# Radicals, kana and marks, extension A, the base block, compatibility forms, extensions B and later.
HAN_BLOCKS = ((0x2000, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFFEF), (0x20000, 0x3FFFF))
HAN, LAST_HAN = 0x4E00, 0x9FFF
LOW = range(0xA1, 0xFF)
MARKS = "–—‘’“”…·•×÷±≤≥№℃①②③④⑤⑥⑦⑧⑨⑩〇¥￥□■☐☑✓"
# 2020-12-30, in seconds since 1904.
A_DAY = 3692131200


@dataclass(frozen=True)
class Source:
    """A font file on this machine; `index` is the font's place in a collection."""

    path: Path
    index: int


def codes_of(source: Source) -> set[int]:
    with TTFont(source.path, fontNumber=source.index, lazy=True) as font:
        return set(font.getBestCmap())


def build_face(
    family: str, source: Source, target: Path, *, wanted: set[int], joined: bool = False, copied: bool = False
) -> None:
    """Draw the wanted characters anew from the source, in quadratic outlines and under the family's name.

    Drawing is several times quicker than subsetting a collection of 65,535 glyphs, and leaves nothing behind: no
    layout tables, no vertical metrics, no hints. Quadratic outlines embed in half the size of cubic ones. With
    `copied`, outlines that are quadratic already are taken over as they are.
    """
    with TTFont(source.path, fontNumber=source.index, lazy=True) as font:
        drawn_em = font["head"].unitsPerEm
        em = JOINED_EM if joined else drawn_em
        characters = {code: name for code, name in font.getBestCmap().items() if code in wanted}
        names = list(dict.fromkeys([".notdef", *(characters[code] for code in sorted(characters, key=_rank))]))
        advances = {name: round(font["hmtx"].metrics[name][0] * em / drawn_em) for name in names}
        builder = FontBuilder(em, isTTF=True)
        # The notice's bytes must not depend on the day its fonts were made.
        builder.updateHead(created=A_DAY, modified=A_DAY)
        builder.font.recalcTimestamp = False
        builder.setupGlyphOrder(names)
        builder.setupCharacterMap(characters)
        # A side bearing other than xMin would shift the drawing.
        if copied and "glyf" in font:
            outlines = _copy_outlines(font, names)
            _set_outlines(builder.font, outlines, font)
            bearings = [struct.unpack(">h", outline[2:4])[0] if outline else 0 for outline in outlines]
        else:
            glyphs = _draw_glyphs(font, names, joined=joined)
            builder.setupGlyf(glyphs)
            bearings = [getattr(glyphs[name], "xMin", 0) for name in names]
        builder.setupHorizontalMetrics({name: (advances[name], at) for name, at in zip(names, bearings, strict=True)})
    ascent, descent = round(ASCENT * em), round(DESCENT * em)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent, lineGap=0)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2(
        sTypoAscender=ascent, sTypoDescender=descent, sTypoLineGap=0, usWinAscent=ascent, usWinDescent=-descent
    )
    builder.setupPost(keepGlyphNames=False)
    builder.save(target)


def _copy_outlines(font: TTFont, names: list[str]) -> list[bytes]:
    """The outlines of the named glyphs as the file has them, without their hints; composites are drawn."""
    table, places, order = font.reader["glyf"], font["loca"].locations, font.getReverseGlyphMap()
    outlines = []
    for name in names:
        at = order[name]
        outline = table[places[at] : places[at + 1]]
        if outline:
            (contours,) = struct.unpack(">h", outline[:2])
            hints = 10 + 2 * contours
            if contours < 0:
                outline = _draw_glyphs(font, [name], joined=False)[name].compile(None)
            else:
                (length,) = struct.unpack(">H", outline[hints : hints + 2])
                outline = outline[:hints] + b"\0\0" + outline[hints + 2 + length :]
        outlines.append(outline + bytes(-len(outline) % 4))
    return outlines


def _set_outlines(font: TTFont, outlines: list[bytes], source: TTFont) -> None:
    """Put outlines into a font as its file will have them: reading and writing 60,000 glyphs takes minutes."""
    font.recalcBBoxes = False
    glyf, loca = DefaultTable("glyf"), DefaultTable("loca")
    glyf.data = b"".join(outlines)
    loca.data = struct.pack(f">{len(outlines) + 1}L", *accumulate(map(len, outlines), initial=0))
    font["glyf"], font["loca"], font["maxp"] = glyf, loca, source["maxp"]
    for name in ("xMin", "yMin", "xMax", "yMax"):
        setattr(font["head"], name, getattr(source["head"], name))
    font["head"].indexToLocFormat = 1


def _draw_glyphs(font: TTFont, names: list[str], *, joined: bool) -> dict[str, Glyph]:
    """The named glyphs as quadratic outlines, composites taken apart."""
    drawn = font.getGlyphSet()
    em = font["head"].unitsPerEm
    step = (MAX_ERROR_JOINED if joined else MAX_ERROR) * em / 1000
    smaller = JOINED_EM / em
    cubic = "glyf" not in font
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(None)
        if joined:
            # Via quadratic splines to fewer cubic curves and back: a sixth of the points goes, and no corner.
            finer = step * smaller
            through = Cu2QuPen(pen, finer, reverse_direction=cubic)
            through = Cu2QuPen(Qu2CuPen(through, finer, all_cubic=True), finer)
            through = TransformPen(through, (smaller, 0, 0, smaller, 0, 0))
        else:
            through = Cu2QuPen(pen, step, reverse_direction=cubic)
        drawn[name].draw(DecomposingFilterPen(through, drawn))
        glyphs[name] = pen.glyph()
    return glyphs


def _rank(code: int) -> tuple[int, bytes, int]:
    """Order of a character in its font: frequent ones, Latin, the first and second level of GB 2312, the rest."""
    char = chr(code)
    if char in FREQUENT or code < 0x7F:
        return (0, b"", code)
    try:
        return (1, char.encode("gb2312"), code)
    except UnicodeEncodeError:
        return (2, b"", code)


def characters_of(which: str) -> set[int]:
    """Code points of a face.

    `fang` is all but Latin letters and digits, which FandolFang draws badly (and ￥ as a dollar sign): those come
    from the faces behind it. Only the plain space stays. `latin` has figures of one width, as columns of sums need.
    A `title` begins with the name of an office, and the head of a column may be any fact's: both have GB 2312 whole.
    `rare` begins where that ends: hardly a notice opens that large font, and those that do lose a few milliseconds.
    """
    if which == "fang":
        return ({0x20} | set(range(0x2010, 0x2FFFF))) - {0xFFE5, 0x20AC}
    pairs = (bytes((first, second)).decode("gb2312", errors="ignore") for first in range(0xA1, 0xF8) for second in LOW)
    gb2312 = {ord(pair) for pair in pairs if pair}
    if which == "rare":
        selectors = set(range(0xFE00, 0xFE10))
        return {code for first, last in HAN_BLOCKS for code in range(first, last + 1)} - gb2312 - selectors
    if which == "latin":
        return set(range(0x20, 0x7F)) | set(range(0xA1, 0x180)) - {0xB7, 0xD7, 0xF7}
    marks = set(range(0x20, 0x7F)) | set(range(0xA0, 0x530)) | {ord(mark) for mark in MARKS}
    if which == "title":
        return marks | gb2312
    return marks | {code for code in gb2312 if code < HAN or code > LAST_HAN}
