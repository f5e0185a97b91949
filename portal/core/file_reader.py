"""Reads what people send: the text of a PDF or a Word file, a small picture of a file, and photos joined into one PDF.

Run by `portal.core.isolated` in a process of its own. `text` reads a PDF on standard input, `paragraphs` a PDF and
`word` a Word file (.docx) with blanks where a paragraph begins, and write the text in UTF-8, at most as many characters
as the next argument says; `picture` reads a PDF or an image and writes its first page as JPEG, no side longer than the
next argument says in pixels; `join` reads images one
after the other, each after its length as four bytes, and writes a PDF with a page for each. It imports nothing of the
portal.
"""

from __future__ import annotations

import io
import struct
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from zipfile import ZipFile

    Start = Callable[[str, dict[str, str]], None]
    End = Callable[[str], None]

MAX_TEXT = 20_000
# Stands before the first line of a paragraph, as Chinese texts are set.
INDENT = "\u3000\u3000"
# So many pages are read as there may be of this length.
PAGE_CHARACTERS = 600
# A Word file's text when it is unpacked; what is longer is no document that people read.
MAX_WORD_BYTES = 32 * 1024 * 1024
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
# Forms of numbers in Chinese, and their digits.
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting")
_DIGITS = "〇一二三四五六七八九"
# So many styles may stand on one another.
_STYLES_DEEP = 8
# A photographed page of A4 at 200 dpi has 1,654 × 2,339; each try is (longer side in pixels, quality of JPEG).
TRIES = ((2400, 82), (1800, 70), (1400, 60))
# The standard lets so many bytes stand before a PDF's own beginning.
_PDF_HEAD_BYTES = 1024
_SMALL_QUALITY = 70
# A4 in points.
_A4 = (595.0, 842.0)


