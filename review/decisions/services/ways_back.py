"""Take back what was concluded on a claim, until it is publicised."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.services.transitions import lock_claim, perform_transition
from applications.ledger.services import release_limits
from portal.core.actor import ActorContext
from review.decisions.permissions import way_back
from review.decisions.services.locking import ExpectedState, refuse_stale
from review.decisions.services.step_messages import notify_of_step
from review.treasury.enums import EntryKind
from review.treasury.services.awards import move_claim


def take_back(claim_id: int, *, expected: ExpectedState, reason: str, act: ActorContext) -> ClaimEvent:
    """Take back what was concluded last on a claim, with a reason, and give back what a decision reserved.

    Who concluded it may until the next stage concludes, of what a rule concluded who works there; a decision also
    whoever has it, until it is publicised. Raises StaleStateError where the claim moved on, PermissionDenied for
    anybody else, RefusedError without a reason.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_stale(claim, expected)
        action = way_back(act.user, claim, claim.events.last()) if act.user else None
        if action is None:
            raise PermissionDenied("只能收回您本人（或在您的环节按规则）刚作出、下一环节尚未办理的意见。")
        if claim.status == ClaimStatus.AWAITING_PUBLICITY:
            release_decided(claim, act=act)
        event = perform_transition(claim, action=action, act=act, reason=reason)
        notify_of_step(claim, event)
    return event


def release_decided(claim: Claim, *, act: ActorContext) -> None:
    """Give back what the last final decision took from the limits and from its payers' budgets, where there is one."""
    if claim.approved_amount is None and not claim.approved_title:
        return
    release_limits(claim, act=act)
    move_claim(claim, EntryKind.RELEASE, deed=claim.decisions.latest("pk").pk, act=act)
