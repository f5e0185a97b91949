"""Drafts with several patents, and files as people drop them."""

import hashlib
import io
import zipfile

from applications.claims.models import Claim
from applications.claims.services.drafts import add_lines
from applications.intake.services.receiving import CHUNK_BYTES, begin_upload, finish_upload, put_chunk
from tests.applications.worlds import patent_facts, publish, start
from tests.factories import act, make_member
from tests.files import make_pdf


def draft_of_patents(count, member=None):
    """A draft of so many invention patents, without files, and its member."""
    publish()
    member = member or make_member()
    claim = start(member)
    add_lines(claim, act=act(member), rows=[patent_facts(number) for number in range(1, count + 1)])
    return Claim.objects.get(pk=claim.pk), member


def paper(number, kind):
    """Name and bytes of one paper of a patent."""
    patent = patent_facts(number)["patent_no"]
    return f"ZL{patent} {kind}.pdf", make_pdf(text=f"{patent} {kind}")


def send(claim, member, name, content):
    """Upload a file in chunks, as the page's script does; what was told."""
    digest = hashlib.sha256(content).hexdigest()
    begun = begin_upload(claim, act=act(member), filename=name, size=len(content), sha256=digest)
    if begun.incoming is None:
        return begun.told
    for at in range(begun.incoming.received, len(content), CHUNK_BYTES):
        put_chunk(begun.incoming, act=act(member), offset=at, content=content[at : at + CHUNK_BYTES])
    return finish_upload(begun.incoming, act=act(member)).told


class OldName(zipfile.ZipInfo):
    """An entry whose name is written in GBK, as older programs do, without saying so."""

    def _encodeFilenameFlags(self):  # noqa: N802 - the library's own name
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def make_zip(entries):
    """An archive of (name or OldName, bytes)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()
