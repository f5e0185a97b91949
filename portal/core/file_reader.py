"""Reads what people send: the text of a PDF or a Word file, and photos joined into one PDF.

Run by `portal.core.isolated` in a process of its own. `text` reads a PDF on standard input and `word` a Word file
(.docx), and writes its text in UTF-8, at most as many characters as the next argument says; `join` reads images one
after the other, each after its length as four bytes, and writes a PDF with a page for each. It imports nothing of the
portal.
"""

from __future__ import annotations

import io
import struct
import sys

MAX_TEXT = 20_000
# So many pages are read as there may be of this length.
PAGE_CHARACTERS = 600
# A Word file's text when it is unpacked; what is longer is no document that people read.
MAX_WORD_BYTES = 32 * 1024 * 1024
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
# A photographed page of A4 at 200 dpi has 1,654 × 2,339; each try is (longer side in pixels, quality of JPEG).
TRIES = ((2400, 82), (1800, 70), (1400, 60))
# A4 in points.
_A4 = (595.0, 842.0)


def read_text(content: bytes, most: int) -> str:
    """The text of a PDF's first pages, at most `most` characters; "" where it has none or cannot be read."""
    import pypdfium2  # noqa: PLC0415 - joining needs none of it

    found, length = [], 0
    try:
        document = pypdfium2.PdfDocument(content)
        for index in range(min(len(document), most // PAGE_CHARACTERS)):
            text = document[index].get_textpage().get_text_bounded()
            found.append(text)
            length += len(text)
            if length > most:
                break
    except pypdfium2.PdfiumError:
        pass
    return "\n".join(found)[:most]


def read_word(content: bytes, most: int) -> str:
    """The text of a Word file, a paragraph a line, at most `most` characters; "" where it cannot be read.

    Numbers that Word counts by itself are no text of the file, and are not read.
    """
    import zipfile  # noqa: PLC0415 - the others need none of it
    from xml.parsers import expat  # noqa: PLC0415 - a DOCTYPE, and with it every entity, is refused below

    found: list[str] = []
    is_text = False

    def refuse(*_: object) -> None:
        raise ValueError("a Word file has no DOCTYPE")

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal is_text
        is_text = name == f"{_WORD}t"
        if name in (f"{_WORD}p", f"{_WORD}br"):
            found.append("\n")

    def end(_: str) -> None:
        nonlocal is_text
        is_text = False

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler, parser.StartElementHandler, parser.EndElementHandler = refuse, start, end
    parser.CharacterDataHandler = lambda text: found.append(text) if is_text else None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("word/document.xml") as body:
            parser.Parse(body.read(MAX_WORD_BYTES), True)  # noqa: FBT003 - the parser's own parameter
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, expat.ExpatError):
        return ""
    return "".join(found).strip()[:most]


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
    """Do what the arguments say: `text`, `word`, or `join` with the most bytes that the result may have."""
    content = sys.stdin.buffer.read()
    if sys.argv[1] in ("text", "word"):
        most = int(sys.argv[2]) if len(sys.argv) > 2 else MAX_TEXT
        text = read_word(content, most) if sys.argv[1] == "word" else read_text(content, most)
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