def read_text(content: bytes, most: int, *, indents: bool = False) -> str:
    """The text of a PDF's first pages, at most `most` characters; "" where it has none or cannot be read.

    `indents`: lines that are set further right than those that begin at the margin have `INDENT` before them.
    """
    import pypdfium2  # noqa: PLC0415 - joining needs none of it

    found, lefts, length = [], [], 0
    try:
        document = pypdfium2.PdfDocument(content)
        for index in range(min(len(document), most // PAGE_CHARACTERS)):
            page = document[index].get_textpage()
            text = page.get_text_bounded()
            found.append(text)
            lefts.append(_starts(page) if indents else [])
            length += len(text)
            if length > most:
                break
    except pypdfium2.PdfiumError:
        pass
    return "\n".join(with_indents(found, lefts) if indents else found)[:most]


def _starts(page: Any) -> list[tuple[float, float]]:
    """Where each line of a page begins, in points from its left edge, and how wide its first character is set."""
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    found, begins = [], True
    for index in range(page.count_chars()):
        character = chr(raw.FPDFText_GetUnicode(page, index))
        if character == "\n":
            begins = True
        elif begins and not character.isspace():
            left, _, right, _ = page.get_charbox(index, loose=True)
            found.append((left, right - left))
            begins = False
    return found


def with_indents(pages: list[str], starts: list[list[tuple[float, float]]]) -> list[str]:
    """The pages with `INDENT` before the lines that begin at least a character right of the margin.

    The margin is the leftmost place where a tenth of all lines begin. A page whose lines are counted otherwise than
    its places stays as it is.
    """
    lefts = sorted(round(left) for own in starts for left, _ in own)
    margin = next((left for left in lefts if lefts.count(left) * 10 >= len(lefts)), None)
    found = []
    for text, own in zip(pages, starts, strict=True):
        lines = [line for line in text.splitlines() if line.strip()]
        if margin is None or len(lines) != len(own):
            found.append(text)
            continue
        is_set = [left - margin >= width > 0 for left, width in own]
        found.append("\n".join(INDENT * further + line for further, line in zip(is_set, lines, strict=True)))
    return found


def read_word(content: bytes, most: int) -> str:
    """The text of a Word file, at most `most` characters, `INDENT` before each paragraph; "" where it cannot be read.

    Numbers that Word counts by itself (一、（一）1.) stand before their paragraphs, as they are printed.
    """
    import zipfile  # noqa: PLC0415 - the others need none of it
    from xml.parsers import expat  # noqa: PLC0415 - a DOCTYPE, and with it every entity, is refused

    found: list[str] = []
    is_text = False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            numbering = _Numbering(archive)
            # The list, the level and the style that a paragraph says for itself.
            said: dict[str, str] = {}

            def start(name: str, attributes: dict[str, str]) -> None:
                nonlocal is_text
                is_text = name == "t"
                if name in ("p", "br"):
                    found.append(f"\n{INDENT}" if name == "p" else "\n")
                if name == "p":
                    said.clear()
                elif name in ("numId", "ilvl", "pStyle") and name not in said:
                    said[name] = attributes.get(f"{_WORD}val", "")

            def end(name: str) -> None:
                nonlocal is_text
                is_text = False
                if name == "pPr":
                    found.append(numbering.label(said))
                    # What a run or an earlier form of the paragraph says comes too late.
                    said.update(dict.fromkeys(("numId", "ilvl", "pStyle"), ""))

            _parse(archive, "word/document.xml", start, end, lambda text: found.append(text) if is_text else None)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, expat.ExpatError):
        return ""
    return "".join(found).strip()[:most]


def _parse(archive: ZipFile, part: str, start: Start, end: End | None = None, text: End | None = None) -> None:
    """Read a part of a Word file by the local names of its elements. ValueError for a DOCTYPE, KeyError for no part."""
    from xml.parsers import expat  # noqa: PLC0415 - as above

    def refuse(*_: object) -> None:
        raise ValueError("a Word file has no DOCTYPE")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: start(name.removeprefix(_WORD), given)
    parser.EndElementHandler = None if end is None else lambda name: end(name.removeprefix(_WORD))
    parser.CharacterDataHandler = text
    with archive.open(part) as body:
        parser.Parse(body.read(MAX_WORD_BYTES), True)  # noqa: FBT003 - the parser's own parameter


class _Numbering:
    """What Word counts by itself in a file (ECMA-376 part 1, 17.9): lists of levels, each with a form and a text.

    `_lists`: the levels of each list, each by what is said of it; `_styles`: the list and level of a paragraph's style.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._forms: dict[str, dict[str, dict[str, str]]] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[tuple[str, str], str] = {}
        self._styles: dict[str, dict[str, str]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        names = set(archive.namelist())
        for part, read in (("word/numbering.xml", self._read_lists), ("word/styles.xml", self._read_styles)):
            if part in names:
                read(archive, part)

    def _read_lists(self, archive: ZipFile, part: str) -> None:
        at = {"abstract": "", "num": "", "level": ""}

        def start(name: str, given: dict[str, str]) -> None:
            value = given.get(f"{_WORD}val", "")
            if name == "abstractNum":
                at.update(abstract=given.get(f"{_WORD}abstractNumId", ""), num="")
            elif name == "num":
                at.update(num=given.get(f"{_WORD}numId", ""))
            elif name in ("lvl", "lvlOverride"):
                at["level"] = given.get(f"{_WORD}ilvl", "")
            elif name == "abstractNumId" and at["num"]:
                self._lists[at["num"]] = value
            elif name == "startOverride":
                self._starts[at["num"], at["level"]] = value
            elif name in ("start", "numFmt", "lvlText") and not at["num"]:
                self._forms.setdefault(at["abstract"], {}).setdefault(at["level"], {})[name] = value

        _parse(archive, part, start)

    def _read_styles(self, archive: ZipFile, part: str) -> None:
        style = ""

        def start(name: str, given: dict[str, str]) -> None:
            nonlocal style
            if name == "style":
                style = given.get(f"{_WORD}styleId", "")
            elif style and name in ("numId", "ilvl", "basedOn"):
                self._styles.setdefault(style, {})[name] = given.get(f"{_WORD}val", "")

        _parse(archive, part, start)

    def label(self, said: dict[str, str]) -> str:
        """The next number of a paragraph as it is printed; "" for one that is not counted."""
        given, style = dict(said), said.get("pStyle", "")
        for _ in range(_STYLES_DEEP):
            own = self._styles.get(style, {})
            given = own | given
            style = own.get("basedOn", "")
        number, level = given.get("numId", ""), int(given.get("ilvl") or 0)
        forms = self._forms.get(self._lists.get(number, ""), {})
        form = forms.get(str(level))
        if form is None or form.get("numFmt") in ("bullet", "none"):
            return ""
        counts = self._counts.setdefault(self._lists[number], {})
        first = int(form.get("start") or 1)
        begun = self._starts.pop((number, str(level)), None)
        counts[level] = int(begun) if begun else counts.get(level, first - 1) + 1
        for deeper in [deeper for deeper in counts if deeper > level]:
            del counts[deeper]
        text = form.get("lvlText", "")
        for outer in range(level + 1):
            own_form = forms.get(str(outer), {})
            counted = counts.get(outer, int(own_form.get("start") or 1))
            text = text.replace(f"%{outer + 1}", _counted(counted, own_form.get("numFmt", "")))
        return text if text[-1:] in "、）)" else f"{text} "


def _counted(number: int, form: str) -> str:
    """A number as a list of this form counts; in digits for a form that documents here do not use."""
    if form in _CHINESE and 0 < number < 100:
        tens, ones = divmod(number, 10)
        head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
        return head + (_DIGITS[ones] if ones or not tens else "")
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 0 < number <= 20:
        return chr(0x245F + number)
    if form in ("lowerLetter", "upperLetter") and 0 < number <= 26:
        return chr((0x60 if form == "lowerLetter" else 0x40) + number)
    return str(number)


def join_images(images: list[bytes], *, longest: int, quality: int) -> bytes:
    """A PDF with a page for each image, upright as its camera says, none larger than `longest` pixels on a side."""
    import pikepdf  # noqa: PLC0415 - as above

    with pikepdf.new() as pdf:
        for image in images:
            jpeg, (width, height), is_grey = _upright(image, longest=longest, quality=quality)
            page_size = _A4 if height >= width else _A4[::-1]
            scale = min(page_size[0] / width, page_size[1] / height)
            shown = (width * scale, height * scale)
            at = ((page_size[0] - shown[0]) / 2, (page_size[1] - shown[1]) / 2)
            page = pdf.add_blank_page(page_size=page_size)
            photo = pdf.make_stream(
                jpeg,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=width,
                Height=height,
                BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceGray if is_grey else pikepdf.Name.DeviceRGB,
                Filter=pikepdf.Name.DCTDecode,
            )
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=photo))
            drawn = f"q {shown[0]:.2f} 0 0 {shown[1]:.2f} {at[0]:.2f} {at[1]:.2f} cm /Photo Do Q"
            page.Contents = pdf.make_stream(drawn.encode())
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _upright(image: bytes, *, longest: int, quality: int) -> tuple[bytes, tuple[int, int], bool]:
    """The image as JPEG, its size in pixels, and whether it is without colour."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - reading text needs none of it

    with Image.open(io.BytesIO(image), formats=["PNG", "JPEG"]) as opened:
        opened.thumbnail((longest, longest))
        photo = ImageOps.exif_transpose(opened)
        if photo.has_transparency_data:
            sheet = Image.new("RGB", photo.size, "white")
            sheet.paste(photo, mask=photo.convert("RGBA").getchannel("A"))
            photo = sheet
        photo = photo.convert("L" if photo.mode in {"1", "L", "LA"} else "RGB")
        target = io.BytesIO()
        photo.save(target, "JPEG", quality=quality)
        return target.getvalue(), photo.size, photo.mode == "L"


def draw_small(content: bytes, side: int) -> bytes:
    """The first page of a PDF, or an image, as JPEG of at most `side` pixels a side; b"" where it cannot be drawn."""
    import pypdfium2  # noqa: PLC0415 - joining needs none of it

    if b"%PDF-" not in content[:_PDF_HEAD_BYTES]:
        return _upright(content, longest=side, quality=_SMALL_QUALITY)[0]
    try:
        page = pypdfium2.PdfDocument(content)[0]
        drawn = page.render(scale=side / max(page.get_size())).to_pil().convert("RGB")
    except pypdfium2.PdfiumError:
        return b""
    target = io.BytesIO()
    drawn.save(target, "JPEG", quality=_SMALL_QUALITY)
    return target.getvalue()


def split_images(content: bytes) -> list[bytes]:
    """The images that `pack_images` put together."""
    found, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from("!L", content, at)
        found.append(content[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def pack_images(images: list[bytes]) -> bytes:
    """Images one after the other, each after its length, for `join`."""
    return b"".join(struct.pack("!L", len(image)) + image for image in images)


def main() -> None:
    """Do what the arguments say: read `text`, `paragraphs` or `word`, draw a `picture`, or `join` to so many bytes."""
    content = sys.stdin.buffer.read()
    way = sys.argv[1]
    if way == "picture":
        sys.stdout.buffer.write(draw_small(content, int(sys.argv[2])))
        return
    if way != "join":
        most = int(sys.argv[2]) if len(sys.argv) > 2 else MAX_TEXT
        text = read_word(content, most) if way == "word" else read_text(content, most, indents=way == "paragraphs")
        sys.stdout.buffer.write(text.encode("utf-8", "ignore"))
        return
    images, most = split_images(content), int(sys.argv[2])
    joined = b""
    for longest, quality in TRIES:
        joined = join_images(images, longest=longest, quality=quality)
        if len(joined) <= most:
            break
    # What is too large however it is tried comes back too large: who asked tells the person.
    sys.stdout.buffer.write(joined)


if __name__ == "__main__":
    main()
