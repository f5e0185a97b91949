"""Answers of a bank: taken in once, read in slices by a job, each row matched to what it answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import ClaimEvent
from portal.audit.services import record_audit
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.bulk import insert_rows, new_row
from portal.core.errors import RefusedError
from portal.core.files import keep_file
from portal.core.in_turn import Turn, work_in_turn
from portal.core.json_text import text_maker
from portal.core.money import MoneyError, format_yuan, read_yuan, to_fen, to_yuan
from portal.core.numbers import NumberError, read_day, whole_number
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from review.payments.enums import ARRIVED, Deed, Direction, FileState, HandlingState, LineState, RowState
from review.payments.formats import FORMATS, AnswerLine, format_of
from review.payments.models import FOLDER, BankFile, BankRow, Batch, Disbursement
from review.payments.services.batches import finance_officer
from review.payments.services.settling import (
    IN_RECOVERY,
    Ended,
    Paper,
    end_lines,
    lock_lines,
    recovered_claims,
    settle_lines,
)
from review.payments.workflow import FILES

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.accounts.models import Region

MAX_BYTES = 40 * 1024 * 1024
SLICE = 500
_cells = text_maker(json.JSONEncoder(ensure_ascii=False, sort_keys=True))
_PAID_WORDS = frozenset({"成功", "支付成功", "交易成功", "已到账", "已支付", "success", "s", "0000"})
_FAILED_WORDS = frozenset({"失败", "支付失败", "交易失败", "退票", "已退票", "退回", "失败退回", "fail", "failed", "f"})


def take_answer(
    region: Region, upload: UploadedFile[bytes], *, batch: Batch | None, act: ActorContext
) -> tuple[BankFile, bool]:
    """Keep a bank's answer and have a job read it. Returns the file and whether it is new: the same again does nothing.

    Raises RefusedError for a file that is too large, or whose format or headings cannot be recognised.
    """
    officer = finance_officer(region.pk, act)
    if not upload.size or upload.size > MAX_BYTES:
        raise RefusedError("回盘文件应不为空且不超过 40 MB，请拆分后上传。", field="answer")
    upload.seek(0)
    code = format_of(upload.read(4096))
    upload.seek(0)
    content = hashlib.sha256()
    for chunk in upload.chunks():
        content.update(chunk)
    standing = BankFile.objects.filter(region=region, sha256=content.hexdigest(), direction=Direction.IN).first()
    if standing is not None:
        return standing, False
    kept = keep_file(upload, folder=FOLDER)
    with transaction.atomic():
        file, is_new = BankFile.objects.get_or_create(
            region=region,
            sha256=kept.sha256,
            direction=Direction.IN,
            defaults={
                "batch": batch,
                "format": code,
                "name": (upload.name or "回盘")[:200],
                "size": kept.size,
                "state": FileState.READING,
                "officer": officer,
                "at": act.at,
            },
        )
        if is_new:
            enqueue_job(
                "payments.read_answer",
                key=str(file.pk),
                payload={"file_id": file.pk, "address": act.address},
                region_code=region.pk,
            )
            record_audit(
                act,
                action="payments.answer",
                target=file,
                region_code=region.pk,
                after={"sha256": file.sha256, "size": file.size},
            )
    return file, is_new


def read_answer(file_id: int, address: str = "") -> None:
    """Read an answer to its end, in slices that are each carried out wholly or not at all. A job; may begin again."""
    file = BankFile.objects.select_related("officer", "region").get(pk=file_id)
    if file.state != FileState.READING:
        return
    act = ActorContext(user=file.officer, at=clock.now(), address=address)
    sums = _Sums()
    for row in BankRow.objects.filter(file=file).only("state", "fen").order_by("number").iterator(chunk_size=2000):
        sums.add(row)
    done = BankRow.objects.filter(file=file).order_by("-number").values_list("number", flat=True).first() or 0
    try:
        with storages["private"].open(file.path) as stored:
            total = FORMATS[file.format].count(stored)
            rows = (row for row in FORMATS[file.format].read(stored) if row.number > done)

            def work(part: list[AnswerLine], turn: Turn) -> None:
                _carry_out(file, part, sums=sums, act=act, turn=turn)
                report_progress(min(part[-1].number, total), total)

            work_in_turn(iter(lambda: list(islice(rows, SLICE)), []), work)
    except RefusedError as error:
        _finish(file, FileState.REFUSED, problem=str(error)[:300])
        return
    _finish(file, FileState.DONE)


def _finish(file: BankFile, state: FileState, *, problem: str = "") -> None:
    FILES.move_all(BankFile.objects.filter(pk=file.pk), state, problem=problem)


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says, as far as it can be read; `problem` is what cannot."""

    row: AnswerLine
    checksum: str
    fen: int | None = None
    is_paid: bool = False
    on: date | None = None
    problem: str = ""

    def cell(self, name: str) -> str:
        """What stands in a column, "" where the file has none."""
        return self.row.cells.get(name, "")


