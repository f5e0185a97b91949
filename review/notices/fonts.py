"""The notices' fonts: found on the machine once, cut down, and kept.

A whole Noto CJK collection costs every notice a third of a second and the worker a gigabyte. `build` therefore
makes six small TrueType fonts at set-up, in a folder named by a hash of everything that went into them, with a
Fontconfig file that shows WeasyPrint these six and nothing else of the machine: the same notice comes out of
every worker alike.

| family       | what for                  | drawn by, in this order                        |
|--------------|---------------------------|------------------------------------------------|
| Notice Fang  | 仿宋, the body            | FangSong_GB2312, FangSong, FandolFang          |
| Notice Title | 小标宋, office and title  | FZXiaoBiaoSong-B05S, Noto Serif CJK SC Bold    |
| Notice Hei   | 黑体, our headings        | SimHei, Noto Sans CJK SC                       |
| Notice Latin | letters and figures       | Times New Roman, Liberation Serif              |
| Notice Serif | other marks               | Noto Serif CJK SC                              |
| Notice Rare  | characters past GB 2312   | Noto Serif CJK SC, all that it has             |

Licensed fonts come first where a site has put them into one of `settings.NOTICE_FONT_SOURCES`.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import fontTools
from django.conf import settings
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

# Part of the hash: raise it when this module makes other fonts from the same sources.
RECIPE = 9
# How far, in 1/1000 em, each step of redrawing may stray: at 16 pt, a tenth of a dot at 300 dpi.
MAX_ERROR = 1
# All faces share the box of a Chinese character, so that a line keeps its height whichever of them it mixes.
ASCENT = 0.88
DESCENT = -0.12
# What notices print all the time comes first in every font: an embedded font's tables end with the last glyph used.
# Titles and headings are wholly ours; those of notices yet to come stand here too.
HEADINGS = (
    "资助决定通知书不予支持受理补正审核结果拨付追缴一二三四五六七八九十、依据金额理由救济途径联系方式序号权利（合同）关键日期"
    "标准和计算元说明认定内容附件明细对象项"
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
CURRENT = "current"
REMEDY = "运行 make fonts（或安装 fonts-noto-cjk，取得 FandolFang，再运行 python manage.py build_fonts）。"


class FontsMissingError(RuntimeError):
    """A source font, or the built set, is not there. The message says what to install or run."""


@dataclass(frozen=True)
class Face:
    """One font to build: `family` is its name in the style sheet, `sources` (family, style) in order of liking."""

    family: str
    sources: tuple[tuple[str, str], ...]
    characters: str
    package: str
    # Whether to join short curves: FandolFang is drawn with twice the points it needs, and is most of a notice's bytes.
    joined: bool = False


FACES = (
    Face(
        "Notice Fang",
        (
            ("FangSong_GB2312", "Regular"),
            ("FangSong", "Regular"),
            ("FandolFang R", "Regular"),
            ("FandolFang", "Regular"),
        ),
        "fang",
        "texlive-lang-chinese",
        joined=True,
    ),
    Face(
        "Notice Title",
        (("FZXiaoBiaoSong-B05S", "Regular"), ("Noto Serif CJK SC", "Bold")),
        "title",
        "fonts-noto-cjk",
    ),
    Face("Notice Hei", (("SimHei", "Regular"), ("Noto Sans CJK SC", "Regular")), "headings", "fonts-noto-cjk"),
    Face(
        "Notice Latin",
        (("Times New Roman", "Regular"), ("Liberation Serif", "Regular")),
        "latin",
        "fonts-liberation",
    ),
    Face("Notice Serif", (("Noto Serif CJK SC", "Regular"),), "marks", "fonts-noto-cjk"),
    Face("Notice Rare", (("Noto Serif CJK SC", "Regular"),), "rare", "fonts-noto-cjk"),
)


@dataclass(frozen=True)
class Source:
    """A font file on this machine; `index` is the font's place in a collection."""

    path: Path
    index: int


def current_fonts() -> Path:
    """The folder of the fonts in use. Raises FontsMissingError when nothing has been built."""
    try:
        folder = Path(settings.NOTICE_FONTS_DIR) / (Path(settings.NOTICE_FONTS_DIR) / CURRENT).read_text().strip()
    except FileNotFoundError:
        raise FontsMissingError(f"通知书字体尚未生成：{REMEDY}") from None
    if not (folder / "fonts.conf").is_file():
        raise FontsMissingError(f"通知书字体不完整：{REMEDY}")
    return folder


