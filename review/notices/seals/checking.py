"""Whether the signature in a notice holds: the bytes as they were signed, by whom, and under which root."""

import io
import logging
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from review.notices.enums import SignatureState
from review.notices.seals.national import is_national, is_trusted, is_whole
from review.notices.seals.offices import trusted_roots
from review.notices.seals.signers import name_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signature:
    """How a file's signature stands; who signed and when, as far as that can be read."""

    state: SignatureState
    signer: str = ""
    at: datetime | None = None


def check_signature(pdf: bytes, *, at: datetime | None = None) -> Signature:
    """How the signature of a PDF stands. Whatever cannot be read counts as broken.

    `at` is when the file is known to have existed: a certificate that ran out later was good then. Without it, now.
    """
    try:
        found = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
        if not found:
            return Signature(SignatureState.NONE)
        if is_national(found[0]):
            return _check_national(found[0], pdf, at)
        status = validate_pdf_signature(found[0], _context(at))
    except Exception as error:  # noqa: BLE001 - a damaged or hostile file fails anywhere in the reader
        logger.info("A signature could not be read: %s", error)
        return Signature(SignatureState.BROKEN)
    signer = name_of(status.signing_cert)
    if not (status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE):
        return Signature(SignatureState.BROKEN, signer)
    state = SignatureState.VALID if status.trusted else SignatureState.UNTRUSTED
    return Signature(state, signer, status.signer_reported_dt)


def _check_national(found: EmbeddedPdfSignature, pdf: bytes, at: datetime | None) -> Signature:
    signer, reported = name_of(found.signer_cert), found.self_reported_timestamp
    whole = found.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE and is_whole(found, pdf)
    if not whole:
        return Signature(SignatureState.BROKEN, signer)
    trusted = is_trusted(found, trusted_roots(), at or timezone.now())
    return Signature(SignatureState.VALID if trusted else SignatureState.UNTRUSTED, signer, reported)


def _context(at: datetime | None) -> ValidationContext:
    return ValidationContext(trust_roots=trusted_roots(), moment=at, allow_fetching=False, revocation_mode="soft-fail")