def _carry_out(file: BankFile, rows: Iterable[AnswerLine], *, sums: _Sums, act: ActorContext, turn: Turn) -> None:
    """Match and carry out rows in order. A disbursement that comes twice is carried out in a transaction of its own."""
    said = [_understood(row, today=timezone.localdate(act.at)) for row in rows]
    if not all(each.cell("reference") for each in said):
        # What such a row means depends on what the rows before it left in transit.
        turn.wait()
    while said:
        with transaction.atomic():
            part = _Slice(file, said, sums, act)
            said = said[len(part.rows) :]
            if not said:
                turn.let_next_begin()
            part.carry_out(turn)


@dataclass(slots=True)
class _Sums:
    """What the rows of an answer add up to so far, in fen: all of them, and those since the last row of totals.

    Rows of totals keep no sum themselves, so that none is added up twice.
    """

    whole: int = 0
    part: int = 0

    def add(self, row: BankRow) -> None:
        self.whole += row.fen or 0
        self.part = 0 if row.state == RowState.TOTAL else self.part + (row.fen or 0)

    def check(self, each: Said) -> tuple[RowState, str]:
        """A row of totals moves nothing; one that is not the sum of what stands above it needs a person."""
        if each.fen is None:
            return RowState.TOTAL, f"“{each.row.total}”行没有可读的金额，未核对"
        stated, found = format_yuan(to_yuan(each.fen)), format_yuan(to_yuan(self.whole))
        if each.fen in (self.whole, self.part):
            return RowState.TOTAL, f"“{each.row.total}”{stated} 元，与上列各行之和一致"
        return RowState.INVALID, (
            f"“{each.row.total}”{stated} 元，上列各行之和为 {found} 元。请与银行核对是否缺行，"
            "缺行的补齐后再上传，并搁置本行"
        )


class _Slice:
    """Rows that are carried out in one transaction."""

    def __init__(self, file: BankFile, said: list[Said], sums: _Sums, act: ActorContext) -> None:
        self.file, self.said, self.sums, self.act = file, said, sums, act
        self.targets = self._targets()
        self.lines = {line.pk: line for line in self._locked()}
        claims = {line.part.award.claim_id for line in self.lines.values()}
        approvals = ClaimEvent.objects.filter(claim_id__in=claims, action=Action.APPROVE).order_by("-pk")
        self.recovered = recovered_claims(self.lines.values())
        self.approved_on = {pk: timezone.localdate(at) for pk, at in approvals.values_list("claim_id", "at")}
        checksums = [each.checksum for each in said]
        alike = BankRow.objects.filter(checksum__in=checksums)
        done = alike.filter(Q(state=RowState.MATCHED) | Q(handlings__state=HandlingState.ASSIGNED))
        self.seen = set(done.values_list("checksum", flat=True))
        self.paid: list[tuple[Disbursement, Paper]] = []
        self.ended: list[Ended] = []
        self.rows = self._matched()

    def carry_out(self, turn: Turn) -> None:
        """Write the rows and what they say."""
        insert_rows(self.rows)
        settle_lines(self.paid, act=self.act, in_turn=turn.wait)
        turn.wait()
        end_lines(self.ended, act=self.act)

    def _matched(self) -> list[BankRow]:
        """The rows up to one whose disbursement has come already, at least one; what they say is gathered."""
        written: list[BankRow] = []
        touched: set[int] = set()
        for each in self.said:
            line = self.lines.get(self.targets[each.row.number] or 0)
            if line is not None and line.pk in touched:
                break
            state, note = self.sums.check(each) if each.row.total else self._judge(each, line)
            if state == RowState.MATCHED and line is not None:
                touched.add(line.pk)
                self.seen.add(each.checksum)
            written.append(_row(self.file, each, line, state, note))
            self.sums.add(written[-1])
        return written

    def _locked(self) -> list[Disbursement]:
        return lock_lines({pk for pk in self.targets.values() if pk}, for_books=True)

    def _targets(self) -> dict[int, int | None]:
        """The key of the disbursement that each row means, by its number: by reference, else by account and sum."""
        references = {each.row.number: _reference_pk(each) for each in self.said}
        mine = Disbursement.objects.filter(part__region_id=self.file.region_id)
        known = set(mine.filter(pk__in=set(references.values())).values_list("pk", flat=True))
        unnamed = [each for each in self.said if not each.cell("reference") and each.fen is not None]
        by_account: dict[tuple[str, int], list[int]] = {}
        if unnamed:
            found = mine.filter(state=LineState.IN_TRANSIT, fen__in={each.fen for each in unnamed})
            for pk, payee, fen in found.values_list("pk", "payee", "fen"):
                by_account.setdefault((payee.get("account_number", ""), fen), []).append(pk)
        targets: dict[int, int | None] = {}
        for each in self.said:
            named = references[each.row.number]
            fitting = by_account.get((_digits(each.cell("account")), each.fen or 0), [])
            if each.cell("reference"):
                targets[each.row.number] = named if named in known else None
            else:
                targets[each.row.number] = fitting[0] if len(fitting) == 1 else None
        return targets

    def _judge(self, each: Said, line: Disbursement | None) -> tuple[RowState, str]:
        """What becomes of a row; what is to be carried out is gathered."""
        if each.problem:
            return RowState.INVALID, each.problem
        if each.checksum in self.seen:
            return RowState.ALREADY, "同样的一行此前已经处理"
        if line is None:
            return RowState.UNMATCHED, "本地区没有这个流水号" if each.cell("reference") else "没有唯一对应的在途支付"
        if difference := _difference(each, line):
            return RowState.UNMATCHED, difference
        on = each.on or timezone.localdate(self.act.at)
        approved = self.approved_on.get(line.part.award.claim_id)
        if approved and on < approved:
            return RowState.INVALID, f"日期早于批准日期 {approved:%Y-%m-%d}"
        return self._apply(each, line, Paper(each.cell("voucher")[:60] or line.reference, on))

    def _apply(self, each: Said, line: Disbursement, paper: Paper) -> tuple[RowState, str]:
        state = LineState(line.state)
        if each.is_paid:
            if state == LineState.IN_TRANSIT:
                self.paid.append((line, paper))
                return RowState.MATCHED, Deed.SETTLE.label
            is_done = state in ARRIVED
        else:
            deed = {LineState.IN_TRANSIT: Deed.FAIL, LineState.PAID: Deed.RETURN}.get(state)
            if deed == Deed.RETURN and line.part.award.claim_id in self.recovered:
                return RowState.UNMATCHED, IN_RECOVERY
            if deed is not None:
                self.ended.append(Ended(line, deed, each.cell("reason")[:200] or "银行未说明原因", paper))
                return RowState.MATCHED, deed.label
            is_done = state in (LineState.FAILED, LineState.RETURNED)
        if is_done:
            return RowState.ALREADY, f"该笔已登记为“{state.label}”"
        return RowState.UNMATCHED, f"该笔现为“{state.label}”，不在途"


