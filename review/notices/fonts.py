"""The notices' fonts: found on the machine once, cut down, and kept.

A whole Noto CJK collection costs every notice a third of a second and the worker a gigabyte. `build` therefore
makes small TrueType fonts at set-up, in a folder named by a hash of everything that went into them, with a
Fontconfig file that shows WeasyPrint these and nothing else of the machine: the same notice comes out of
every worker alike.

| family       | what for                  | drawn by, in this order                        |
|--------------|---------------------------|------------------------------------------------|
| Notice Fang  | 仿宋, the body            | FangSong_GB2312, FangSong, FandolFang          |
| Notice Title | 小标宋, office and title  | FZXiaoBiaoSong-B05S, Noto Serif CJK SC Bold    |
| Notice Hei   | 黑体, headings and heads  | SimHei, Noto Sans CJK SC                       |
| Notice Latin | letters and figures       | Times New Roman, Liberation Serif              |
| Notice Serif | other marks               | Noto Serif CJK SC                              |
| Notice Rare  | characters past GB 2312   | Noto Serif CJK SC, all that it has             |
| Notice Rare 2, 3 … | what is rarer still  | each font of `RARE_SOURCES`, what none before it has |

Licensed fonts come first where a site has put them into one of `settings.NOTICE_FONT_SOURCES`; a font for rare
characters, such as one for GB 18030-2022, goes into the folder `rare` beside them.
"""

import ast
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

from portal.core.printable import COVERAGE
from review.notices import font_cutting
from review.notices.font_cutting import Source, build_face, characters_of, codes_of

# What makes the fonts: whatever changes in these makes them anew.
_MAKERS = (Path(__file__), Path(font_cutting.__file__))
CURRENT = "current"
REMEDY = "运行 make fonts（或安装 fonts-noto-cjk，取得 FandolFang，再运行 python manage.py build_fonts）。"


# Fonts for the characters that Noto lacks, in order of liking. Each that is installed makes a face of its own.
RARE_SOURCES = ("TW-Sung", "TW-Sung-Ext-B", "HanaMinA", "HanaMinB", "BabelStone Han")
# The faces behind one another in every text of a notice: what one of them has can be printed.
BODY = ("Notice Fang", "Notice Latin", "Notice Serif", "Notice Rare")


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
    Face("Notice Hei", (("SimHei", "Regular"), ("Noto Sans CJK SC", "Regular")), "title", "fonts-noto-cjk"),
    Face(
        "Notice Latin",
        (("Times New Roman", "Regular"), ("Liberation Serif", "Regular")),
        "latin",
        "fonts-liberation",
    ),
    Face("Notice Serif", (("Noto Serif CJK SC", "Regular"),), "marks", "fonts-noto-cjk"),
    Face("Notice Rare", (("Noto Serif CJK SC", "Regular"),), "rare", "fonts-noto-cjk"),
)


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


def find_rare_sources() -> list[Source]:
    """The fonts for the rarest characters: the site's own, then those of `RARE_SOURCES` that this machine has."""
    own = [Path(folder) / "rare" for folder in settings.NOTICE_FONT_SOURCES]
    sites = [source for folder in own if folder.is_dir() for source in _listed(["fc-scan", str(folder)]).values()]
    known = _installed_fonts(())
    return list(
        dict.fromkeys([*sites, *(known[name, "Regular"] for name in RARE_SOURCES if (name, "Regular") in known)])
    )


def rare_families(folder: Path) -> list[str]:
    """The families for rare characters of a built folder, in the order in which they are asked."""
    count = len(list(folder.glob("notice-rare*.ttf")))
    return ["Notice Rare", *(f"Notice Rare {number}" for number in range(2, count + 1))]


