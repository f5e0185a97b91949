"""Signatures by SM2 with SM3 (GB/T 32918, GB/T 35276), which pyHanko does not know: OpenSSL checks them.

What is signed, a SignedData over the hash of the file, is laid out as in every other PDF. Its types are numbered by
RFC 5652 or by GB/T 35275-2017 (before: GM/T 0010-2012), as the service has them.
"""

import hashlib
import subprocess
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from asn1crypto import cms, pem, x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from review.notices.seals.signers import as_signed

SM3 = "1.2.156.10197.1.401"
# With SM3, as certificates number it, and alone, as GB/T 35275 does.
_SM2 = ("1.2.156.10197.1.501", "1.2.156.10197.1.301.1")
# GB/T 35275-2017, clause 6: the national numbers of data and of signed data.
_TYPES = {"1.2.156.10197.6.1.4.2.1": "data", "1.2.156.10197.6.1.4.2.2": "signed_data"}
# The signer's name in the hash, where none is agreed (GB/T 35276-2017, clause 10).
_SIGNER = "distid:1234567812345678"
_SECONDS = 10

# Read as what they are; of two numbers of a name the last is written, which is that of RFC 5652.
cms.ContentType._map = _TYPES | cms.ContentType._map  # noqa: SLF001 - how asn1crypto is told of further types


def is_national(found: EmbeddedPdfSignature) -> bool:
    """Whether the file was hashed by SM3."""
    return str(found.md_algorithm) == SM3


def is_whole(found: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the signature is its certificate's, over the bytes that it names in this file."""
    start, length, after, rest = (int(part) for part in found.byte_range)
    digest = hashlib.new("sm3", pdf[start : start + length] + pdf[after : after + rest]).digest()
    signed, attributes = found.signer_info, found.signer_info["signed_attrs"]
    claimed = [one["values"][0].native for one in attributes if one["type"].native == "message_digest"]
    if claimed != [digest] or signed["signature_algorithm"]["algorithm"].native not in _SM2:
        return False
    with TemporaryDirectory() as folder:
        files = {
            "key.pem": pem.armor("PUBLIC KEY", found.signer_cert.public_key.dump()),
            "signature": signed["signature"].native,
            "signed": as_signed(signed),
        }
        _write(Path(folder), files)
        command = ["dgst", "-sm3", "-sigopt", _SIGNER, "-verify", "key.pem", "-signature", "signature", "signed"]
        return _openssl(folder, *command)


def is_trusted(found: EmbeddedPdfSignature, roots: list[x509.Certificate], at: datetime) -> bool:
    """Whether the certificate leads to one of the roots, and was good at a moment."""
    with TemporaryDirectory() as folder:
        files = {
            "roots.pem": b"".join(_armoured(root) for root in roots),
            "others.pem": b"".join(_armoured(one) for one in found.other_embedded_certs),
            "certificate.pem": _armoured(found.signer_cert),
        }
        _write(Path(folder), files)
        untrusted = ["-untrusted", "others.pem"] if files["others.pem"] else []
        when = ["-attime", str(int(at.timestamp()))]
        chain = ["-CAfile", "roots.pem", "-no-CApath", "-no-CAstore", *untrusted]
        return bool(roots) and _openssl(folder, "verify", *chain, *when, "-vfyopt", _SIGNER, "certificate.pem")


def _armoured(certificate: x509.Certificate) -> bytes:
    armoured: bytes = pem.armor("CERTIFICATE", certificate.dump())
    return armoured


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _openssl(folder: str, *command: str) -> bool:
    done = subprocess.run(  # noqa: S603 - fixed arguments, files of our own
        ["openssl", *command],  # noqa: S607 - the system's
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )
    return done.returncode == 0
