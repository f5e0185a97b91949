"""What a final decision takes from limits and budgets, and what an approval promises."""

from collections.abc import Mapping

from applications.claims.enums import Action
from applications.claims.models import Assessment, Claim, ClaimLine
from applications.ledger.selectors import call_uses, uses_of_claim
from applications.ledger.services import reserve_limits
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import ZERO
from portal.jobs.services import enqueue_job
from review.decisions.services.locking import APPROVAL_CHECKS
from review.decisions.services.sums import LineSum
from review.treasury.enums import EntryKind
from review.treasury.services.awards import move_claim, payer_parts, reserve_claim


def reserve_decided(
    claim: Claim, assessment: Assessment, lines: list[ClaimLine], sums: Mapping[int, LineSum], *, act: ActorContext
) -> None:
    """Take what the claim's own answer says that these sums take from the limits, its call and its payers' budgets."""
    amounts = [(line.subject_key, sums[line.pk].amount if sums else ZERO) for line in lines]
    uses = [*uses_of_claim(claim, assessment, amounts), *call_uses(claim, amounts)]
    reserve_limits(claim, uses=uses, act=act)
    if sums:
        parts = payer_parts(claim, assessment.version, assessment.answer)
        reserve_claim(claim, parts, deed=assessment.pk, act=act)


def grant(claim: Claim, *, pays: bool, deed: object, act: ActorContext) -> Action:
    """Commit a decided claim's money, promise its award or its recognition's notice, and name the action that says so.

    `deed` names what approves it: the list that ended, or the decision that came after the list. Raises RefusedError
    where an approval check finds something.
    """
    for check in APPROVAL_CHECKS:
        if problem := check(claim):
            raise RefusedError(problem)
    move_claim(claim, EntryKind.COMMIT, deed=deed, act=act)
    notice = "notices.issue_grant" if pays else "notices.issue_recognition"
    enqueue_job(notice, key=str(claim.pk), payload={"claim_id": claim.pk}, region_code=claim.region_id)
    return Action.APPROVE if pays else Action.RECOGNISE
