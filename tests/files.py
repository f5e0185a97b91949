"""Small files as people upload them: whole, and broken or dangerous in one way each."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pikepdf
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable


def make_pdf(change: Callable[[pikepdf.Pdf], object] | None = None, *, text: str = "x", **saving: Any) -> bytes:
    """A PDF of one page, changed before it is saved. `text` makes it another file."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[0].Contents = pdf.make_stream(f"BT /F1 12 Tf ({text.encode().hex()}) Tj ET".encode())
        if change:
            change(pdf)
        target = io.BytesIO()
        pdf.save(target, deterministic_id="encryption" not in saving, **saving)
    return target.getvalue()


def make_image(kind: str = "PNG", size: tuple[int, int] = (8, 8), colour: int = 128, mode: str = "L") -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, colour).save(target, kind)
    return target.getvalue()


def make_office(main: str = "word/document.xml", **parts: bytes) -> bytes:
    """A ZIP archive with the main part of an office file, and further parts by name (`__` stands for a slash)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", main: b"<document/>", **parts}.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()
