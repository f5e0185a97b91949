"""What applicants owe: told by the app that recovers money, withheld from payments here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from portal.core.actor import ActorContext


@dataclass(frozen=True, slots=True)
class Debt:
    """What an applicant still owes to a payer: `key` names it for good, `words` tell people what it is."""

    key: str
    applicant_id: int
    fen: int
    words: str


# Debts of these applicants to the payer of this region, the oldest first.
Owed = Callable[[Collection[int], str], Sequence[Debt]]
# Book that so many fen of the debt with this key were withheld from a payment, named by its reference.
Repaid = Callable[[str, int, str, ActorContext], None]

_sources: list[tuple[Owed, Repaid]] = []


def register_debts(owed: Owed, repaid: Repaid) -> None:
    """Let payments see debts and repay them; `repaid` runs in the payment's transaction, once for a reference."""
    _sources.append((owed, repaid))


def debts_of(applicant_ids: Collection[int], region_id: str) -> dict[int, list[Debt]]:
    """The debts to a payer by applicant, as every source tells them."""
    found: dict[int, list[Debt]] = {}
    for owed, _ in _sources:
        for debt in owed(applicant_ids, region_id):
            found.setdefault(debt.applicant_id, []).append(debt)
    return found


def repay(key: str, fen: int, reference: str, act: ActorContext) -> None:
    """Tell the source of the debt that it was paid so far by a withholding; others pass it over."""
    for _, repaid in _sources:
        repaid(key, fen, reference, act)
