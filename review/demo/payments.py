"""How the demo's money goes out: one officer prepares, another releases, the bank answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from review.payments.enums import LineState
from review.payments.models import Batch, Disbursement
from review.payments.services.batches import (
    Criteria,
    dissolve_batch,
    open_batch,
    open_single,
    prepare_batch,
    release_batch,
)
from review.payments.services.lines import Voucher, confirm_correction, fail_line, settle_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from applications.claims.models import Claim
    from portal.core.actor import ActorContext
    from review.funding.models import AwardPart


def treasurers(region: str) -> list[User]:
    """The finance officers of a payer, the first appointed first."""
    held = User.objects.filter(appointments__role=Role.FINANCE, appointments__region=region)
    return list(held.order_by("appointments__pk"))


def pay_part(part: AwardPart, *, act: Callable[[User], ActorContext]) -> None:
    """Pay a part as its payer's officers do; left unpaid where the payer has not two of them."""
    people = treasurers(part.region_id)
    if len(people) < 2:
        return
    first, second = people[:2]
    batch = open_single(part, act=act(first))
    release_batch(batch, shown=batch.lines_sha256, act=act(second))
    done = act(first)
    settle_batch(batch, voucher=Voucher(f"拨{batch.number}", timezone.localdate(done.at)), act=done)


def return_and_pay_again(line: Disbursement, *, act: Callable[[User], ActorContext]) -> None:
    """The bank returns a payment by its own fault; another officer finds the account right, and it is paid again."""
    first, second = treasurers(line.part.region_id)[:2]
    done = act(first)
    voucher = Voucher(f"退{line.reference}", timezone.localdate(done.at))
    fail_line(line, voucher=voucher, reason="收款行名称与联行号不符", act=done)
    again = Disbursement.objects.get(part=line.part, state=LineState.NEEDS_CORRECTION)
    confirm_correction(again, reason="已向开户行核实，账户无误", act=act(second))
    pay_part(again.part, act=act)


def leave_batches(region: str, claims: Sequence[Claim], *, act: Callable[[User], ActorContext]) -> None:
    """Leave a batch of a payer in each state before its end: open, prepared, on its way, and one that was dissolved.

    Each has what is due of one of the four claims.
    """
    first, second = treasurers(region)[:2]
    payer = Region.objects.get(pk=region)

    def begun(claim: Claim) -> Batch:
        return open_batch(payer, Criteria(claim_id=claim.pk, words=f"单笔 {claim.number}"), act=act(first))

    begun(claims[0])
    prepare_batch(begun(claims[1]), withhold=False, act=act(first))
    released = prepare_batch(begun(claims[2]), withhold=False, act=act(first))
    release_batch(released, shown=released.lines_sha256, act=act(second))
    dissolve_batch(begun(claims[3]), reason="等待区级资金一并发放", act=act(first))
