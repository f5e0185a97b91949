"""A letter laid out once for all that have its shape: WeasyPrint's page is kept, and each notice's lines are set on it.

Lines are composed before (see `typesetting`), so that letters of as many lines, of one office and day, differ in what
the lines say and in nothing else. WeasyPrint lays out the shape with a mark in place of each line, and tags it; here
every mark becomes its line, and all text is drawn in fonts that hold its own glyphs. Laying out again for each
notice takes five times as long.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pydyf

from portal.core.citations import DIGITS
from review.notices.archival import compressed, content_of, write_archival
from review.notices.faces import BuiltFont, BuiltFonts, Embedded
from review.notices.qrcode import Code
from review.notices.typesetting import ComposedLine

if TYPE_CHECKING:
    from weasyprint.document import Document

# In a shape: the mark of a line, and what stands for the notice's title.
_MARK = re.compile(f"〓[{DIGITS}]+")
TITLE = "〓题"
_VERSION = b"1.7"
# What WeasyPrint writes of a text: where it begins, then for each font its name and size and the codes of the glyphs.
_TEXT = re.compile(rb"BT\n1 0 0 -1 (\S+) (\S+) Tm\n(.*?)\nET", re.DOTALL)
_RUN = re.compile(rb"/(\S+) (\S+) Tf\n\[(.*?)\] TJ", re.DOTALL)
_CODES = re.compile(rb"<([0-9a-f]*)>")


def mark_of(number: int) -> str:
    """What stands in a shape for the line of this number."""
    return "〓" + "".join(DIGITS[int(digit)] for digit in str(number))


@dataclass(frozen=True, slots=True)
class Filling:
    """What a notice puts on its shape: the lines in their order, the file's title, the code to verify it."""

    lines: Sequence[ComposedLine]
    title: str
    code: Code


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of the page: where it begins, its size, and the line that replaces it, else its own words by font."""

    x: float
    y: float
    size: float
    line: int | None
    # How wide the mark is, of a line that is centred; 0 of one that begins at the left.
    centred: float
    words: list[tuple[str, str]]


class _Kept(pydyf.Object):
    """An object as its bytes, `plain` where it may stand in a stream of objects."""

    data = b""
    compressible = True

    def __init__(self, number: int, data: bytes, *, plain: bool) -> None:
        super().__init__()
        self.number, self.data, self.compressible = number, data, plain


class Shape:
    """A laid-out letter with marks in place of its lines; `centred` are those that stand in the middle of the page."""

    def __init__(self, document: Document, *, centred: frozenset[int]) -> None:
        self._centred = centred
        write_archival(document, finish=lambda pdf: self._keep(document, pdf))

    def _keep(self, document: Document, pdf: pydyf.PDF) -> None:
        """Keep the file's objects as bytes, but for those that each notice has of its own."""

        def at(reference: bytes) -> int:
            return int(reference.split()[0])

        pages = [pdf.objects[number] for number in pdf.pages["Kids"][::3]]
        self._pages = {
            at(page["Contents"]): list(self._parts(document, content_of(pdf.objects[at(page["Contents"])])))
            for page in pages
        }
        resources = pdf.objects[at(pages[0]["Resources"])]
        self._fonts = at(resources["Font"])
        (self._code,) = (at(reference) for reference in resources["XObject"].values())
        self._metadata = at(pdf.catalog["Metadata"])
        self._xmp = content_of(pdf.objects[self._metadata])
        self._info = dict(pdf.info)
        dropped = {self._fonts}
        for name in pdf.objects[self._fonts].values():
            font = pdf.objects[at(name)]
            below = pdf.objects[at(font["DescendantFonts"][0])]
            descriptor = pdf.objects[at(below["FontDescriptor"])]
            dropped |= {at(name), below.number, descriptor.number, at(font["ToUnicode"]), at(descriptor["FontFile2"])}
        own = dropped | {self._code, self._metadata, *self._pages}
        # What fonts of WeasyPrint's were is nothing, as the numbers of the others stand in the file.
        self._pdf = copy.copy(pdf)
        self._pdf.objects = [
            item if not item.number else _Kept(item.number, b"null", plain=True) if item.number in own else _kept(item)
            for item in pdf.objects
        ]
        self._pdf.catalog = self._pdf.objects[pdf.catalog.number]

    def _parts(self, document: Document, stream: bytes) -> Iterator[bytes | _Text]:
        """A page's stream, its texts taken out of it."""
        fonts = {font.hash.encode(): font for font in document.fonts.values()}
        last = 0
        for found in _TEXT.finditer(stream):
            yield stream[last : found.start()]
            last = found.end()
            words, size = [], 0.0
            for name, points, codes in _RUN.findall(found[3]):
                font, size = fonts[name], float(points)
                glyphs = b"".join(_CODES.findall(codes))
                text = "".join(font.to_unicode[int(glyphs[at : at + 4], 16)] for at in range(0, len(glyphs), 4))
                words.append((font.family, text))
            text = "".join(word for _, word in words)
            line = int("".join(str(DIGITS.index(char)) for char in text[1:])) if _MARK.fullmatch(text) else None
            centred = len(text) * size if line in self._centred else 0.0
            yield _Text(float(found[1]), float(found[2]), size, line, centred, words)
        yield stream[last:]

    def filled(self, filling: Filling, fonts: BuiltFonts) -> bytes:
        """The PDF of a notice; the same bytes for the same filling of the same shape and fonts."""
        used = _Used(fonts)
        pages = {
            number: [part if isinstance(part, bytes) else _set(part, filling, used) for part in parts]
            for number, parts in self._pages.items()
        }
        faces = used.embedded()
        pdf = copy.copy(self._pdf)
        pdf.objects = list(pdf.objects)
        for number, set_parts in pages.items():
            content = b"".join(part if isinstance(part, bytes) else part.written(used, faces) for part in set_parts)
            pdf.objects[number] = _stream(number, content)
        names = [
            b"/%s %s" % (used.names[font].encode(), _add_font(pdf, font, embedded, used.chars[font]))
            for font, embedded in faces.items()
        ]
        pdf.objects[self._fonts] = _Kept(self._fonts, b"<<%s>>" % b"".join(names), plain=True)
        pdf.objects[self._code] = _image(self._code, filling.code)
        xmp = self._xmp.replace(TITLE.encode(), escape(filling.title, quote=False).encode())
        pdf.objects[self._metadata] = _stream(self._metadata, xmp, Type="/Metadata", Subtype="/XML")
        pdf.info = pydyf.Dictionary(self._info | {"Title": pydyf.String(filling.title)})
        output = io.BytesIO()
        pdf.write(output, _VERSION, identifier=True, compress=True)
        return output.getvalue()


