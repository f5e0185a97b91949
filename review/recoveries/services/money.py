"""A recovery's money in the books, by the budget lines that paid the award."""

from collections.abc import Mapping, Sequence
from datetime import date

from applications.claims.models import Claim
from policies.engine.shortage import share_by_largest_remainder
from portal.core.actor import ActorContext
from review.recoveries.models import Recovery
from review.recoveries.selectors import in_kind
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import Account, BudgetLine
from review.treasury.services.books import EntryDraft, deed_id, post_entries

K = AccountKind


def book(
    claim: Claim,
    kind: EntryKind,
    moves: Sequence[tuple[AccountKind, AccountKind, Mapping[int, int]]],
    *,
    deed: object,
    act: ActorContext,
    note: str = "",
) -> None:
    """One entry that moves fen by budget line from accounts of one kind to those of another; none for nothing."""
    lines = {line for _, _, by_line in moves for line in by_line}
    accounts = {
        (line, at): pk for pk, line, at in Account.objects.filter(line__in=lines).values_list("pk", "line_id", "kind")
    }
    amounts: dict[int, int] = {}
    for source, target, by_line in moves:
        for line, fen in by_line.items():
            for at, change in ((source, -fen), (target, fen)):
                pk = accounts[line, at]
                amounts[pk] = amounts.get(pk, 0) + change
    amounts = {pk: fen for pk, fen in amounts.items() if fen}
    if amounts:
        identity = deed_id(kind, claim.pk, deed)
        post_entries([EntryDraft(id=identity, kind=kind, amounts=amounts, claim_id=claim.pk, note=note[:300])], act=act)


def book_receipt(
    recovery: Recovery,
    fen: int,
    *,
    on: date,
    deed: object,
    act: ActorContext,
    among: Mapping[int, int] | None = None,
) -> None:
    """What came back clears the demand; it is available again this year, and the source's of an earlier year.

    It is shared among the lines on which it is due, or among those that are given with what is due on each.
    """
    by_line = shared(fen, in_kind(recovery.claim_id, K.DUE) if among is None else among)
    this_year = set(BudgetLine.objects.filter(pk__in=by_line, year=on.year).values_list("pk", flat=True))
    fresh = {line: part for line, part in by_line.items() if line in this_year}
    old = {line: part for line, part in by_line.items() if line not in this_year}
    moves = [(K.DUE, K.RECOVERABLE, by_line), (K.PAID, K.AVAILABLE, fresh), (K.PAID, K.SOURCE, old)]
    book(recovery.claim, EntryKind.RECOVER, moves, deed=deed, act=act)


def book_waiver(recovery: Recovery, *, act: ActorContext) -> None:
    """What is waived is demanded no longer; it stays paid."""
    moves = [(K.DUE, K.RECOVERABLE, in_kind(recovery.claim_id, K.DUE))]
    book(recovery.claim, EntryKind.WAIVE, moves, deed=recovery.pk, act=act)


def shared(fen: int, weights: Mapping[int, int]) -> dict[int, int]:
    """A sum shared out among lines in proportion, to the fen; never more on a line than it holds."""
    if not fen:
        return {}
    parts = share_by_largest_remainder(fen, list(weights.values()))
    return {line: part for line, part in zip(weights, parts, strict=True) if part}
