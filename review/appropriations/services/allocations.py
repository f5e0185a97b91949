"""An allocation by factors: drafted, computed, checked by another person, issued, and adjusted by a new one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from portal.core.money import to_fen, to_yuan
from review.appropriations.calculation import shares_of
from review.appropriations.enums import Action, AllocationState
from review.appropriations.models import Allocation, AllocationShare, Appropriation
from review.appropriations.permissions import CHECKERS, MAKERS, acting, second_person
from review.appropriations.selectors import given_by
from review.appropriations.services.appropriations import issue_shares
from review.appropriations.workflow import ALLOCATION
from review.treasury.models import BudgetLine


@dataclass(frozen=True, slots=True)
class FactorPlan:
    """A factor as entered: `weight` in per cent, `values` by the district's code, `source` the paper they are from."""

    name: str
    weight: Decimal
    source: str
    values: Mapping[str, Decimal]
    figure: str = ""

    def as_json(self) -> dict[str, Any]:
        """The factor as an allocation keeps it: exact decimals as text."""
        values = {code: f"{value.normalize():f}" for code, value in sorted(self.values.items())}
        return {**asdict(self), "weight": f"{self.weight.normalize():f}", "values": values}


def draft_allocation(
    line: BudgetLine, *, title: str, basis: str, pool: Decimal, key: uuid.UUID, act: ActorContext
) -> Allocation:
    """A new allocation of a sum in yuan from a city's line, without factors. The same key again is the same one."""
    user = acting(act, line.region_id, *MAKERS)
    if pool <= 0:
        raise RefusedError("请填写大于零的分配总额。", field="pool")
    if not line.is_controlled or line.given_from_id:
        raise RefusedError("请选择本级已下达的指标。", field="line")
    given = {"title": title, "basis": basis, "pool": pool, "created_by": user, "created_at": act.at}
    with transaction.atomic():
        made, is_new = Allocation.objects.get_or_create(
            key=key, defaults={"region_id": line.region_id, "line": line, **given}
        )
        if is_new:
            _record(made, "draft", act, {"title": title, "pool": pool})
    return made


def adjust_allocation(allocation_id: int, *, reason: str, key: uuid.UUID, act: ActorContext) -> Allocation:
    """A new draft with the factors of an issued allocation, which takes its place when it is issued."""
    if not reason.strip():
        raise RefusedError("请写明调整的原因。", field="reason")
    with transaction.atomic():
        old = Allocation.objects.select_for_update(of=("self",)).get(pk=allocation_id)
        user = acting(act, old.region_id, *MAKERS)
        if standing := Allocation.objects.filter(replaces=old).first():
            if standing.key == key:
                return standing
            raise RefusedError(f"该方案已由“{standing.title}”调整，请在那里继续办理。")
        if old.state != AllocationState.ISSUED:
            raise RefusedError("只有已下达的方案需要调整；未下达的请退回修改。")
        made = Allocation.objects.create(
            key=key,
            region_id=old.region_id,
            line_id=old.line_id,
            title=f"{old.title}（调整）"[:120],
            basis=old.basis,
            pool=old.pool,
            inputs=old.inputs,
            replaces=old,
            reason=reason.strip(),
            created_by=user,
            created_at=act.at,
        )
        _record(made, "adjust", act, {"replaces": str(old), "reason": made.reason})
    return made


def save_heading(
    allocation_id: int, *, title: str, basis: str, pool: Decimal, revision: int, act: ActorContext
) -> Allocation:
    """Change title, basis and pool (yuan) of a draft."""
    if pool <= 0:
        raise RefusedError("请填写大于零的分配总额。", field="pool")
    with _draft(allocation_id, revision, act) as draft:
        draft.title, draft.basis, draft.pool = title, basis, pool
    return draft


def save_factor(
    allocation_id: int, *, position: int | None, plan: FactorPlan, revision: int, act: ActorContext
) -> Allocation:
    """Add a factor to a draft, or change the one at a position (from 0)."""
    if not 0 < plan.weight <= 100:
        raise RefusedError("权重应大于 0，不超过 100（%）。", field="weight")
    below = next((code for code, value in plan.values.items() if value < 0), None)
    if below is not None:
        raise RefusedError("数值不能为负数。", field=f"value_{below}")
    with _draft(allocation_id, revision, act) as draft:
        others = [each for at, each in enumerate(draft.inputs) if at != position]
        if any(each["name"] == plan.name for each in others):
            raise RefusedError(f"已有名为“{plan.name}”的因素，请换一个名称。", field="name")
        at = len(others) if position is None else position
        draft.inputs = [*others[:at], plan.as_json(), *others[at:]]
    return draft