class _Used:
    """The glyphs that a notice uses of each font and what each stands for, and the fonts' names on its pages."""

    def __init__(self, fonts: BuiltFonts) -> None:
        self.fonts = fonts
        self.chars: dict[BuiltFont, dict[int, str]] = {}
        self.names: dict[BuiltFont, str] = {}

    def add(self, font: BuiltFont, glyph: int, char: str) -> None:
        if font not in self.chars:
            self.chars[font] = {}
            self.names[font] = f"F{len(self.names)}"
        self.chars[font][glyph] = char

    def embedded(self) -> dict[BuiltFont, Embedded]:
        return {font: font.embedded(chars) for font, chars in self.chars.items()}


@dataclass(frozen=True, slots=True)
class _Set:
    """A text as its glyphs: where it begins, its size, and each glyph with its font and the space in em behind it."""

    x: float
    y: float
    size: float
    glyphs: list[tuple[BuiltFont, int, float]]

    def written(self, used: _Used, faces: dict[BuiltFont, Embedded]) -> bytes:
        """The text as a page's stream has it."""
        runs = []
        for font, run in groupby(self.glyphs, key=lambda glyph: glyph[0]):
            codes = faces[font].codes
            shown = "".join(
                f"{codes[glyph]:04x}>{-1000 * space:.1f}<" if space else f"{codes[glyph]:04x}"
                for _, glyph, space in run
            )
            runs.append(f"/{used.names[font]} {self.size:g} Tf\n[<{shown}>] TJ\n".replace("<>", ""))
        return f"BT\n1 0 0 -1 {self.x:.6f} {self.y:.6f} Tm\n{''.join(runs)}ET".encode()


