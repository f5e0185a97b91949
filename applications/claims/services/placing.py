"""Files that were sent for a whole claim: kept without a place, put into one or many, and taken out again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from applications.claims.models import Claim, Evidence
from applications.claims.selectors.scope import editable_scope
from applications.claims.services.evidence import (
    Upload,
    attach,
    check_place,
    check_quota,
    check_upload,
    line_of,
    lock_for_files,
    refuse_defence,
    store_file,
)
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError


def keep_unplaced(claim: Claim, *, act: ActorContext, upload: Upload) -> tuple[Evidence, bool]:
    """Check and keep a file of the claim whose place is not known yet; whether it is new to the claim.

    The same bytes again give what the claim has, wherever it is. Raises RefusedError as `add_evidence` does.
    """
    media_type = check_upload(upload)
    with transaction.atomic():
        claim = lock_for_files(claim, act)
        check_quota(claim, size=upload.file.size or 0)
        stored = store_file(upload.file, media_type=media_type, act=act)
        if there := claim.evidence.filter(file=stored, removed_at=None).first():
            return there, False
        found = attach(claim, act=act, requirement="", line=None, stored=stored, filename=upload.filename)
        return found, True


def use_again(claim: Claim, *, act: ActorContext, sources: Iterable[Evidence]) -> int:
    """Take files of the same applicant's other claims into this one, without a place; how many are new to it."""
    added = 0
    with transaction.atomic():
        claim = lock_for_files(claim, act)
        there = set(claim.evidence.filter(removed_at=None).values_list("file_id", flat=True))
        for source in sources:
            if source.claim.applicant_id != claim.applicant_id:
                raise RefusedError("只能选用本单位以前上传的材料。")
            if source.file_id in there:
                continue
            check_quota(claim, size=0)
            attach(claim, act=act, requirement="", line=None, stored=source.file, filename=source.filename)
            there.add(source.file_id)
            added += 1
    return added


def place_file(evidence: Evidence, *, act: ActorContext, requirement: str, line_ids: Iterable[int | None]) -> int:
    """Put a file that waits into its places: one requirement, of each of the lines (None: of the whole claim).

    Lines of defence patents are passed over where others are asked for too. How many places it has got; none where it
    was put away or removed in the meantime. Raises RefusedError where the item asks for no such paper there.
    """
    with transaction.atomic():
        claim = lock_for_files(evidence.claim, act)
        waiting = Evidence.objects.select_for_update(of=("self",)).select_related("file").get(pk=evidence.pk)
        if not waiting.is_unplaced or waiting.removed_at is not None:
            return 0
        lines = [line_of(claim, line_id) for line_id in line_ids]
        for line in lines:
            check_place(claim, requirement, line)
            if len(lines) == 1:
                refuse_defence(line)
        lines = [line for line in lines if line is None or not line.is_defence]
        if not lines:
            return 0
        first, *others = lines
        there = claim.evidence.filter(requirement=requirement, line=first, file=waiting.file, removed_at=None)
        if there.exists():
            waiting.removed_at = act.at
        else:
            waiting.requirement, waiting.line = requirement, first
        waiting.save(update_fields=["requirement", "line", "removed_at"])
        for line in others:
            attach(
                claim,
                act=act,
                requirement=requirement,
                line=line,
                stored=waiting.file,
                filename=waiting.filename,
            )
        record_audit(
            act,
            action="evidence.place",
            target=waiting,
            region_code=claim.region_id,
            after={
                "filename": waiting.filename,
                "requirement": requirement,
                "lines": [line.position for line in lines if line is not None],
            },
        )
        return len(lines)


def take_out(evidence: Evidence, *, act: ActorContext) -> None:
    """Take a file out of its place, back among those that wait. In a correction only where it may be removed."""
    with transaction.atomic():
        claim = lock_for_files(evidence.claim, act)
        placed = Evidence.objects.select_for_update(of=("self",)).select_related("line").get(pk=evidence.pk)
        if placed.is_unplaced or placed.removed_at is not None:
            return
        if not editable_scope(claim).may_remove(placed):
            raise RefusedError(f"补正要求没有涉及“{placed.filename}”，不能移动；可以补充上传新的材料。")
        before = {"requirement": placed.requirement, "lines": [placed.line.position] if placed.line else []}
        waits = claim.evidence.filter(requirement="", file=placed.file_id, removed_at=None).exists()
        if waits or claim.submitted_at is not None:
            # What officers had before them stays on record where it was.
            placed.removed_at = act.at
        else:
            placed.requirement, placed.line = "", None
        placed.save(update_fields=["requirement", "line", "removed_at"])
        if claim.submitted_at is not None and not waits:
            attach(claim, act=act, requirement="", line=None, stored=placed.file, filename=placed.filename)
        record_audit(
            act,
            action="evidence.take_out",
            target=placed,
            region_code=claim.region_id,
            before=before,
            after={"filename": placed.filename, "removed_at": placed.removed_at},
        )
