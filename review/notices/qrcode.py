"""The QR code of a notice: a small black-and-white PNG, the same bytes for the same text for ever."""

import base64
import io
from dataclasses import dataclass

import segno

# 62 characters at level M; longer addresses take the next version that holds them.
SMALLEST_VERSION = 4
LARGEST_VERSION = 12
# A fixed mask: choosing the best of eight costs more than drawing the code, and any of them reads.
MASK = 2
_QUIET = 4
# One white pixel, where a code will be.
NO_CODE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code with the four modules of quiet zone that readers need: modules a side, and a bit a module, 1 for white."""

    size: int
    rows: bytes


def code_of(text: str) -> Code:
    """`text` as a code. Raises segno.DataOverflowError for more than some 280 characters."""
    return _packed(_made(text))


def qr_data_uri(text: str) -> str:
    """The same as a PNG in a data: address, one pixel a module."""
    buffer = io.BytesIO()
    _made(text).save(buffer, kind="png", scale=1, border=_QUIET)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def _made(text: str) -> segno.QRCode:
    for version in range(SMALLEST_VERSION, LARGEST_VERSION + 1):
        try:
            return segno.make_qr(text, error="m", version=version, mask=MASK, mode="byte", boost_error=False)
        except segno.DataOverflowError:
            if version == LARGEST_VERSION:
                raise
    raise AssertionError("The last version raised.")


def _packed(code: segno.QRCode) -> Code:
    size = int(code.symbol_size(border=_QUIET)[0])
    width = -(-size // 8) * 8
    rows = (
        int("".join("0" if dark else "1" for dark in row).ljust(width, "0"), 2).to_bytes(width // 8, "big")
        for row in code.matrix_iter(border=_QUIET)
    )
    return Code(size, b"".join(rows))
