"""What puts an office's seal on a notice: nothing, or a signature by a key here, on a device, or at a service."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer

from review.notices.seals.picture import SealPicture, SealStyle
from review.notices.seals.place import Place
from review.notices.seals.signers import name_of
from review.notices.seals.tags import tag_field

FIELD = "Seal"
# Bytes that the signed data takes beside its certificates.
_BESIDE = 1200


class SealError(RuntimeError):
    """A notice could not be sealed; the message says why. A job tries again."""


@dataclass(frozen=True, slots=True)
class SealContext:
    """What is sealed, for the signature's own words: the office, the notice's kind and number, and the moment."""

    office: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """A notice as it leaves the provider, and the name in the certificate that signed it, "" for none."""

    content: bytes
    signer: str


class SealProvider(Protocol):
    """Seals a finished PDF. Raises SealError."""

    def seal(self, pdf: bytes, place: Place, context: SealContext) -> Sealed: ...


class NoSeal:
    """For an office that seals on paper: the place stays free."""

    def seal(self, pdf: bytes, place: Place, context: SealContext) -> Sealed:
        return Sealed(pdf, "")


@dataclass(frozen=True, slots=True)
class PadesSeal:
    """A PAdES signature (B-B) that certifies the file: nothing may be changed after it.

    The signer keeps its key, its session or its address; the picture is printed over signature and date. `digest`
    names the hash of the file: SHA-256, or SM3 for a service that signs by SM2.
    """

    signer: Signer
    name: str
    picture: SealPicture | None
    reserved: int
    digest: str = "sha256"

    @classmethod
    def of(cls, signer: Signer, picture: SealPicture | None) -> "PadesSeal":
        """The seal of a signer whose certificate is known."""
        certificates = sum(len(one.dump()) for one in signer.cert_registry if one.self_signed == "no")
        return cls(signer, name_of(signer.signing_cert), picture, certificates + _BESIDE)

    def seal(self, pdf: bytes, place: Place, context: SealContext) -> Sealed:
        words = PdfSignatureMetadata(
            field_name=FIELD,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm=self.digest,
            name=context.office,
            reason=context.reason,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        field = SigFieldSpec(
            FIELD,
            on_page=place.page,
            box=place.seal_box if self.picture else None,
            readable_field_name=f"{context.office}印章",
        )
        style = SealStyle(border_width=0, picture=self.picture)
        signing = PdfSigner(words, self.signer, stamp_style=style)
        signed, writer = io.BytesIO(), IncrementalPdfFileWriter(io.BytesIO(pdf))
        try:
            append_signature_field(writer, field)
            tag_field(writer, place.page)
            signing.sign_pdf(writer, existing_fields_only=True, output=signed, bytes_reserved=2 * self.reserved)
        except Exception as error:  # a device or a service fails in ways of its own
            raise SealError(f"电子签章没有成功（{self.name}）：{error}") from error
        return Sealed(signed.getvalue(), self.name)