def find_sources() -> dict[str, Source]:
    """The file that draws each family. Raises FontsMissingError naming every family that has none."""
    known = _installed_fonts(settings.NOTICE_FONT_SOURCES)
    found: dict[str, Source] = {}
    missing: list[str] = []
    for face in FACES:
        source = next((known[wanted] for wanted in face.sources if wanted in known), None)
        if source:
            found[face.family] = source
        else:
            missing.append(f"{' / '.join(name for name, _ in face.sources)}（Debian：{face.package}）")
    if missing:
        raise FontsMissingError(f"缺少字体 {'、'.join(missing)}。{REMEDY}")
    return found


def build(*, force: bool = False) -> tuple[Path, bool]:
    """Build the fonts if these sources have not been built before; returns the folder and whether work was done.

    Takes about half a minute on two cores. Safe beside running workers: a finished folder never changes, and the
    pointer to it is replaced in one step. Raises FontsMissingError when a source font is missing.
    """
    sources = find_sources()
    root = Path(settings.NOTICE_FONTS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    folder = root / _key(sources)
    fresh = force or not (folder / "fonts.conf").is_file()
    if fresh:
        work = Path(tempfile.mkdtemp(prefix="building-", dir=root))
        try:
            _build_faces(sources, work)
            (work / "fonts.conf").write_text(_fontconfig(folder), encoding="utf-8")
            work.chmod(0o755)
            shutil.rmtree(folder, ignore_errors=True)
            work.rename(folder)
            _scan(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    pointer = root / f"{CURRENT}.{os.getpid()}"
    pointer.write_text(folder.name)
    pointer.replace(root / CURRENT)
    return folder, fresh


def file_of(family: str) -> Path:
    """The built file of a family, for tests and measurements."""
    return current_fonts() / _file_name(family)


def _scan(folder: Path) -> None:
    """Let Fontconfig scan the folder now, as whoever may write there: a worker may not, and would scan at each start.

    Only speed depends on it, so that a failure is no error.
    """
    (folder / "cache").mkdir(exist_ok=True)
    private = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    subprocess.run(["fc-cache"], env=private, check=False, capture_output=True)  # noqa: S607


def _installed_fonts(folders: Iterable[Path | str]) -> dict[tuple[str, str], Source]:
    """Every (family, style) of the folders and of the machine; a font in an earlier folder wins."""
    scans = [["fc-scan", str(folder)] for folder in folders if Path(folder).is_dir()] + [["fc-list"]]
    known: dict[tuple[str, str], Source] = {}
    for command in scans:
        shape = r"%{family}\t%{style}\t%{index}\t%{file}\n"
        try:
            listed = subprocess.run(  # noqa: S603 - two fixed programs, and folders named in settings
                [*command, "--format", shape], capture_output=True, text=True, check=True
            ).stdout
        except FileNotFoundError:
            raise FontsMissingError(f"缺少 {command[0]}：请安装 Debian 软件包 fontconfig。") from None
        for line in sorted(listed.splitlines()):
            families, styles, index, path = line.split("\t")
            for family in families.split(","):
                for style in styles.split(","):
                    # The upper half of the index counts instances of a variable font.
                    known.setdefault((family, style), Source(Path(path), int(index) & 0xFFFF))
    return known


def _key(sources: dict[str, Source]) -> str:
    digest = hashlib.sha256(f"{RECIPE} {fontTools.version}".encode())
    contents = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in {s.path for s in sources.values()}}
    for face in FACES:
        source = sources[face.family]
        digest.update(f"{face} {contents[source.path]} {source.index}".encode())
    return digest.hexdigest()[:16]


def _build_faces(sources: dict[str, Source], folder: Path) -> None:
    """Cut all faces, the slowest first, on as many cores as there are."""
    order = ["Notice Rare", "Notice Title", "Notice Fang", "Notice Serif", "Notice Hei", "Notice Latin"]
    faces = sorted(FACES, key=lambda face: order.index(face.family))
    with ProcessPoolExecutor(max_workers=min(len(faces), os.cpu_count() or 1)) as pool:
        jobs = [
            pool.submit(_build_face, face, sources[face.family], folder / _file_name(face.family)) for face in faces
        ]
        for job in jobs:
            job.result()


def _build_face(face: Face, source: Source, target: Path) -> None:
    """Draw the face's characters anew from the source, in quadratic outlines and under the family's name.

    Drawing is several times quicker than subsetting a collection of 65,535 glyphs, and leaves nothing behind: no
    layout tables, no vertical metrics, no hints. Quadratic outlines embed in half the size of cubic ones.
    """
    wanted = _characters(face.characters)
    with TTFont(source.path, fontNumber=source.index, lazy=True) as font:
        em = font["head"].unitsPerEm
        characters = {code: name for code, name in font.getBestCmap().items() if code in wanted}
        names = list(dict.fromkeys([".notdef", *(characters[code] for code in sorted(characters, key=_rank))]))
        glyphs = _draw_glyphs(font, names, joined=face.joined)
        advances = {name: font["hmtx"].metrics[name][0] for name in names}
    builder = FontBuilder(em, isTTF=True)
    # The notice's bytes must not depend on the day its fonts were made.
    builder.updateHead(created=A_DAY, modified=A_DAY)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(characters)
    builder.setupGlyf(glyphs)
    # Only now do the glyphs know their bounds; a side bearing other than xMin would shift the drawing.
    builder.setupHorizontalMetrics({name: (advances[name], getattr(glyphs[name], "xMin", 0)) for name in names})
    ascent, descent = round(ASCENT * em), round(DESCENT * em)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent, lineGap=0)
    builder.setupNameTable({"familyName": face.family, "styleName": "Regular", "psName": face.family.replace(" ", "")})
    builder.setupOS2(
        sTypoAscender=ascent, sTypoDescender=descent, sTypoLineGap=0, usWinAscent=ascent, usWinDescent=-descent
    )
    builder.setupPost(keepGlyphNames=False)
    builder.save(target)


