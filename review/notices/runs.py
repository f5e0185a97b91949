"""Print runs: notices by the thousand for the print room, in slices, and as single files or a list of addresses."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from portal.accounts.models import User
from portal.audit.services import record_audit
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import keep_bytes
from portal.core.printable import with_stand_ins
from portal.core.spreadsheets import Column, build_sheet
from portal.core.workflow import Workflow, transition
from portal.jobs.services import enqueue_job
from review.notices.enums import RunAction, RunState
from review.notices.models import Notice, PrintRun, PrintSlice
from review.notices.render import print_bundle
from review.notices.selectors import NoticeFileError, open_notice

STYLE = Path(__file__).with_name("cover.css")
JOB = "notices.print_slice"
SLICE = 50
MOST_NOTICES = 5000
# Single files of one ZIP: some 40 MB.
MOST_FILES = 500
FIELDS = {"{文号}": "number", "{单位}": "party", "{申报编号}": "claim", "{种类}": "kind", "{日期}": "day"}
FILE_NAMES = "{文号} {单位}"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')

WORKFLOW = Workflow(
    transition(RunAction.PAUSE, RunState.RUNNING, RunState.PAUSED),
    transition(RunAction.RESUME, RunState.PAUSED, RunState.RUNNING),
    transition(RunAction.CANCEL, (RunState.RUNNING, RunState.PAUSED), RunState.CANCELLED),
    transition(RunAction.FINISH, RunState.RUNNING, RunState.DONE),
    noun="印制批次",
)


def start_run(notices: QuerySet[Notice], *, region_code: str, file_names: str, act: ActorContext) -> PrintRun:
    """Begin to print those of the notices that are made, not void and issued by one office, in mailing order.

    Mailing order is by district, then recipient, then number. Raises RefusedError where there are none or too many, and
    for a file name that would give two notices one name.
    """
    check_file_names(file_names)
    ready = notices.filter(region_id=region_code, voided_at=None, rendered_at__isnull=False)
    rows = list(
        ready.order_by("claim__region_id", "claim__applicant__name", "number").values_list("pk", "claim__region_id")[
            : MOST_NOTICES + 1
        ]
    )
    if not rows:
        raise RefusedError("没有符合条件、已制作且未作废的通知书。请放宽条件。")
    if len(rows) > MOST_NOTICES:
        raise RefusedError(f"一个批次最多 {MOST_NOTICES} 份通知书。请按日期分成几个批次。")
    with transaction.atomic():
        run = PrintRun.objects.create(
            region_id=region_code, created_by=_person(act), created_at=act.at, file_names=file_names
        )
        position = 0
        for district, group in groupby(rows, key=lambda row: row[1]):
            ids = [pk for pk, _ in group]
            for start in range(0, len(ids), SLICE):
                position += 1
                run.slices.create(position=position, district_id=district, notice_ids=ids[start : start + SLICE])
        _enqueue(run)
        record_audit(
            act,
            action="notices.run",
            target=run,
            region_code=region_code,
            after={"count": len(rows), "slices": position},
        )
    return run


def check_file_names(pattern: str) -> None:
    """Raise RefusedError unless a pattern for names of files tells every notice from every other."""
    unknown = [part for part in re.findall(r"\{[^}]*\}?", pattern) if part not in FIELDS]
    if unknown:
        raise RefusedError(f"不认识“{unknown[0]}”，可用的有 {'、'.join(FIELDS)}。", field="file_names")
    if "{文号}" not in pattern:
        raise RefusedError("文件名须含 {文号}，否则会重名。", field="file_names")


def change_run(run_id: int, action: RunAction, *, act: ActorContext) -> None:
    """Pause, resume or cancel a run: slices that are made stay. Raises RefusedError, PrintRun.DoesNotExist."""
    with transaction.atomic():
        run = PrintRun.objects.visible_to(_person(act)).select_for_update(of=("self",)).get(pk=run_id)
        WORKFLOW.move(run, action)
        if action == RunAction.RESUME:
            _enqueue(run)
        record_audit(act, action=f"notices.run_{action.value}", target=run, region_code=run.region_id)


def _enqueue(run: PrintRun) -> None:
    """A job for each slice that is not made, under a key that no earlier start has used up."""
    run.starts += 1
    run.save(update_fields=["starts"])
    for slice_id in run.slices.filter(made_at=None).values_list("pk", flat=True):
        enqueue_job(JOB, key=f"{slice_id}:{run.starts}", payload={"slice_id": slice_id}, region_code=run.region_id)


def print_slice(slice_id: int) -> None:
    """Make a slice's bundle, unless that is done or its run is paused or cancelled. A job; may run any number of times.

    A notice that was voided meanwhile is left out. The last slice ends its run.
    """
    piece = PrintSlice.objects.select_related("run", "district__parent").get(pk=slice_id)
    if piece.made_at or piece.run.state != RunState.RUNNING:
        return
    content = bundle_of(piece)
    with transaction.atomic():
        run = PrintRun.objects.select_for_update(of=("self",)).get(pk=piece.run_id)
        piece.refresh_from_db()
        if piece.made_at or run.state == RunState.CANCELLED:
            return
        keep_bytes(piece.path, content)
        piece.sha256, piece.size, piece.made_at = hashlib.sha256(content).hexdigest(), len(content), clock.now()
        piece.save(update_fields=["sha256", "size", "made_at"])
        if run.state == RunState.RUNNING and not run.slices.filter(made_at=None).exists():
            WORKFLOW.move(run, RunAction.FINISH)


def bundle_of(piece: PrintSlice) -> bytes:
    """The cover and the notices of a slice as one PDF for printing on both sides."""
    notices = in_order(piece.notice_ids)
    listed = [(notice.number, with_stand_ins(notice.snapshot["party"]["name"])) for notice in notices]
    context = {"slice": piece, "slices": piece.run.slices.count(), "notices": listed}
    cover = render_to_string("notices/print/cover.html", context)
    return print_bundle(cover, (notice.snapshot for notice in notices), style=STYLE.read_text())


def in_order(ids: list[int]) -> list[Notice]:
    """The notices of these keys that are not void, in the order of the keys."""
    found = Notice.objects.filter(voided_at=None).select_related("claim__applicant", "claim__region").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def zip_of(notices: Iterable[Notice], file_names: str = FILE_NAMES) -> bytes:
    """The printed files as they are kept, sealed where they are, under names by a pattern.

    Raises RefusedError naming a notice whose file is missing or not as it was printed.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for notice in notices:
            try:
                with open_notice(notice) as file:
                    archive.writestr(f"{file_name(notice, file_names)}.pdf", file.read())
            except NoticeFileError as error:
                raise RefusedError(f"{notice.number}：{error}，没有打包。请联系系统管理员恢复后再下载。") from error
    return packed.getvalue()


