"""Return a claim to its applicant, as an officer's conclusion at their stage."""

from collections.abc import Sequence

from django.db import transaction

from applications.claims.enums import Action
from applications.claims.services.corrections import PointAsked, request_correction
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.enums import Conclusion
from review.decisions.models import Decision
from review.decisions.services.locking import ExpectedState, lock_for_decision, write_decision
from review.decisions.services.step_messages import enqueue_notice


def return_for_correction(
    claim_id: int,
    *,
    expected: ExpectedState,
    points: Sequence[PointAsked],
    act: ActorContext,
    workdays: int | None = None,
) -> Decision:
    """Conclude that the claim must be corrected, place by place; the applicant is told all of it at once.

    Raises RefusedError without a point, what `lock_for_decision` raises, and for a point that
    names no place of the form or for a second round that a supervisor has to ask for.
    """
    if not points:
        raise RefusedError("请至少选择一处需要补正的内容，并写明要求。")
    with transaction.atomic():
        claim, stage, officer, act = lock_for_decision(claim_id, expected, Conclusion.CORRECT, act)
        decision = write_decision(
            claim,
            stage=stage,
            conclusion=Conclusion.CORRECT,
            officer=officer,
            act=act,
            reason="；".join(point.remark.strip() for point in points) or "请补正",
        )
        request_correction(claim, act=act, points=points, workdays=workdays)
        enqueue_notice(claim, claim.events.filter(action=Action.REQUEST_CORRECTION).latest("pk"))
    return decision
