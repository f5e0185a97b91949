"""The QR code on a notice."""

import base64
import io

import pytest
import segno
from PIL import Image

from review.notices.qrcode import MASK, qr_data_uri

ADDRESS = "https://fund.example.gov.cn/v/7KQM9X4TWB2HFN6RJ3PD"


def modules(data_uri: str) -> list[list[bool]]:
    image = Image.open(io.BytesIO(base64.b64decode(data_uri.partition(",")[2]))).convert("L")
    return [[image.getpixel((x, y)) == 0 for x in range(image.width)] for y in range(image.height)]


def test_the_code_carries_the_address_in_a_fixed_version_and_mask() -> None:
    border = 4
    expected = segno.make_qr(ADDRESS, error="m", version=4, mask=MASK, mode="byte", boost_error=False).matrix
    drawn = modules(qr_data_uri(ADDRESS))
    inner = [row[border:-border] for row in drawn[border:-border]]
    assert inner == [[bool(cell) for cell in row] for row in expected]
    assert not any(any(row) for row in (*drawn[:border], *drawn[-border:])), "the quiet zone is white"


@pytest.mark.parametrize("length", [20, 62, 63, 120, 250])
def test_longer_addresses_take_a_larger_code(length: int) -> None:
    side = len(modules(qr_data_uri("x" * length)))
    assert side >= 41
    assert (side > 41) == (length > 62)


def test_an_address_too_long_to_read_is_refused() -> None:
    with pytest.raises(segno.DataOverflowError):
        qr_data_uri("x" * 400)
