"""The picture of a seal in a signature's field: red ink on the letter, through which the text can be read."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageStat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import ResourceType
from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStamp, BaseStampStyle

# Its constructors have no types.
_pdf: Any = generic
# 360 dpi over 42 mm.
_PIXELS = 600
_HALF = 128
# Where TIFF says how far into the file its one strip begins, and how long it is.
_OFFSET, _LENGTH = 273, 279


@dataclass(frozen=True, slots=True)
class SealPicture:
    """Where a seal has ink, compressed as faxes are (ITU-T T.6): a tenth of what colours take; and its ink."""

    width: int
    height: int
    ink: bytes
    colour: tuple[float, ...]


@lru_cache(maxsize=64)
def read_picture(path: Path) -> SealPicture:
    """The picture in a PNG file; what is light or transparent is paper. Raises OSError where there is no picture."""
    with Image.open(path) as opened:
        picture = opened.convert("RGBA")
    picture.thumbnail((_PIXELS, _PIXELS))
    red, green, blue, alpha = picture.split()
    lightest = ImageChops.darker(ImageChops.darker(red, green), blue)
    ink = ImageChops.darker(alpha, ImageChops.invert(lightest)).point(lambda value: 255 if value >= _HALF else 0)
    colour = tuple(mean / 255 for mean in ImageStat.Stat(picture.convert("RGB"), mask=ink).mean)
    file = io.BytesIO()
    ink.convert("1").save(file, "TIFF", compression="group4", strip_size=1 << 30)
    with Image.open(file) as packed:
        tags: Any = getattr(packed, "tag_v2", {})
        (offset,), (length,) = tags[_OFFSET], tags[_LENGTH]
    return SealPicture(picture.width, picture.height, file.getvalue()[offset : offset + length], colour)


@dataclass(frozen=True)
class SealStyle(BaseStampStyle):
    """How pyHanko draws the field of a seal: the picture alone."""

    picture: SealPicture | None = None

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, str]) -> BaseStamp:
        return SealStamp(writer=writer, style=self, box=box)


class SealStamp(BaseStamp):
    """The picture, multiplied with what lies below it."""

    def render(self) -> bytes:
        picture: SealPicture | None = self.style.picture
        if picture is None:
            return b""
        mask = self._ensure_writer.add_object(_mask(picture))
        self.set_resource(ResourceType.XOBJECT, pdf_name("/Ink"), mask)
        multiply = _pdf.DictionaryObject({pdf_name("/BM"): _pdf.NameObject("/Multiply")})
        self.set_resource(ResourceType.EXT_G_STATE, pdf_name("/Multiply"), multiply)
        colour = " ".join(f"{part:.3f}" for part in picture.colour)
        return f"q /Multiply gs {colour} rg {self.box.width:g} 0 0 {self.box.height:g} 0 0 cm /Ink Do Q".encode()


def _mask(picture: SealPicture) -> StreamObject:
    """A stencil that lets the colour through where there is ink."""
    fax = {
        "/K": _pdf.NumberObject(-1),
        "/Columns": _pdf.NumberObject(picture.width),
        "/Rows": _pdf.NumberObject(picture.height),
    }
    entries = {
        "/Type": _pdf.NameObject("/XObject"),
        "/Subtype": _pdf.NameObject("/Image"),
        "/Width": _pdf.NumberObject(picture.width),
        "/Height": _pdf.NumberObject(picture.height),
        "/ImageMask": _pdf.BooleanObject(True),  # noqa: FBT003 - a value of the file
        "/BitsPerComponent": _pdf.NumberObject(1),
        "/Decode": _pdf.ArrayObject([_pdf.NumberObject(1), _pdf.NumberObject(0)]),
        "/Filter": _pdf.NameObject("/CCITTFaxDecode"),
        "/DecodeParms": _named(fax | {"/BlackIs1": _pdf.BooleanObject(True)}),  # noqa: FBT003 - a value of the file
    }
    return StreamObject(_named(entries), encoded_data=picture.ink)


def _named(entries: dict[str, Any]) -> Any:
    return _pdf.DictionaryObject({pdf_name(name): value for name, value in entries.items()})
