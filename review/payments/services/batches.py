"""Batches: gathered by one officer, prepared, and released by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.payees.selectors import payees_of
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit, record_contents
from portal.core.bulk import insert_rows, update_rows
from portal.core.errors import RefusedError, StaleStateError
from portal.core.money import to_yuan
from review.checks.services.examine import examine_for_payment, examined_since
from review.funding.models import AwardPart
from review.payments.debts import debts_of, repay
from review.payments.enums import BatchState, Deed, LineState
from review.payments.models import Batch, Disbursement
from review.payments.selectors.checks import check_lines, lines_digest, payee_digest
from review.payments.services.settling import Paper, lock_lines, move_in_transit, settle_lines
from review.payments.workflow import BATCHES, LINES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.core.actor import ActorContext

MAX_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which parts a batch gathers of its payer; empty ones narrow nothing. `words` say so to people."""

    call_id: int | None = None
    item_id: int | None = None
    district: str = ""
    approved_from: date | None = None
    approved_to: date | None = None
    claim_id: int | None = None
    words: str = ""

    def apply(self, parts: QuerySet[AwardPart]) -> QuerySet[AwardPart]:
        wanted = {
            "award__claim__call_id": self.call_id,
            "award__claim__item_id": self.item_id,
            "award__claim__region_id": self.district or None,
            "award__made_at__date__gte": self.approved_from,
            "award__made_at__date__lte": self.approved_to,
            "award__claim_id": self.claim_id,
        }
        return parts.filter(**{name: value for name, value in wanted.items() if value is not None})


def due_parts(region_id: str, criteria: Criteria) -> QuerySet[AwardPart]:
    """Parts of approved claims of which something is due now and in no batch."""
    waiting = Q(disbursements__state=LineState.WAITING, disbursements__batch=None)
    parts = AwardPart.objects.filter(region_id=region_id, award__claim__status=ClaimStatus.APPROVED)
    return criteria.apply(parts).filter(Q(disbursements=None) | waiting).distinct()


def open_batch(region: Region, criteria: Criteria, *, act: ActorContext) -> Batch:
    """Gather what is due into a new batch. Raises RefusedError where that is nothing, or too much."""
    officer = finance_officer(region.pk, act)
    with transaction.atomic():
        # The payer's row serialises openings: nothing is gathered twice, and numbers follow each other.
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        due = due_parts(region.pk, criteria).order_by("pk").values_list("pk", "fen", "disbursements")
        parts: list[tuple[int, int, int | None]] = list(due[: MAX_LINES + 1])
        if not parts:
            raise RefusedError("没有符合条件的待支付资助，请调整条件。")
        if len(parts) > MAX_LINES:
            raise RefusedError(f"符合条件的超过 {MAX_LINES} 笔，请用条件分成几个批次。")
        year = timezone.localdate(act.at).year
        last = Batch.objects.filter(region=region, year=year).aggregate(last=Max("sequence"))["last"] or 0
        batch = Batch.objects.create(
            region=region,
            year=year,
            sequence=last + 1,
            criteria=criteria.words[:300],
            opened_by=officer,
            opened_at=act.at,
        )
        new = [Disbursement(part_id=pk, batch=batch, fen=fen) for pk, fen, line in parts if line is None]
        insert_rows(new)
        standing = Disbursement.objects.filter(
            part_id__in=[pk for pk, _, line in parts if line], state=LineState.WAITING, batch=None
        )
        standing.update(batch=batch)
        record_contents(batch.lines.all())
        _record(batch, "open", act=act, criteria=criteria.words)
    return batch


def open_single(part: AwardPart, *, act: ActorContext) -> Batch:
    """A batch of what is due of one part, prepared at once, so that another officer can release it."""
    with transaction.atomic():
        claim = part.award.claim
        batch = open_batch(part.region, Criteria(claim_id=claim.pk, words=f"单笔 {claim.number}"), act=act)
        return prepare_batch(batch, withhold=False, act=act)


