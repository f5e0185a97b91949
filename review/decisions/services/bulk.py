"""Decide several claims in one meeting: first what would happen, then each in a transaction of its own."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from applications.claims.models import Claim
from portal.audit.services import rehearsal
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.services.decisions import Minutes, support_claim
from review.decisions.services.locking import ExpectedState
from review.decisions.services.publicity import Outcome

# Everything a conclusion can be refused with; the message of each is written for people.
REFUSALS = (RefusedError, PermissionDenied)


def decide_claims(claims: Sequence[Claim], *, minutes: Minutes, act: ActorContext) -> list[Outcome]:
    """Support each claim with the last review's sums; one claim's trouble stops no other."""
    return [_decide(claim, minutes=minutes, act=act) for claim in claims]


def rehearse_decisions(claims: Sequence[Claim], *, minutes: Minutes, act: ActorContext) -> list[Outcome]:
    """What `decide_claims` would do, by doing it and taking it back: the limits add up from claim to claim."""
    with rehearsal():
        return decide_claims(claims, minutes=minutes, act=act)


def _decide(claim: Claim, *, minutes: Minutes, act: ActorContext) -> Outcome:
    try:
        decision = support_claim(claim.pk, expected=ExpectedState(claim.status, claim.round), act=act, minutes=minutes)
    except REFUSALS as error:
        return Outcome(claim, claim.forwarded_amount, str(error))
    return Outcome(claim, decision.amount, title=decision.title)