def _understood(row: AnswerLine, *, today: date) -> Said:
    said = Said(row, _checksum(row.cells), problem=row.fault[:300])
    if said.problem:
        return said
    try:
        said = replace(said, fen=to_fen(read_yuan(row.cells.get("amount", ""))))
    except MoneyError as error:
        said = replace(said, problem=str(error)[:300])
    outcome = row.cells.get("outcome", "").casefold()
    if outcome not in _PAID_WORDS | _FAILED_WORDS:
        return replace(said, problem=f"结果“{outcome[:20]}”无法识别，应为“成功”或“失败”")
    said = replace(said, is_paid=outcome in _PAID_WORDS)
    if said.problem:
        return said
    if text := row.cells.get("on", ""):
        try:
            said = replace(said, on=read_day(text))
        except NumberError as error:
            return replace(said, problem=str(error)[:300])
        if said.on and said.on > today:
            return replace(said, problem=f"日期“{text[:20]}”晚于今天")
    return said


def _checksum(cells: Mapping[str, str]) -> str:
    return hashlib.sha256(_cells(dict(cells)).encode()).hexdigest()


def _reference_pk(each: Said) -> int | None:
    digits = each.cell("reference").upper().removeprefix("ZF")
    return whole_number(digits) if len(digits) == 10 else None


def _digits(text: str) -> str:
    return "".join(text.split()).replace("-", "")


def _difference(each: Said, line: Disbursement) -> str:
    """What a row says otherwise than the disbursement that it names."""
    if each.fen != line.fen:
        return f"金额与原支付不符：应为 {format_yuan(line.yuan)} 元"
    account = _digits(each.cell("account"))
    if account and account != _digits(line.payee.get("account_number", "")):
        return f"账号与原支付不符：应为尾号 {line.account_tail}"
    return ""


def _row(file: BankFile, each: Said, line: Disbursement | None, state: RowState, note: str) -> BankRow:
    return new_row(
        BankRow,
        file_id=file.pk,
        number=each.row.number,
        checksum=each.checksum,
        state=state,
        disbursement_id=line.pk if line else None,
        reference=each.cell("reference")[:60],
        name=each.cell("name")[:120],
        account_tail=_digits(each.cell("account"))[-4:],
        fen=None if each.row.total else each.fen,
        outcome=f"{each.cell('outcome')} {each.cell('reason')}".strip()[:200],
        note=note[:300],
    )