def drop_stopped(batch: Batch, *, act: ActorContext) -> int:
    """Take the lines out of an open batch that something stands against; returns how many."""
    officer = finance_officer(batch.region_id, act)
    with transaction.atomic():
        locked = lock_batch(batch)
        if locked.state != BatchState.OPEN:
            raise RefusedError("只有核对中的批次可以移出笔数。")
        lines = list(locked.lines.with_claims())
        stopped = [pk for pk, found in check_lines(lines, user=officer).items() if any(f.stops for f in found)]
        Disbursement.objects.filter(pk__in=stopped).update(batch=None)
        record_contents(line for line in lines if line.pk in set(stopped))
        _record(locked, "drop", act=act, count=len(stopped))
    return len(stopped)


def check_preparation(locked: Batch, *, act: ActorContext) -> User:
    """Who prepares a locked batch. Raises as `prepare_batch` does, its lines aside."""
    officer = finance_officer(locked.region_id, act)
    BATCHES.check(locked, BatchState.PREPARED)
    return officer


def prepare_batch(batch: Batch, *, withhold: bool, act: ActorContext, checked_since: datetime | None = None) -> Batch:
    """Freeze who is paid how much. `withhold` takes what applicants owe to this payer off what they are paid.

    Claims whose checks ran after `checked_since` are not checked anew. Raises RefusedError where something stands
    against a line, or the batch is empty.
    """
    with transaction.atomic():
        locked = lock_batch(batch)
        officer = check_preparation(locked, act=act)
        lines = lock_lines(locked.lines.values_list("pk", flat=True))
        if not lines:
            raise RefusedError("批次中没有可支付的笔数，请解散后重新选取。")
        _refuse_stopped(lines, user=officer, act=act, checked_since=checked_since)
        payees = payees_of([line.part.award.claim_id for line in lines])
        for line in lines:
            line.payee = payees[line.part.award.claim_id].fields
            line.payee_sha256 = payee_digest(line.payee)
        if withhold:
            lines += _withhold(lines, batch=locked)
        update_rows(lines, "payee", "payee_sha256", "fen")
        LINES.move_all(locked.lines.all(), Deed.PREPARE, officer=officer)
        frozen = {
            "prepared_by": officer,
            "prepared_at": act.at,
            "count": len(lines),
            "fen": sum(line.fen for line in lines),
            "lines_sha256": lines_digest(lines),
        }
        BATCHES.move(locked, BatchState.PREPARED, changes=frozen)
        record_contents(lines)
        _record(locked, "prepare", act=act, count=locked.count, amount=locked.yuan, sha256=locked.lines_sha256)
    return locked


def check_release(locked: Batch, *, shown: str, act: ActorContext) -> User:
    """Who releases a locked batch, as another person than who prepared it. Raises as `release_batch` does."""
    officer = finance_officer(locked.region_id, act)
    BATCHES.check(locked, BatchState.RELEASED)
    if locked.released_by_id:
        raise RefusedError("该批次已经发放。")
    if same_person(officer, locked.prepared_by_id):
        raise RefusedError("该批次由您核对，须由另一名财务人员复核发放。")
    if shown != locked.lines_sha256:
        raise StaleStateError("批次内容与您看到的不一致，没有发放。请刷新后重新核对。")
    return officer


def release_batch(batch: Batch, *, shown: str, act: ActorContext, checked_since: datetime | None = None) -> Batch:
    """Send a prepared batch on its way: its money is in transit. `shown` is the digest that the officer's page showed.

    Claims whose checks ran after `checked_since` are not checked anew.
    Raises RefusedError for who prepared it, decided on one of its claims or confirmed an account, and where something
    stands against a line by now; StaleStateError where the page showed another content.
    """
    with transaction.atomic():
        locked = lock_batch(batch)
        officer = check_release(locked, shown=shown, act=act)
        lines = lock_lines(locked.lines.values_list("pk", flat=True))
        if lines_digest(lines) != locked.lines_sha256:
            raise StaleStateError("批次内容已有变动，没有发放。请解散批次后重新核对。")
        _refuse_stopped(lines, user=officer, act=act, checked_since=checked_since)
        BATCHES.move(locked, BatchState.RELEASED, changes={"released_by": officer, "released_at": act.at})
        move_in_transit(lines, act=act)
        withheld = [line for line in lines if line.debt]
        for line in withheld:
            repay(line.debt, line.fen, line.reference, act)
        paper = Paper(f"抵扣 {locked.number}", timezone.localdate(act.at))
        settle_lines([(line, paper) for line in withheld], act=act)
        _record(locked, "release", act=act, count=locked.count, amount=locked.yuan, sha256=locked.lines_sha256)
    return locked


