"""Decide several claims in one meeting: first what would happen, then each in a transaction of its own."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied

from applications.claims.models import Claim
from portal.audit.services import rehearsal
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import ZERO, to_fen, to_yuan
from review.decisions.enums import Stage
from review.decisions.selectors.agenda import Agenda, AgendaRow
from review.decisions.services.decisions import Minutes, decision_before, support_claim
from review.decisions.services.locking import ExpectedState
from review.decisions.services.publicity import Outcome
from review.decisions.services.sums import LineSum, sums_of
from review.funding.allocation import share_by_largest_remainder

# Everything a conclusion can be refused with; the message of each is written for people.
REFUSALS = (RefusedError, PermissionDenied)


def decide_claims(claims: Sequence[Claim], *, minutes: Minutes, act: ActorContext) -> list[Outcome]:
    """Support each claim with the last review's sums; one claim's trouble stops no other."""
    return [_decide(claim, minutes=minutes, act=act) for claim in claims]


def rehearse_decisions(claims: Sequence[Claim], *, minutes: Minutes, act: ActorContext) -> list[Outcome]:
    """What `decide_claims` would do, by doing it and taking it back: the limits add up from claim to claim."""
    with rehearsal():
        return decide_claims(claims, minutes=minutes, act=act)


def decide_agenda(agenda: Agenda, *, minutes: Minutes, act: ActorContext) -> list[Outcome]:
    """Support each claim of an agenda with the sum that the agenda gives it; those left out wait."""
    return [
        _decide(row.claim, minutes=minutes, act=act, sums=_cut_sums(row, agenda.way.reason) if row.is_cut else None)
        for row in agenda.rows
        if not row.is_left_out
    ]


def _cut_sums(row: AgendaRow, reason: str) -> dict[int, LineSum]:
    """The sums of the last review, cut in proportion to what the claim would get, each with the reason."""
    standing = sums_of(decision_before(row.claim, Stage.FINAL))
    parts = share_by_largest_remainder(to_fen(row.granted or ZERO), [to_fen(one.amount) for one in standing.values()])
    return {
        pk: LineSum(to_yuan(fen), "；".join(filter(None, [one.reason, reason]))[:300])
        for (pk, one), fen in zip(standing.items(), parts, strict=True)
    }


def _decide(claim: Claim, *, minutes: Minutes, act: ActorContext, sums: Mapping[int, LineSum] | None = None) -> Outcome:
    try:
        expected = ExpectedState(claim.status, claim.round)
        decision = support_claim(claim.pk, expected=expected, act=act, minutes=minutes, sums=sums)
    except REFUSALS as error:
        return Outcome(claim, claim.forwarded_amount, str(error))
    return Outcome(claim, decision.amount, title=decision.title)
