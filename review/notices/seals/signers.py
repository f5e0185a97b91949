"""Who signs: a key in memory, a key on a PKCS#11 device, or a service that gets the hash and answers the signature."""

import base64
import json
import urllib.request
from pathlib import Path
from typing import Any

from asn1crypto import cms, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import load_pem_x509_certificates
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.core.calling import open_address

SECONDS = 20
_MOST_BYTES = 100_000

# Attributes that are the same for all that a certificate signs, and the hash.
_CONSTANT = {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class ComposedOnce(Signer):
    """Composes signed data once: of what it signs later the hash and the signature alone are new (PAdES B-B)."""

    _composed: tuple[bytes, bytes] | None = None

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *args: Any, **given: Any) -> cms.ContentInfo:
        if self._composed is None:
            first: cms.ContentInfo = await super().async_sign(data_digest, digest_algorithm, *args, **given)
            attributes = {one["type"].native for one in first["content"]["signer_infos"][0]["signed_attrs"]}
            if attributes <= _CONSTANT:
                self._composed = (first.dump(), data_digest)
            return first
        pattern, digest = self._composed
        composed: cms.ContentInfo = cms.ContentInfo.load(pattern.replace(digest, data_digest))
        signer = composed["content"]["signer_infos"][0]
        signer["signature"] = await self.async_sign_raw(as_signed(signer), digest_algorithm)
        return composed


def as_signed(signer: cms.SignerInfo) -> bytes:
    """The signed attributes as a set, which is how they are signed (RFC 5652, 5.4): their own bytes under that tag."""
    attributes: bytes = signer["signed_attrs"].dump()
    return b"\x31" + attributes[1:]


class KeptKeySigner(ComposedOnce):
    """Signs with a key that is read once and kept."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, others: list[x509.Certificate]) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([certificate, *others])
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's interface
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), _hash(digest_algorithm))
        return self._key.sign(data, ec.ECDSA(_hash(digest_algorithm)))


def _hash(name: str) -> hashes.HashAlgorithm:
    found: hashes.HashAlgorithm = getattr(hashes, name.upper())()
    return found


def from_pkcs12(path: Path, passphrase: str) -> KeptKeySigner:
    """The signer of a PKCS#12 file. Raises OSError, or ValueError for a wrong passphrase or a file without a key."""
    key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), passphrase.encode() or None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or certificate is None:
        raise ValueError(f"{path.name} 中没有可用的私钥和证书。")
    return KeptKeySigner(
        key, _as_asn1(certificate.public_bytes(Encoding.DER)), [_as_asn1(o.public_bytes(Encoding.DER)) for o in others]
    )


class DeviceSigner(ComposedOnce, PKCS11Signer):
    """Signs with a key on a device."""


def from_device(module: str, token: str, key: str, *, pin: str, chain: list[x509.Certificate]) -> Signer:
    """The signer of a key with the label `key` on a PKCS#11 token; its session stays open.

    `chain` has the key's certificate and those above it; of an empty one, the token's with the key's label is taken.
    """
    session = open_pkcs11_session(module, token_criteria=TokenCriteria(label=token), user_pin=pin or None)
    signer = DeviceSigner(
        session, key_label=key, cert_label=key, signing_cert=chain[0] if chain else None, ca_chain=chain[1:]
    )
    # Many devices sign with elliptic curves what was hashed before, and nothing else.
    signer.use_raw_mechanism = signer.signing_cert.public_key.algorithm == "ec"
    return signer


class RemoteSigner(Signer):
    """Sends the hash of what is signed to a service, and takes the signed data (CMS, DER) that it answers.

    Asked by POST with JSON `{"algorithm": "sha256" or "sm3", "digest": base64}`; answers `{"cms": base64}`, SignedData
    by RFC 5652 or GB/T 35275. Its keys are its own affair; by SM3 it signs with SM2 (see `national`).
    """

    def __init__(self, url: str, token: str) -> None:
        super().__init__()
        self._url = url
        self._token = token

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *_: Any, **__: Any) -> cms.ContentInfo:
        asked = {"algorithm": digest_algorithm, "digest": base64.b64encode(data_digest).decode()}
        signed: cms.ContentInfo = cms.ContentInfo.load(self._ask(asked), strict=True)
        return signed

    def _ask(self, asked: dict[str, str]) -> bytes:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(  # noqa: S310 - the operator's own setting
            self._url, data=json.dumps(asked).encode(), headers=headers
        )
        with open_address(request, seconds=SECONDS) as answer:
            answered = json.loads(answer.read(_MOST_BYTES))
        return base64.b64decode(answered["cms"], validate=True)


def read_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises OSError, or ValueError where there is none."""
    return [_as_asn1(one.public_bytes(Encoding.DER)) for one in load_pem_x509_certificates(path.read_bytes())]


def _as_asn1(der: bytes) -> x509.Certificate:
    certificate: x509.Certificate = x509.Certificate.load(der)
    return certificate


def name_of(certificate: x509.Certificate) -> str:
    """Whom a certificate names."""
    subject = certificate.subject.native
    return str(subject.get("common_name") or subject.get("organization_name") or "")