def remove_factor(allocation_id: int, *, position: int, revision: int, act: ActorContext) -> Allocation:
    """Take a factor out of a draft."""
    with _draft(allocation_id, revision, act) as draft:
        draft.inputs = [each for at, each in enumerate(draft.inputs) if at != position]
    return draft


def compute_allocation(allocation_id: int, *, revision: int, act: ActorContext) -> Allocation:
    """Freeze a draft's inputs and store the shares that they give. Raises RefusedError as the calculation does."""
    with transaction.atomic():
        found, user = _locked(allocation_id, act, *MAKERS)
        _fresh(found, revision)
        shares = shares_of(to_fen(found.pool), found.inputs)
        ALLOCATION.move(found, Action.COMPUTE, changes={"computed_by": user, "computed_at": act.at})
        AllocationShare.objects.filter(allocation=found).delete()
        rows = [AllocationShare(allocation=found, region_id=code, fen=fen) for code, fen in shares.items()]
        record_contents(AllocationShare.objects.bulk_create(rows))
        _record(found, Action.COMPUTE, act, {code: to_yuan(fen) for code, fen in shares.items()})
    return found


def check_allocation(allocation_id: int, *, act: ActorContext) -> Allocation:
    """Confirm what another person computed."""
    with transaction.atomic():
        found, user = _locked(allocation_id, act, *CHECKERS)
        second_person(user, first_id=found.computed_by_id, deed="复核")
        ALLOCATION.move(found, Action.CHECK, changes={"checked_by": user, "checked_at": act.at})
        _record(found, Action.CHECK, act, {"pool": found.pool})
    return found


def return_allocation(allocation_id: int, *, reason: str, act: ActorContext) -> Allocation:
    """Send what is computed or checked back to its draft, with the reason."""
    with transaction.atomic():
        found, _ = _locked(allocation_id, act, *CHECKERS)
        ALLOCATION.check(found, Action.RETURN, reason=reason)
        changes = {"checked_by": None, "checked_at": None, "reason": reason.strip(), "revision": found.revision + 1}
        ALLOCATION.move(found, Action.RETURN, changes=changes)
        _record(found, Action.RETURN, act, {"reason": reason.strip()})
    return found


def issue_allocation(allocation_id: int, *, act: ActorContext) -> Appropriation:
    """Issue a checked allocation: one numbered document gives the districts their shares, or what changed of them.

    Raises RefusedError where nothing changes, and BudgetShortError where the line, or a district that gives back, has
    too little.
    """
    with transaction.atomic():
        found, user = _locked(allocation_id, act, *MAKERS)
        ALLOCATION.move(found, Action.ISSUE, changes={"issued_at": act.at})
        before = given_by(found.replaces) if found.replaces else {}
        wanted = {share.region_id: share.fen for share in found.shares.all()}
        sums = {code: wanted.get(code, 0) - before.get(code, 0) for code in sorted({*wanted, *before})}
        made = issue_shares(found, sums={code: fen for code, fen in sums.items() if fen}, officer=user, act=act)
        _record(found, Action.ISSUE, act, {"number": made.number, "pool": found.pool})
    return made


@contextmanager
def _draft(allocation_id: int, revision: int, act: ActorContext) -> Iterator[Allocation]:
    """The locked draft, saved with what the block sets. Raises StaleStateError, or RefusedError for no draft."""
    with transaction.atomic():
        draft, _ = _locked(allocation_id, act, *MAKERS)
        _fresh(draft, revision)
        if draft.state != AllocationState.DRAFT:
            raise RefusedError(f"该分配方案现为“{draft.get_state_display()}”，不能修改；需要修改的请先退回。")
        yield draft
        draft.revision += 1
        draft.save(update_fields=["title", "basis", "pool", "inputs", "revision"])
        factors = [each["name"] for each in draft.inputs]
        _record(draft, "edit", act, {"title": draft.title, "pool": draft.pool, "factors": factors})


def _locked(allocation_id: int, act: ActorContext, *roles: Any) -> tuple[Allocation, User]:
    found = Allocation.objects.select_for_update(of=("self",)).select_related("region", "line").get(pk=allocation_id)
    return found, acting(act, found.region_id, *roles)


def _fresh(found: Allocation, revision: int) -> None:
    if found.revision != revision:
        raise StaleStateError("本页打开后，该方案已由他人修改。请核对最新内容后再办理。")


def _record(found: Allocation, action: str, act: ActorContext, after: Mapping[str, Any]) -> None:
    record_audit(act, action=f"allocation.{action}", target=found, region_code=found.region_id, after=after)
