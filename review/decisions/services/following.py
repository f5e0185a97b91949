"""Take the claim that is next in a queue."""

from applications.claims.models import Claim
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.assignments.services.holding import take_claim
from review.decisions.selectors.queue import WorkQueue, next_claim

# Two officers may press at the same moment: who comes second gets the claim after.
_TRIES = 10


def take_following(work: WorkQueue, *, act: ActorContext) -> Claim | None:
    """Take the claim that has waited longest in a queue, of those that this person may conclude and no other has."""
    if act.user is None:
        return None
    for _ in range(_TRIES):
        claim = next_claim(act.user, work)
        if claim is None:
            return None
        try:
            take_claim(claim.pk, act=act)
        except RefusedError:
            continue
        return claim
    return None