def _draw_glyphs(font: TTFont, names: list[str], *, joined: bool) -> dict[str, Glyph]:
    """The named glyphs as quadratic outlines, composites taken apart."""
    drawn = font.getGlyphSet()
    step = MAX_ERROR * font["head"].unitsPerEm / 1000
    cubic = "glyf" not in font
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(None)
        through = Cu2QuPen(pen, step, reverse_direction=cubic)
        if joined:
            # Via quadratic splines to fewer cubic curves and back: a sixth of the points goes, and no corner.
            through = Cu2QuPen(Qu2CuPen(through, step, all_cubic=True), step)
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


def _characters(which: str) -> set[int]:
    """Code points of a face.

    `fang` is all but Latin letters and digits, which FandolFang draws badly (and ￥ as a dollar sign): those come
    from the faces behind it. Only the plain space stays. `latin` has figures of one width, as columns of sums need.
    `headings` are our own words, and need no more than these; a `title` begins with the name of an office. `rare`
    begins where GB 2312 ends: hardly a notice opens that large font, and those that do lose a few milliseconds.
    """
    if which == "fang":
        return ({0x20} | set(range(0x2010, 0x2FFFF))) - {0xFFE5, 0x20AC}
    pairs = (bytes((first, second)).decode("gb2312", errors="ignore") for first in range(0xA1, 0xF8) for second in LOW)
    gb2312 = {ord(pair) for pair in pairs if pair}
    if which == "rare":
        return {code for first, last in HAN_BLOCKS for code in range(first, last + 1)} - gb2312
    if which == "latin":
        return set(range(0x20, 0x7F)) | set(range(0xA1, 0x180)) - {0xB7, 0xD7, 0xF7}
    marks = set(range(0x20, 0x7F)) | set(range(0xA0, 0x530)) | {ord(mark) for mark in MARKS}
    if which == "title":
        return marks | gb2312
    if which == "headings":
        return marks | {ord(char) for char in HEADINGS}
    return marks | {code for code in gb2312 if code < HAN or code > LAST_HAN}


def _file_name(family: str) -> str:
    return f"{family.replace(' ', '-').lower()}.ttf"


def _fontconfig(folder: Path) -> str:
    """A Fontconfig file that knows this folder only, and keeps its scan so that a worker starts at once."""
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig>\n  <dir>{folder}</dir>\n  <cachedir>{folder / 'cache'}</cachedir>\n</fontconfig>\n"
    )
