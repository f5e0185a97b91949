"""Seals for the demo and for tests: a root that nobody trusts elsewhere, a key for each office, and its picture."""

import math
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw, ImageFont

from review.notices.fonts import file_of

_RED = (214, 0, 0, 255)
_SIZE = 496
# Drawn larger and then made smaller, so that edges are smooth.
_FINER = 3
_YEARS = timedelta(days=3650)


def make_trial_seals(folder: Path, offices: Iterable[tuple[str, str]]) -> None:
    """Write a root, and for each (region code, office) a key, certificate and picture, and the file that names them.

    What is signed so proves nothing: the certificates say that they are for trial only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root_key = _key()
    root = _certificate("签章试用根证书（仅供演示）", root_key, None, root_key)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    lines = ['trust = ["root.pem"]']
    for code, office in offices:
        key, passphrase = _key(), secrets.token_hex(16)
        certificate = _certificate(f"试用：{office}", key, root, root_key)
        protection = BestAvailableEncryption(passphrase.encode())
        path = folder / f"{code}.p12"
        path.touch(mode=0o600)
        path.write_bytes(pkcs12.serialize_key_and_certificates(code.encode(), key, certificate, [root], protection))
        draw_seal(office).save(folder / f"{code}.png", optimize=True)
        lines += ["", f"[offices.{code}]", 'provider = "pkcs12"', f'file = "{code}.p12"']
        lines += [f'passphrase = "{passphrase}"', f'picture = "{code}.png"']
    # The file comes last: whoever sees it finds all that it names.
    path = folder / "seals.toml"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """A certificate over a key: a root's own where `issuer` is None, else a seal's, for signatures alone."""
    # A name may have 64 bytes (RFC 5280, appendix A).
    short = name.encode()[:64].decode(errors="ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])
    now, is_root = datetime.now(UTC), issuer is None
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + _YEARS)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def draw_seal(office: str) -> Image.Image:
    """A round seal: a ring, a star, and the office's name along the ring (国发〔1999〕25号)."""
    size = _SIZE * _FINER
    centre = size / 2
    seal = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(seal)
    pen.ellipse((8, 8, size - 8, size - 8), outline=_RED, width=size // 35)
    pen.polygon(_star(centre, size * 0.17), fill=_RED)
    # As much of the ring as the name fills, at most five sixths of it.
    step = min(math.radians(26), math.radians(300) / max(len(office) - 1, 1))
    height = round(min(size * 0.125, step * size * 0.36))
    font = ImageFont.truetype(str(file_of("Notice Title")), height)
    fallback = ImageFont.truetype(str(file_of("Notice Rare")), height)
    for at, char in enumerate(office):
        turn = (at - (len(office) - 1) / 2) * step
        tile = Image.new("RGBA", (height * 2, height * 2), (0, 0, 0, 0))
        drawn = font if font.getmask(char).getbbox() else fallback
        ImageDraw.Draw(tile).text((height, height), char, font=drawn, fill=_RED, anchor="mm")
        tile = tile.rotate(-math.degrees(turn), resample=Image.Resampling.BICUBIC)
        radius = size / 2 - size // 35 - height * 0.8
        x, y = centre + radius * math.sin(turn), centre - radius * math.cos(turn)
        seal.alpha_composite(tile, (round(x - height), round(y - height)))
    return seal.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS)


def _star(centre: float, radius: float) -> list[tuple[float, float]]:
    """The corners of a star of five points, the first above."""
    corners = []
    for corner in range(10):
        length, angle = radius * (0.382 if corner % 2 else 1), math.pi * corner / 5
        corners.append((centre + length * math.sin(angle), centre - length * math.cos(angle)))
    return corners