def dissolve_batch(batch: Batch, *, reason: str, act: ActorContext) -> None:
    """Give up a batch that has not gone out; its lines are due again. Raises RefusedError without a reason."""
    finance_officer(batch.region_id, act)
    if not reason.strip():
        raise RefusedError("请写明解散批次的原因。", field="reason")
    with transaction.atomic():
        locked = lock_batch(batch)
        BATCHES.move(locked, BatchState.DISSOLVED)
        _undo_withholding(locked)
        lines = list(locked.lines.all())
        LINES.move_all(locked.lines.all(), Deed.DISSOLVE, batch=None, payee={}, payee_sha256="")
        record_contents(lines)
        _record(locked, "dissolve", act=act, reason=reason.strip())


def finance_officer(region_id: str, act: ActorContext) -> User:
    """The person who acts, as finance of this payer. Raises PermissionDenied for anybody else."""
    if act.user is None or region_id not in act.user.regions_for(Role.FINANCE):
        raise PermissionDenied("只有付款地区的财务人员可以办理。")
    return act.user


def _withhold(lines: list[Disbursement], *, batch: Batch) -> list[Disbursement]:
    """Split off each line what its applicant owes, the oldest debt first; returns the withholdings, written.

    A line that is withheld wholly becomes the withholding itself.
    """
    owed = debts_of({line.part.award.claim.applicant_id for line in lines}, batch.region_id)
    left = {debt.key: debt.fen for debts in owed.values() for debt in debts}
    made = []
    for line in lines:
        for debt in owed.get(line.part.award.claim.applicant_id, ()):
            fen = min(left[debt.key], line.fen)
            if not fen or line.debt:
                continue
            left[debt.key] -= fen
            if fen == line.fen:
                line.debt = debt.key
                continue
            line.fen -= fen
            made.append(
                Disbursement(
                    part=line.part,
                    batch=batch,
                    stage=line.stage,
                    attempt=line.attempt,
                    fen=fen,
                    debt=debt.key,
                    payee=line.payee,
                    payee_sha256=line.payee_sha256,
                )
            )
    update_rows(lines, "fen", "debt")
    return insert_rows(made)


def _undo_withholding(batch: Batch) -> None:
    """Put what a dissolved batch would have withheld back to what its lines pay."""
    for withheld in batch.lines.exclude(debt="").select_related("part").order_by("pk"):
        rest = batch.lines.filter(part=withheld.part, stage=withheld.stage, debt="").first()
        if rest is None:
            Disbursement.objects.filter(pk=withheld.pk).update(debt="")
        else:
            withheld.delete()
            Disbursement.objects.filter(pk=rest.pk).update(fen=rest.fen + withheld.fen)


def _refuse_stopped(
    lines: Sequence[Disbursement], *, user: User, act: ActorContext, checked_since: datetime | None
) -> None:
    """Run the checks of the lines' claims anew. Raises RefusedError where something stands against a line."""
    claims = {line.part.award.claim_id: line.part.award.claim for line in lines if not line.debt}
    fresh = examined_since(claims, checked_since) if checked_since else frozenset()
    examine_for_payment([claim for pk, claim in claims.items() if pk not in fresh], at=act.at)
    found = check_lines(lines, user=user)
    stopped = [(line, finding) for line in lines for finding in found[line.pk] if finding.stops]
    if stopped:
        line, finding = stopped[0]
        count = len({line.pk for line, _ in stopped})
        raise RefusedError(
            f"有 {count} 笔不能支付，例如 {line.part.award.claim.number}（{to_yuan(line.fen)} 元）：{finding.text}。"
            "请先办理，或将这些笔移出批次。"
        )


def lock_batch(batch: Batch) -> Batch:
    """The batch as it is now, locked until the end of the transaction."""
    return Batch.objects.select_for_update(of=("self",)).select_related("region").get(pk=batch.pk)


def _record(batch: Batch, deed: str, *, act: ActorContext, **after: object) -> None:
    record_audit(act, action=f"payments.{deed}", target=batch, region_code=batch.region_id, after=after)
