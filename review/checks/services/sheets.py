"""Sheets of outside registers: taken from officials, kept as they came, and read by a job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import IO

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from portal.accounts.areas import covers_now
from portal.accounts.models import Region
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import keep_file, kept_name, open_file
from portal.core.registers import RegisterKind
from portal.core.sheet_reading import MAX_BYTES, read_book, stream_rows
from portal.jobs.services import enqueue_job
from review.checks.enums import SheetState
from review.checks.models import REGISTER_ROLES, RegisterRow, RegisterSheet
from review.checks.sheets import read_entries
from review.checks.workflow import SHEETS

READ = "checks.read_sheet"
# Sheets that sums follow from: a second person looks at them before they count.
CONFIRMED_BY_ANOTHER = frozenset({RegisterKind.GROUPS, RegisterKind.EXCLUDED})
LARGEST = 40 * 1024 * 1024
_MAX_UNPACKED_BYTES = 400 * 1024 * 1024
_MAX_ELEMENTS = 12_000_000
_AT_ONCE = 1000


def take_sheet(
    region: Region, *, kind: RegisterKind, as_of: date, source: str, upload: UploadedFile[bytes], act: ActorContext
) -> RegisterSheet:
    """Keep a sheet of a register as of a day and promise to read it; the same once more is the one that is there.

    Raises PermissionDenied outside the person's regions, RefusedError for a day to come, an empty or too large file.
    """
    user = act.user
    if user is None or not covers_now(user, region.pk, *REGISTER_ROLES):
        raise PermissionDenied("只有本地区的市级经办或政策管理人员可以上传名单。")
    if as_of > timezone.localdate(act.at):
        raise RefusedError("截至日期不能晚于今天。", "as_of")
    if not 0 < (upload.size or 0) <= LARGEST:
        raise RefusedError(f"文件是空的，或超过 {filesizeformat(LARGEST)}，请核对后重新上传。", "file")
    kept = keep_file(upload, folder=RegisterSheet.FOLDER)
    with transaction.atomic():
        sheet, is_new = RegisterSheet.objects.get_or_create(
            region=region,
            kind=kind,
            as_of=as_of,
            sha256=kept.sha256,
            defaults={
                "source": source.strip(),
                "filename": (upload.name or "名单")[:200],
                "size": kept.size,
                "uploaded_by": user,
                "uploaded_at": act.at,
            },
        )
        if is_new:
            enqueue_job(READ, key=str(sheet.pk), payload={"sheet_id": sheet.pk}, region_code=region.pk)
            _record(sheet, "sheet_taken", act)
    return sheet


def read_sheet(*, sheet_id: int) -> None:
    """Read the rows of a kept sheet, all or none; what cannot be read is said on the page. A job."""
    problem, count = "", 0
    with transaction.atomic():
        sheet = RegisterSheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
        if sheet.state != SheetState.READING:
            return
        try:
            with transaction.atomic(), open_file(_name_of(sheet), sha256=sheet.sha256) as file:
                entries = read_entries(RegisterKind(sheet.kind), _rows_of(file, sheet.size))
                rows = (RegisterRow(sheet=sheet, key=key, facts=facts) for key, facts in entries)
                while some := list(islice(rows, _AT_ONCE)):
                    count += len(RegisterRow.objects.bulk_create(some))
        except RefusedError as error:
            problem, count = str(error), 0
        good = SheetState.WAITING if sheet.kind in CONFIRMED_BY_ANOTHER else SheetState.IN_FORCE
        state = SheetState.FAILED if problem else good
        SHEETS.move(sheet, state, changes={"rows": count, "problem": problem})
        _record(sheet, "sheet_read", ActorContext(None, timezone.now()))


def decide_sheet(sheet_id: int, *, is_confirmed: bool, act: ActorContext) -> RegisterSheet:
    """Let a sheet count that somebody else sent in, or not.

    Raises PermissionDenied outside the person's regions, RefusedError for one's own sheet and for one that is decided.
    """
    with transaction.atomic():
        sheet = RegisterSheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
        user = act.user
        if user is None or not covers_now(user, sheet.region_id, *REGISTER_ROLES):
            raise PermissionDenied("只有本地区的市级经办或政策管理人员可以复核名单。")
        state = SheetState.IN_FORCE if is_confirmed else SheetState.FAILED
        SHEETS.check(sheet, state)
        if sheet.state != SheetState.WAITING:
            raise RefusedError("名单正在读取，请稍后再复核。")
        if same_person(user, sheet.uploaded_by_id):
            raise RefusedError("名单由您上传，须由另一人复核。")
        problem = "" if is_confirmed else "复核未通过"
        SHEETS.move(sheet, state, changes={"confirmed_by": user, "problem": problem})
        _record(sheet, "sheet_confirmed" if is_confirmed else "sheet_refused", act)
    return sheet


def _name_of(sheet: RegisterSheet) -> str:
    return kept_name(RegisterSheet.FOLDER, sheet.sha256)


def _rows_of(file: IO[bytes], size: int) -> Iterator[tuple[int, list[str]]]:
    """The texts of each row of the first sheet. Raises RefusedError for what is no table or has unreadable cells."""
    if size > MAX_BYTES:
        for row in stream_rows(file, most_bytes=_MAX_UNPACKED_BYTES, most_elements=_MAX_ELEMENTS):
            if row.fault:
                raise RefusedError(row.fault)
            yield row.number, row.texts
        return
    book = read_book(file.read())
    for number, cells in (book[0].rows if book else {}).items():
        if wrong := next((cell for cell in cells.values() if cell.fault), None):
            raise RefusedError(f"{wrong.address}：{wrong.fault}")
        yield number, [cells[at].text if at in cells else "" for at in range(1, max(cells, default=0) + 1)]


def _record(sheet: RegisterSheet, deed: str, act: ActorContext) -> None:
    record_audit(
        act,
        action=f"checks.{deed}",
        target=sheet,
        region_code=sheet.region_id,
        after={
            "kind": sheet.kind,
            "as_of": sheet.as_of,
            "source": sheet.source,
            "sha256": sheet.sha256,
            "state": sheet.state,
            "rows": sheet.rows,
        },
    )
