"""The QR code of a notice: a small black-and-white PNG, the same bytes for the same text for ever."""

import base64
import io

import segno

# 62 characters at level M; longer addresses take the next version that holds them.
SMALLEST_VERSION = 4
LARGEST_VERSION = 12
# A fixed mask: choosing the best of eight costs more than drawing the code, and any of them reads.
MASK = 2


def qr_data_uri(text: str) -> str:
    """`text` as a PNG in a data: address, one pixel a module, with the four modules of quiet zone that readers need.

    Raises segno.DataOverflowError for more than some 280 characters.
    """
    for version in range(SMALLEST_VERSION, LARGEST_VERSION + 1):
        try:
            code = segno.make_qr(text, error="m", version=version, mask=MASK, mode="byte", boost_error=False)
            break
        except segno.DataOverflowError:
            if version == LARGEST_VERSION:
                raise
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=1, border=4)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
