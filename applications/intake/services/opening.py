"""What a job does with an upload: an archive is opened, and what is for many claims goes where its numbers lead."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from django.core.exceptions import PermissionDenied

from applications.claims.models import Claim
from applications.intake.models import IncomingFile
from applications.intake.selectors.candidates import Candidates
from applications.intake.services.archives import read_archive
from applications.intake.services.reading import text_of
from applications.intake.services.receiving import forget, joined_chunks, take_file
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.progress import report_progress

MAX_TOLD = 100


def open_incoming(incoming: int) -> None:
    """Take every file of an upload into its claim, or into each open claim of the sender's principals that it names.

    Idempotent: what a claim has already is not taken twice.
    """
    found = IncomingFile.objects.select_related("claim", "sent_by").filter(pk=incoming, opened_at=None).first()
    if found is None:
        return
    told: list[str] = []
    taken = 0
    own = [found.claim] if found.claim else []
    candidates = Candidates(()) if own else Candidates.of(found.sent_by)
    try:
        with joined_chunks(found) as whole:
            for name, content in _entries(found, whole, told):
                claims = own or candidates.named_by(name, partial(_text, name, content))
                if not claims:
                    told.append(
                        f"“{name}”没有找到对应的号码，没有保存。请在文件名中写上专利号等号码，或到那份申报中上传。"
                    )
                taken += sum(_take(claim, name, content, found, told) for claim in claims)
    except (RefusedError, PermissionDenied) as error:
        told.append(str(error))
    found.told = [*told[:MAX_TOLD], f"另有 {len(told) - MAX_TOLD} 个文件没有取出。"] if len(told) > MAX_TOLD else told
    found.taken, found.opened_at = taken, clock.now()
    found.save(update_fields=["told", "taken", "opened_at"])
    forget(found, keeps_row=True)


def _entries(found: IncomingFile, whole: BinaryIO, told: list[str]) -> Iterator[tuple[str, bytes]]:
    """The files in an upload, with the job's progress said between them by how much of it was read."""
    if not found.is_archive:
        yield found.filename, whole.read()
        return
    total = whole.seek(0, io.SEEK_END)
    for entry in read_archive(whole, told):
        yield entry
        report_progress(min(whole.tell(), total - 1), total)


def _text(name: str, content: bytes) -> str:
    return text_of(content) if name.lower().endswith(".pdf") else ""


def _take(claim: Claim, name: str, content: bytes, found: IncomingFile, told: list[str]) -> bool:
    """Take a file into a claim; False, with the reason told, where it is refused."""
    act = ActorContext(user=found.sent_by, at=clock.now())
    try:
        take_file(claim, act=act, filename=name, content=content)
    except RefusedError as error:
        told.append(str(error) if found.claim else f"{claim.applicant.name}：{error}")
        return False
    return True