def file_name(notice: Notice, pattern: str) -> str:
    """A notice's file name by a pattern, without what file systems refuse, and not longer than they take."""
    values = {
        "number": notice.number,
        "party": notice.snapshot["party"]["name"],
        "claim": notice.snapshot["claim"]["number"],
        "kind": notice.get_kind_display(),
        "day": notice.issued_on.isoformat(),
    }
    name = pattern
    for field, key in FIELDS.items():
        # The number tells notices apart and stays whole; a long name is cut.
        name = name.replace(field, values[key] if key == "number" else values[key][:40])
    return _NOT_IN_NAMES.sub("_", name).strip(" .")


def address_sheet(run: PrintRun) -> tuple[bytes, list[int]]:
    """Where to mail the notices of a run, as a workbook in mailing order; and, row by row, the applicants' ids."""
    ids = [pk for piece in run.slices.all() for pk in piece.notice_ids]
    columns = [
        Column("册", width=6),
        Column("序号", width=6),
        Column("收件人", width=36),
        Column("地址", width=44),
        Column("联系人", width=10),
        Column("联系电话", width=16),
        Column("文号", width=26),
        Column("邮件号", width=18),
    ]
    slice_of = {pk: (piece.position, at) for piece in run.slices.all() for at, pk in enumerate(piece.notice_ids, 1)}
    rows, applicants = [], []
    for notice in in_order(ids):
        applicant, (position, at) = notice.claim.applicant, slice_of[notice.pk]
        applicants.append(applicant.pk)
        to = [applicant.name, applicant.address, applicant.contact_name, applicant.contact_phone]
        rows.append([str(position), str(at), *to, notice.number, ""])
    note = f"共 {len(rows)} 份，按邮寄顺序排列"
    return build_sheet(f"{run}地址清单", columns=columns, rows=rows, note=note), applicants


def _person(act: ActorContext) -> User:
    if act.user is None:
        raise ValueError("a person does this, never a job")
    return act.user
