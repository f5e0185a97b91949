"""Opens one file the way its readers will, and says what is wrong with it.

Run by `portal.core.isolated` in a process of its own, with the media type as its argument and the bytes on standard
input. It imports nothing of the portal. Standard output is one word of `PROBLEMS`, empty for a file that is in order.
"""

from __future__ import annotations

import io
import itertools
import re
import struct
import sys
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf

# A sheet of A3 at 600 dpi has 70 million.
MAX_PIXELS = 100_000_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PARTS = 5000
# Pages whose content is read: damage shows in the first ones, and a book need not be read whole.
MAX_PAGES_READ = 300
MAX_DEPTH = 40

# What PDF allows a side of a page: 200 inches in points. No paper is smaller than a stamp.
LONGEST_SIDE = 14_400
SHORTEST_SIDE = 18
PROBLEMS = (
    *("password", "damaged", "no_pages", "page_size", "script", "embedded", "launch", "form", "mixed", "pixels"),
    "complex",
)

_WEB_PAGE = re.compile(rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|object|embed)\b", re.IGNORECASE)
# What no picture holds, wherever it stands: documents and archives behind it.
_OTHER_FILES = (b"%PDF-", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
# Behind the last chunk of a PNG nothing belongs; programs that add some bytes are let be.
_AFTER_PNG = 1024
_OTHER_BEGINNINGS = (
    *(b"#!", b"<?", b"@echo", b"MIME-Version", b"MZ", b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff"),
    *(b"\x7fELF", b"Rar!"),
)
# Of an office file: what its parts may be, by their endings, and what it may name outside itself, which a reader
# follows by a click. A part of another kind (aFChunk) is a file of its own, e.g. a web page.
_OFFICE_ENDINGS = (
    *(".xml", ".rels", ".vml", ".odttf", ".fntdata", ".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".emf", ".wmf"),
    *(".tif", ".tiff", ".svg", ".wdp", ".ico"),
)
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*>")
_LOADS_ANOTHER = re.compile(rb"/(?:attachedTemplate|oleObject|frame|aFChunk)[\"']")
# Fields that ask another program or another file for their content.
_FETCHING_FIELD = re.compile(rb"\b(?:DDE(?:AUTO)?|INCLUDEPICTURE|INCLUDETEXT|IMPORT)\b")
# Parts of XML that are not in UTF-8, as every office program writes it, would be read past.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_FOLLOWED_BY_A_CLICK = re.compile(rb"/(?:hyperlink|externalLinkPath)[\"']")
_FIELD_CODE = re.compile(rb"<w:instrText\b[^<>]*>([^<]*)|\bw:instr=\"([^\"]*)")
# Refused wherever they stand; and those that a reader may follow by a click, but no file by itself.
_LAUNCHES = {"/Launch", "/ImportData", "/SubmitForm", "/GoToE"}
_LEAVES_THE_FILE = {"/URI", "/GoToR", "/Thread"}
_MEDIA = {"/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"}


class ProblemError(Exception):
    """Something is wrong with the file; the one argument is a word of `PROBLEMS`."""


def inspect(media_type: str, content: bytes) -> str:
    """The problem of a file, "" for none."""
    try:
        if _WEB_PAGE.search(content[:1024]):
            return "mixed"
        if media_type == "application/pdf":
            _check_pdf(content)
        elif media_type.startswith("image/"):
            _check_image(content)
        else:
            _check_office(content)
    except ProblemError as problem:
        return str(problem)
    except (MemoryError, RecursionError):
        return "complex"
    return ""


def _check_pdf(content: bytes) -> None:
    import pikepdf  # noqa: PLC0415 - an image needs none of it, and its process starts twice as quickly

    begin = content.find(b"%PDF-")
    end = content.rfind(b"%%EOF")
    if content[:begin].lstrip().startswith(_OTHER_BEGINNINGS) or zipfile.is_zipfile(io.BytesIO(content)):
        raise ProblemError("mixed")
    if end >= 0 and _WEB_PAGE.search(content, end):
        raise ProblemError("mixed")
    try:
        with _opened_pdf(content, has_end=end >= max(0, len(content) - 2048)) as pdf:
            if not len(pdf.pages):
                raise ProblemError("no_pages")
            _check_objects(pdf)
            for page in itertools.islice(pdf.pages, MAX_PAGES_READ):
                _check_sides(page)
                contents = page.obj.get("/Contents")
                for stream in contents if isinstance(contents, pikepdf.Array) else [contents]:
                    if isinstance(stream, pikepdf.Stream):
                        stream.read_bytes()
    except pikepdf.PasswordError:
        raise ProblemError("password") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError) as error:
        raise ProblemError("damaged") from error


def _check_sides(page: pikepdf.Page) -> None:
    """Raise for a page that shows nothing, or that no screen and no paper can show."""
    unit = float(page.obj.get("/UserUnit", 1))
    for box in (page.mediabox, page.cropbox):
        left, bottom, right, top = (float(side) for side in box)
        # Corners may be named in any order. What is no number compares as false.
        sides = sorted((abs(right - left) * unit, abs(top - bottom) * unit))
        if not (sides[0] >= SHORTEST_SIDE and sides[1] <= LONGEST_SIDE):
            raise ProblemError("page_size")


def _opened_pdf(content: bytes, *, has_end: bool) -> pikepdf.Pdf:
    """The open file. One whose table of objects must be guessed is taken only where its end is there."""
    import pikepdf  # noqa: PLC0415

    try:
        return pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PdfError:
        if not has_end:
            raise
    return pikepdf.open(io.BytesIO(content), suppress_warnings=True)


def _check_objects(pdf: pikepdf.Pdf) -> None:
    """Look at every object, wherever it hangs: what no known way leads to, another reader may find."""
    if "/XFA" in pdf.Root.get("/AcroForm", {}):
        raise ProblemError("form")
    seen: set[tuple[int, int]] = set()
    for name in ("/OpenAction", "/AA"):
        _look(pdf.Root.get(name), depth=0, seen=seen, is_automatic=True)
    for item in pdf.objects:
        _look(item, depth=0, seen=seen, is_automatic=False)


def _look(item: object, *, depth: int, seen: set[tuple[int, int]], is_automatic: bool) -> None:
    """Raise for an action or a file that must not be here. What acts by itself is followed through references."""
    import pikepdf  # noqa: PLC0415

    if depth > MAX_DEPTH:
        raise ProblemError("complex")
    parts: list[tuple[str, object]]
    if isinstance(item, pikepdf.Array):
        parts = [("", part) for part in item]
    elif isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
        _check_dictionary(item, is_automatic=is_automatic)
        parts = [(name, item.get(name)) for name in item.keys()]  # noqa: SIM118 - not a mapping
    else:
        return
    for name, part in parts:
        automatic = is_automatic or name == "/AA"
        if not isinstance(part, (pikepdf.Array, pikepdf.Dictionary, pikepdf.Stream)) or name in {"/Parent", "/P"}:
            continue
        if part.is_indirect:
            # Each is looked at by itself in any case.
            if not automatic or part.objgen in seen or str(part.get("/Type", "")) in {"/Page", "/Pages"}:
                continue
            seen.add(part.objgen)
        _look(part, depth=depth + 1, seen=seen, is_automatic=automatic)


def _check_dictionary(item: pikepdf.Object, *, is_automatic: bool) -> None:
    # Viewers go by the action's own name, whatever the type beside it says.
    action = str(item.get("/S", ""))
    if action == "/JavaScript" or "/JS" in item:
        raise ProblemError("script")
    if action in _LAUNCHES or (is_automatic and action in _LEAVES_THE_FILE):
        raise ProblemError("launch")
    if "/Ref" in item or ("/F" in item and "/Length" in item):
        # A form or a stream whose content lies in another file.
        raise ProblemError("launch")
    subtype = str(item.get("/Subtype", ""))
    if "/EF" in item or "/EmbeddedFiles" in item or str(item.get("/Type", "")) == "/EmbeddedFile":
        raise ProblemError("embedded")
    if subtype in _MEDIA and "/Rect" in item:
        raise ProblemError("embedded")
    if subtype == "/Image" and int(item.get("/Width", 0)) * int(item.get("/Height", 0)) > MAX_PIXELS:
        raise ProblemError("pixels")


def _check_image(content: bytes) -> None:
    from PIL import Image  # noqa: PLC0415 - as above

    # The limit is our own, below.
    Image.MAX_IMAGE_PIXELS = None
    is_png = content.startswith(b"\x89PNG")
    end = content.rfind(b"IEND" if is_png else b"\xff\xd9")
    if (
        zipfile.is_zipfile(io.BytesIO(content))
        or _WEB_PAGE.search(content[-1024:])
        or any(other in content for other in _OTHER_FILES)
        or (is_png and end >= 0 and len(content) - end > _AFTER_PNG)
    ):
        raise ProblemError("mixed")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ProblemError("pixels")
            image.load()
        if end < 0:
            # Cut off behind the last line that a forgiving reader needs.
            raise ProblemError("damaged")
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, struct.error) as error:
        raise ProblemError("damaged") from error


def _check_office(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise ProblemError("complex")
            for part in parts:
                _check_part(part.filename.lower(), b"" if part.flag_bits & 1 else archive.read(part), part.flag_bits)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError) as error:
        raise ProblemError("damaged") from error


def _check_part(name: str, text: bytes, flags: int) -> None:
    if flags & 1:
        raise ProblemError("password")
    is_known = name.endswith((*_OFFICE_ENDINGS, "/")) or (name.endswith(".bin") and "/printersettings/" in name)
    if "/embeddings/" in name or "/activex/" in name or not is_known:
        raise ProblemError("embedded")
    if ".." in name.split("/") or name.startswith("/"):
        raise ProblemError("mixed")
    if name.endswith(".rels") and any(_loads_another(tag) for tag in _RELATIONSHIP.findall(text)):
        raise ProblemError("launch")
    if "/macrosheets/" in name or (name.endswith("/connections.xml") and b"refreshOnLoad" in text):
        raise ProblemError("launch")
    # The code of a field may be cut into several runs.
    codes = b"".join(part for found in _FIELD_CODE.findall(text) for part in found)
    if _FETCHING_FIELD.search(codes) or b"<ddeLink" in text:
        raise ProblemError("launch")
    if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in text or text.startswith(_WIDE)):
        raise ProblemError("damaged")


def _loads_another(tag: bytes) -> bool:
    """Whether what a relationship names is fetched when the file is opened."""
    if b"&#" in tag:
        # What the tag says is written in another way than programs write it.
        return True
    is_outside = b'"External"' in tag or b"'External'" in tag
    return bool(_LOADS_ANOTHER.search(tag)) or (is_outside and not _FOLLOWED_BY_A_CLICK.search(tag))


def main() -> int:
    """Inspect what comes on standard input."""
    warnings.simplefilter("ignore")
    sys.stdout.write(inspect(sys.argv[1], sys.stdin.buffer.read()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
