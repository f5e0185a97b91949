"""Signatures by SM2 with SM3 (GB/T 32918, GB/T 35276), which pyHanko does not know: OpenSSL checks them.

What is signed, a CMS SignedData (RFC 5652) over the hash of the file, is laid out as in every other PDF.
"""

import hashlib
import subprocess
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from asn1crypto import pem, x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

SM3 = "1.2.156.10197.1.401"
_SM2_WITH_SM3 = "1.2.156.10197.1.501"
# The signer's name in the hash, where none is agreed (GB/T 35276-2017, clause 10).
_SIGNER = "distid:1234567812345678"
_SECONDS = 10


def is_national(found: EmbeddedPdfSignature) -> bool:
    """Whether the file was hashed by SM3."""
    return str(found.md_algorithm) == SM3


def is_whole(found: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the signature is its certificate's, over the bytes that it names in this file."""
    start, length, after, rest = (int(part) for part in found.byte_range)
    digest = hashlib.new("sm3", pdf[start : start + length] + pdf[after : after + rest]).digest()
    signed, attributes = found.signer_info, found.signer_info["signed_attrs"]
    claimed = [one["values"][0].native for one in attributes if one["type"].native == "message_digest"]
    if claimed != [digest] or signed["signature_algorithm"]["algorithm"].native != _SM2_WITH_SM3:
        return False
    with TemporaryDirectory() as folder:
        files = {
            "key.pem": pem.armor("PUBLIC KEY", found.signer_cert.public_key.dump()),
            "signature": signed["signature"].native,
            # As a set, which is how it was signed (RFC 5652, 5.4).
            "signed": attributes.untag().dump(force=True),
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