def _set(text: _Text, filling: Filling, used: _Used) -> _Set:
    """The glyphs of a text of the page, or of the notice's line in its place."""
    glyphs: list[tuple[BuiltFont, int, float]] = []
    x = text.x
    if text.line is None:
        for family, words in text.words:
            font = used.fonts.font(family)
            for char in words:
                used.add(font, font.glyphs[char], char)
                glyphs.append((font, font.glyphs[char], 0.0))
        return _Set(x, text.y, text.size, glyphs)
    line = filling.lines[text.line]
    if text.centred:
        x += (text.centred - used.fonts.width(line.text) * text.size) / 2
    for char, space in zip(line.text, line.spacing, strict=True):
        font, glyph = used.fonts.drawn(char)
        used.add(font, glyph, char)
        glyphs.append((font, glyph, space))
    return _Set(x, text.y, text.size, glyphs)


def _add_font(pdf: pydyf.PDF, font: BuiltFont, embedded: Embedded, chars: dict[int, str]) -> bytes:
    """Add a font to a file; returns the reference to it."""

    def add(data: bytes, *, plain: bool = True) -> bytes:
        kept = _Kept(len(pdf.objects), data, plain=plain)
        pdf.objects.append(kept)
        reference: bytes = kept.reference
        return reference

    tag = "".join(chr(65 + letter % 26) for letter in sha256(embedded.file).digest()[:6])
    name = f"/{tag}+{font.family.replace(' ', '-')}".encode()
    file = add(
        b"<</Length1 %d/Filter /FlateDecode/Length %d>>\nstream\n%s\nendstream"
        % (embedded.length, len(embedded.file), embedded.file),
        plain=False,
    )
    mapped = sorted((embedded.codes[glyph], char) for glyph, char in chars.items())
    unicode = add(_stream(0, _to_unicode(mapped)).data, plain=False)
    descriptor = add(
        b"<</Type /FontDescriptor/FontName %s/Flags 4/FontBBox [0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120"
        b"/CapHeight 880/StemV 80/FontFile2 %s>>" % (name, file)
    )
    below = add(
        b"<</Type /Font/Subtype /CIDFontType2/BaseFont %s/CIDSystemInfo <</Registry (Adobe)/Ordering (Identity)"
        b"/Supplement 0>>/CIDToGIDMap /Identity/W [0 [%s]]/FontDescriptor %s>>"
        % (name, b" ".join(b"%g" % width for width in embedded.widths), descriptor)
    )
    return add(
        b"<</Type /Font/Subtype /Type0/BaseFont %s/Encoding /Identity-H/DescendantFonts [%s]/ToUnicode %s>>"
        % (name, below, unicode)
    )


def _to_unicode(mapped: Sequence[tuple[int, str]]) -> bytes:
    """The characters of a font's codes, so that its text can be read and searched."""
    lines = [
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap",
        "/CIDSystemInfo\n<< /Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def",
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange",
    ]
    for start in range(0, len(mapped), 100):
        batch = mapped[start : start + 100]
        lines.append(f"{len(batch)} beginbfchar")
        lines += (f"<{code:04x}> <{char.encode('utf-16-be').hex()}>" for code, char in batch)
        lines.append("endbfchar")
    lines.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
    return "\n".join(lines).encode()


def _image(number: int, code: Code) -> _Kept:
    kind = {"Type": "/XObject", "Subtype": "/Image", "ColorSpace": "/DeviceGray", "BitsPerComponent": 1}
    return _stream(number, code.rows, **kind, Width=code.size, Height=code.size, Interpolate="false")


def _stream(number: int, content: bytes, **extra: Any) -> _Kept:
    return _Kept(number, compressed(pydyf.Stream([content], extra, compress=True)).data, plain=False)


def _kept(item: pydyf.Object) -> _Kept:
    ready = compressed(item) if isinstance(item, pydyf.Stream) else item
    return _Kept(item.number, ready.data, plain=item.compressible)
