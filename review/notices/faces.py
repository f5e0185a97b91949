"""The built fonts glyph by glyph: which draws a character, how wide it is, and the few of a notice as a font file.

They have no layout tables (see `font_cutting`), so that a character is its glyph and its width its advance.
"""

import mmap
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from review.notices.fonts import BODY, file_name, rare_families

# The tables that a font in a PDF needs; `post` for those who read it as a font of its own.
_COPIED = ("head", "hhea", "maxp", "post")
# Half as long as zlib's usual 6, and a kilobyte more.
_LEVEL = 4
# What is drawn over, in place of or instead of its neighbours, so that its own glyph is not all of it.
_SHAPED = frozenset({"Mn", "Me", "Mc", "Cf"})


@dataclass(frozen=True, slots=True)
class Embedded:
    """Glyphs of a font for a PDF: its file compressed, its length before, each glyph's code, widths in 1/1000 em."""

    file: bytes
    length: int
    codes: dict[int, int]
    widths: list[float]


class BuiltFont:
    """A font as `fonts.build` made it, read once."""

    def __init__(self, family: str, file: Path) -> None:
        from fontTools.ttLib import TTFont  # noqa: PLC0415 - as WeasyPrint in `render`

        self.family = family
        with file.open("rb") as opened:
            # Of the largest, 40 MB, a notice takes a few hundred bytes.
            self._file = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        with TTFont(file, lazy=True) as font:
            self._tables = {tag: font.reader[tag] for tag in _COPIED}
            self._places, self._start = font["loca"].locations, font.reader.tables["glyf"].offset
            names, advances = font.getReverseGlyphMap(), font["hmtx"].metrics
            self.glyphs = {chr(code): names[name] for code, name in font.getBestCmap().items()}
            self._metrics = {names[name]: metric for name, metric in advances.items()}
            self.em: int = font["head"].unitsPerEm

    def width(self, glyph: int) -> float:
        """How wide a glyph is, in em."""
        return self._metrics[glyph][0] / self.em

    def embedded(self, glyphs: Iterable[int]) -> Embedded:
        """A TrueType font of `.notdef` and these glyphs alone, in the order of the built font."""
        kept = [0, *sorted(set(glyphs) - {0})]
        ends = ((self._start + self._places[glyph], self._start + self._places[glyph + 1]) for glyph in kept)
        outlines = [self._file[start:end] for start, end in ends]
        metrics = [self._metrics[glyph] for glyph in kept]
        head, hhea, maxp, post = (self._tables[tag] for tag in _COPIED)
        tables = {
            b"glyf": b"".join(outlines),
            # Offsets of four bytes.
            b"head": head[:50] + b"\0\1" + head[52:],
            # How many glyphs there are, here and in `maxp`.
            b"hhea": hhea[:34] + struct.pack(">H", len(kept)),
            b"hmtx": b"".join(struct.pack(">Hh", *metric) for metric in metrics),
            b"loca": struct.pack(f">{len(kept) + 1}L", *accumulate(map(len, outlines), initial=0)),
            b"maxp": maxp[:4] + struct.pack(">H", len(kept)) + maxp[6:],
            b"post": post[:32],
        }
        file = _font_file(tables)
        return Embedded(
            zlib.compress(file, _LEVEL),
            len(file),
            {glyph: code for code, glyph in enumerate(kept)},
            [round(advance * 1000 / self.em, 2) for advance, _ in metrics],
        )


def _font_file(tables: Mapping[bytes, bytes]) -> bytes:
    """Tables as a TrueType font. Readers of PDF ask for no checksums, so that none are made."""
    power = len(tables).bit_length() - 1
    at = 12 + 16 * len(tables)
    head = [struct.pack(">LHHHH", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))]
    body = []
    for tag, content in sorted(tables.items()):
        padded = content + bytes(-len(content) % 4)
        head.append(struct.pack(">4sLLL", tag, 0, at, len(content)))
        body.append(padded)
        at += len(padded)
    return b"".join((*head, *body))


class BuiltFonts:
    """The fonts of a built folder, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fonts: dict[str, BuiltFont] = {}
        self._body = (*BODY[:-1], *rare_families(folder))
        self._found: dict[str, tuple[BuiltFont, int] | None] = {}
        self._widths = _Widths(self)

    def font(self, family: str) -> BuiltFont:
        if family not in self._fonts:
            self._fonts[family] = BuiltFont(family, self._folder / file_name(family))
        return self._fonts[family]

    def drawn(self, char: str) -> tuple[BuiltFont, int]:
        """The first font of the body that has a character, and the glyph. Raises LookupError where none has it."""
        found = self.find(char)
        if found is None:
            raise LookupError(f"No font has {char!r}.")
        return found

    def find(self, char: str) -> tuple[BuiltFont, int] | None:
        """The same, or None."""
        if char not in self._found:
            # A space divides Latin words.
            fonts = map(self.font, self._body if char != " " else ("Notice Latin",))
            self._found[char] = next(((font, font.glyphs[char]) for font in fonts if char in font.glyphs), None)
        return self._found[char]

    def draws(self, text: str) -> bool:
        """Whether each character of a text is one glyph of its own."""
        return all(self.find(char) and unicodedata.category(char) not in _SHAPED for char in set(text))

    def width(self, text: str) -> float:
        """The width in em of a text without any spacing; what no font has counts as a Chinese character."""
        return sum(map(self._widths.__getitem__, text))


class _Widths(dict[str, float]):
    """The width of each character that was asked for."""

    def __init__(self, fonts: BuiltFonts) -> None:
        super().__init__()
        self._fonts = fonts

    def __missing__(self, char: str) -> float:
        found = self._fonts.find(char)
        self[char] = found[0].width(found[1]) if found else 1.0
        return self[char]


@lru_cache(maxsize=2)
def fonts_of(folder: Path) -> BuiltFonts:
    """The fonts of a folder, read once in a process."""
    return BuiltFonts(folder)
