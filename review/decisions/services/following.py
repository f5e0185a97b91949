"""Take the claim that is next in a queue."""

from applications.claims.models import Claim
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.assignments.services.holding import leave_taken, take_claim
from review.decisions.selectors.queue import ClaimFilter, WorkQueue, next_claim

# Two officers may press at the same moment: who comes second gets the claim after.
_TRIES = 10


def take_following(
    work: WorkQueue,
    *,
    act: ActorContext,
    chosen: ClaimFilter | None = None,
    beside: Claim | None = None,
    back: bool = False,
) -> Claim | None:
    """Take the claim that `next_claim` finds; what the person took and goes on from is left to all again."""
    if act.user is None:
        return None
    if beside is not None:
        leave_taken(beside.pk, act=act)
    for _ in range(_TRIES):
        claim = next_claim(act.user, work, chosen=chosen, beside=beside, back=back)
        if claim is None:
            return None
        try:
            take_claim(claim.pk, act=act)
        except RefusedError:
            continue
        return claim
    return None