def build(*, force: bool = False) -> tuple[Path, bool]:
    """Build the fonts if these sources have not been built before; returns the folder and whether work was done.

    Takes about half a minute on two cores. Safe beside running workers: a finished folder never changes, and the
    pointer to it is replaced in one step. Raises FontsMissingError when a source font is missing.
    """
    sources, rare = find_sources(), find_rare_sources()
    root = Path(settings.NOTICE_FONTS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    folder = root / _key(sources, rare)
    fresh = force or not (folder / "fonts.conf").is_file()
    if fresh:
        work = Path(tempfile.mkdtemp(prefix="building-", dir=root))
        try:
            _build_faces(sources, rare, work)
            _write_coverage(work)
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
    return current_fonts() / file_name(family)


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
        known = _listed(command) | known
    return known


def _listed(command: list[str]) -> dict[tuple[str, str], Source]:
    """Every (family, style) that a program of Fontconfig lists."""
    shape = r"%{family}\t%{style}\t%{index}\t%{file}\n"
    try:
        listed = subprocess.run(  # noqa: S603 - two fixed programs, and folders named in settings
            [*command, "--format", shape], capture_output=True, text=True, check=True
        ).stdout
    except FileNotFoundError:
        raise FontsMissingError(f"缺少 {command[0]}：请安装 Debian 软件包 fontconfig。") from None
    known: dict[tuple[str, str], Source] = {}
    for line in sorted(listed.splitlines()):
        families, styles, index, path = line.split("\t")
        for family in families.split(","):
            for style in styles.split(","):
                # The upper half of the index counts instances of a variable font.
                known.setdefault((family, style), Source(Path(path), int(index) & 0xFFFF))
    return known


def _key(sources: dict[str, Source], rare: list[Source]) -> str:
    digest = hashlib.sha256(f"{recipe([path.read_text('utf-8') for path in _MAKERS])} {fontTools.version}".encode())
    contents = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in {s.path for s in sources.values()}}
    for face in FACES:
        source = sources[face.family]
        digest.update(f"{face} {contents[source.path]} {source.index}".encode())
    for source in rare:
        # Hundreds of megabytes: name and size tell versions apart.
        digest.update(f"{source.path.name} {source.index} {source.path.stat().st_size}".encode())
    return digest.hexdigest()[:16]


def recipe(sources: Iterable[str]) -> str:
    """The modules that make the fonts as one text, in which comments and layout are nothing."""
    return "\n".join(ast.dump(ast.parse(source)) for source in sources)


def _build_faces(sources: dict[str, Source], rare: list[Source], folder: Path) -> None:
    """Cut all faces, the slowest first, on as many cores as there are."""
    order = ["Notice Rare", "Notice Title", "Notice Fang", "Notice Serif", "Notice Hei", "Notice Latin"]
    faces = sorted(FACES, key=lambda face: order.index(face.family))
    # What a face before has is not drawn again.
    have = {
        code
        for face in FACES
        if face.family in BODY
        for code in characters_of(face.characters) & codes_of(sources[face.family])
    }
    with ProcessPoolExecutor(max_workers=min(len(faces), os.cpu_count() or 1)) as pool:
        jobs = [
            pool.submit(
                build_face,
                face.family,
                sources[face.family],
                folder / file_name(face.family),
                wanted=characters_of(face.characters),
                joined=face.joined,
            )
            for face in faces
        ]
        number = 1
        for source in rare:
            wanted = (characters_of("rare") & codes_of(source)) - have
            if not wanted:
                continue
            number += 1
            family = f"Notice Rare {number}"
            jobs.append(pool.submit(build_face, family, source, folder / file_name(family), wanted=wanted, copied=True))
            have |= wanted
        for job in jobs:
            job.result()


def _write_coverage(folder: Path) -> None:
    """Note which characters can be printed, for those who check a text when it is typed (`portal.core.printable`)."""
    files = [folder / file_name(family) for family in (*BODY[:-1], *rare_families(folder))]
    codes = sorted({code for file in files for code in codes_of(Source(file, 0))})
    ends = [code for code, following in zip(codes, [*codes[1:], -1], strict=True) if following != code + 1]
    begins = [code for code, before in zip(codes, [-1, *codes[:-1]], strict=True) if before != code - 1]
    ranges = (f"{first:X}-{last:X}" for first, last in zip(begins, ends, strict=True))
    (folder / COVERAGE).write_text("\n".join(ranges))


def file_name(family: str) -> str:
    """What the file of a family is called in a built folder."""
    return f"{family.replace(' ', '-').lower()}.ttf"


def _fontconfig(folder: Path) -> str:
    """A Fontconfig file that knows this folder only, and keeps its scan so that a worker starts at once."""
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig>\n  <dir>{folder}</dir>\n  <cachedir>{folder / 'cache'}</cachedir>\n</fontconfig>\n"
    )
