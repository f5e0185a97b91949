"""What is counted: each measure with the steps of claims or the entries of the books that make it. One home for all.

Counts are of steps, sums of entries: what a page shows, what a sheet lists and what stands behind a figure are read by
the same definition, so that they cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from applications.claims.enums import Action
from review.decisions.permissions import ACTION_OF, STAGE_OF
from review.treasury.enums import AccountKind, EntryKind


class Measure(models.TextChoices):
    """What is counted in the month in which it happened."""

    RECEIVED = "received", "收件"
    ACCEPTED = "accepted", "受理"
    DECLINED = "declined", "不予受理"
    RETURNED = "returned", "退回补正"
    WITHDRAWN = "withdrawn", "撤回"
    ABANDONED = "abandoned", "视为放弃"
    DECIDED = "decided", "审定支持"
    REDUCED = "reduced", "核减"
    REFUSED = "refused", "不予支持"
    APPROVED = "approved", "批准"
    RECOGNISED = "recognised", "认定"
    TERMINATED = "terminated", "终止"
    IN_TIME = "in_time", "按期办理"
    LATE = "late", "超期办理"
    GRANTED = "granted", "批准金额"
    PAID = "paid", "拨付"
    BOUNCED = "bounced", "退票"
    RECOVERED = "recovered", "追缴收回"


@dataclass(frozen=True, slots=True)
class Booked:
    """A measure of the books: the entries of some kinds, and on which account of a line their sum is read."""

    kinds: tuple[EntryKind, ...]
    account: AccountKind
    sign: int = 1


# The measure of each step of a claim; steps of no measure are not listed.
OF_ACTION: dict[str, Measure] = {
    Action.SUBMIT: Measure.RECEIVED,
    Action.ACCEPT: Measure.ACCEPTED,
    Action.DEEM_ACCEPTED: Measure.ACCEPTED,
    Action.DECLINE: Measure.DECLINED,
    Action.REQUEST_CORRECTION: Measure.RETURNED,
    Action.WITHDRAW: Measure.WITHDRAWN,
    Action.ABANDON: Measure.ABANDONED,
    Action.DECIDE: Measure.DECIDED,
    Action.REJECT: Measure.REFUSED,
    Action.UPHOLD_OBJECTION: Measure.REFUSED,
    Action.APPROVE: Measure.APPROVED,
    Action.RECOGNISE: Measure.RECOGNISED,
    Action.TERMINATE: Measure.TERMINATED,
}
BOOKED: dict[Measure, Booked] = {
    Measure.GRANTED: Booked((EntryKind.COMMIT, EntryKind.CANCEL), AccountKind.PAYABLE),
    Measure.PAID: Booked((EntryKind.SETTLE,), AccountKind.PAID),
    Measure.BOUNCED: Booked((EntryKind.RETURN,), AccountKind.PAYABLE),
    Measure.RECOVERED: Booked((EntryKind.RECOVER,), AccountKind.DUE, sign=-1),
}
# Steps by which an office finishes what it had: their time is measured.
TIMED_ACTIONS = frozenset(ACTION_OF.values())
TIMED_STATUSES = frozenset(STAGE_OF)
TIMED = frozenset({Measure.IN_TIME, Measure.LATE})
# Of these the applicant is told grounds.
REFUSALS = (Measure.REFUSED, Measure.DECLINED)
