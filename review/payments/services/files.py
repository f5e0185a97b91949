"""The file that goes to the bank: written by a format, kept, and its export on record."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction

from portal.audit.security import record_export
from portal.audit.services import record_audit
from portal.core.errors import RefusedError
from review.payments.enums import Direction
from review.payments.formats import FORMATS, PaymentLine, beyond_code_page
from review.payments.models import BankFile, Batch, Disbursement
from review.payments.services.batches import finance_officer

if TYPE_CHECKING:
    from portal.core.actor import ActorContext


def payment_lines(batch: Batch) -> Iterator[PaymentLine]:
    """What a batch pays through the bank, in order, a few hundred rows in memory at a time."""
    rows = batch.lines.filter(debt="").with_claims().order_by("pk")
    for line in rows.iterator(chunk_size=500):
        yield PaymentLine(
            reference=line.reference,
            account_name=line.payee["account_name"],
            account_number=line.payee["account_number"],
            bank_name=line.payee["bank_name"],
            cnaps_code=line.payee["cnaps_code"],
            yuan=line.yuan,
            purpose=f"{line.part.award.claim.number} {line.part.award.claim.item.title}"[:60],
        )


def write_bank_file(batch: Batch, *, code: str, act: ActorContext) -> BankFile:
    """Write a released batch in a format and keep the file. Raises RefusedError before the release."""
    officer = finance_officer(batch.region_id, act)
    if not batch.is_sent:
        raise RefusedError("批次复核发放以后才能生成银行文件。")
    known = FORMATS[code]
    name = f"{batch.number}.{known.ending}"
    with tempfile.TemporaryFile() as written:
        known.write(payment_lines(batch), written)
        size = written.tell()
        written.seek(0)
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        file = BankFile(
            direction=Direction.OUT,
            region=batch.region,
            batch=batch,
            format=code,
            name=name,
            sha256=digest,
            size=size,
            officer=officer,
            at=act.at,
        )
        if not storages["private"].exists(file.path):
            written.seek(0)
            storages["private"].save(file.path, File(written))
    applicants = Disbursement.objects.filter(batch=batch).values_list("part__award__claim__applicant_id", flat=True)
    with transaction.atomic():
        file.save()
        record_export(act, filename=name, sha256=digest, rows=batch.count, filters=batch.number, applicants=applicants)
        record_audit(
            act,
            action="payments.file",
            target=file,
            region_code=batch.region_id,
            after={"sha256": digest, "size": size},
        )
    return file


def unusual_characters(batch: Batch) -> list[tuple[str, str, list[str]]]:
    """Reference, name and the characters that the banks' code page lacks, for each line with some."""
    rows = ((line, beyond_code_page(line.account_name + line.bank_name)) for line in payment_lines(batch))
    return [(line.reference, line.account_name, lacking) for line, lacking in rows if lacking]
