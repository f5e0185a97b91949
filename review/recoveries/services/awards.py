"""An award revoked or lowered: a new version, limits and budgets given back, what was paid too much demanded."""

from decimal import Decimal

from django.db import transaction

from applications.claims.enums import Action
from applications.claims.models import Claim
from applications.claims.services.assessment import with_supported_sums
from applications.claims.services.transitions import lock_claim, perform_transition
from applications.claims.workflow import workflow_of
from applications.ledger.selectors import call_uses, uses_of_claim
from applications.ledger.services import release_limits, reserve_limits
from policies.engine import assess
from policies.engine.shortage import share_by_largest_remainder
from policies.published.selectors import catalogue_for
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import to_fen, to_yuan
from portal.jobs.services import enqueue_job
from review.decisions.services.step_messages import notify_of_step
from review.funding.models import Award
from review.funding.selectors import standing_parts
from review.payments.services.cuts import cut_waiting
from review.recoveries.enums import OPEN_STATES
from review.recoveries.models import AwardVersion, Recovery
from review.recoveries.selectors import final_decision, granted_sums, in_kind
from review.recoveries.services.money import K, book
from review.treasury.enums import EntryKind
from review.treasury.selectors import lines_of_claim
from review.treasury.services.awards import payer_parts


def terminate_claim(claim_id: int, *, reason: str, act: ActorContext) -> Claim:
    """End an approved claim of which nothing is paid, such as after a serious credit record; all is given back.

    Raises RefusedError without a reason, where something was paid or is on its way, and while a recovery is open;
    PermissionDenied for anybody but the decision-maker.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        workflow_of(claim.route, claim.departures).check(claim, Action.TERMINATE, reason=reason)
        if in_kind(claim.pk, K.PAID):
            raise RefusedError("该申报已有拨付，请办理追缴。")
        if Recovery.objects.filter(claim=claim, state__in=OPEN_STATES).exists():
            raise RefusedError("该申报正在办理追缴或调减，请先办结。")
        change_award(claim, 0, reason=reason, act=act)
    return claim


def change_award(
    claim: Claim, new_fen: int, *, reason: str, act: ActorContext, recovery: Recovery | None = None
) -> int:
    """Give a locked claim's award a lower sum, in fen, by a new version; returns what was paid above it, demanded now.

    The claim takes from its limits what the lower sum takes. What is not paid yet and falls away is available to its
    payers again. Raises RefusedError while a payment is on its way, or for a sum that is not lower.
    """
    if in_kind(claim.pk, K.IN_TRANSIT):
        raise RefusedError("该申报有在途的拨付，请待银行回盘后再办理。")
    award = Award.objects.filter(claim=claim).first()
    old = standing_parts(award) if award else {}
    if award is not None and not 0 <= new_fen < sum(old.values()):
        raise RefusedError("调整后的金额须低于现在的资助金额。", field="new_sum")
    release_limits(claim, act=act)
    new = _lower_parts(claim, new_fen, act=act) if new_fen else {}
    if new and recovery is not None and recovery.payer_id:
        # One payer's part bears all of it, whatever the rules would share out.
        rest = old.get(recovery.payer_id, 0) - (sum(old.values()) - new_fen)
        if rest < 0:
            raise RefusedError("调减的金额超过该出资方承担的部分，请改为其他金额。", field="new_sum")
        new = {region: fen for region, fen in (old | {recovery.payer_id: rest}).items() if fen}
    if not set(new) <= set(old) or any(fen > old[region] for region, fen in new.items()):
        raise RefusedError(
            "按规则分担后有出资方的部分会增加，请指明调减哪一方的部分，或改为其他金额。", field="new_sum"
        )
    payable, paid = in_kind(claim.pk, K.PAYABLE), in_kind(claim.pk, K.PAID)
    released: dict[int, int] = {} if award else payable
    demanded: dict[int, int] = {}
    cuts: dict[str, int] = {}
    if award is not None and act.user is not None:
        for region, line in lines_of_claim(claim.pk).items():
            was, becomes, open_fen = old.get(region, 0), new.get(region, 0), payable.get(line, 0)
            released[line] = min(open_fen, was - becomes)
            demanded[line] = min(was - becomes - released[line], paid.get(line, 0))
            cuts[region] = released[line]
        cut_waiting(claim.pk, cuts, reason=reason.strip())
        last = AwardVersion.objects.filter(award=award).order_by("-version").first()
        version = AwardVersion.objects.create(
            award=award,
            version=last.version + 1 if last else 2,
            fen=new_fen,
            parts=new,
            reason=reason.strip(),
            recovery=recovery,
            officer=act.user,
            at=act.at,
        )
        record_audit(
            act,
            action="recovery.award_version",
            target=version,
            region_code=claim.region_id,
            after={"amount": to_yuan(new_fen), "reason": version.reason},
        )
        enqueue_job(
            "notices.issue_change" if new_fen else "notices.issue_revocation",
            key=f"{claim.pk}:{version.pk}",
            payload={"claim_id": claim.pk, "occasion": version.pk},
            region_code=claim.region_id,
        )
    deed = recovery.pk if recovery else "terminated"
    book(claim, EntryKind.CANCEL, [(K.PAYABLE, K.AVAILABLE, released)], deed=deed, act=act, note=reason)
    book(claim, EntryKind.DEMAND, [(K.RECOVERABLE, K.DUE, demanded)], deed=deed, act=act, note=reason)
    action = Action.LOWER if new_fen else Action.TERMINATE
    granted = {"approved_amount": to_yuan(new_fen) if new_fen else None}
    notify_of_step(claim, perform_transition(claim, action=action, act=act, reason=reason, changes=granted))
    return sum(demanded.values())


def _lower_parts(claim: Claim, new_fen: int, *, act: ActorContext) -> dict[str, int]:
    """The payers' parts of the lower sum, as the rules split it; takes from the limits what it takes of them.

    Its lines are lowered in proportion to what the final decision gave them.
    """
    decision = final_decision(claim)
    assessment = decision.assessment if decision else None
    if assessment is None:
        raise RefusedError("该申报没有留存审定时的测算，只能全部撤销。", field="new_sum")
    lines = list(claim.lines.order_by("position"))
    shares = share_by_largest_remainder(new_fen, granted_sums(claim))
    sums = dict(enumerate((to_yuan(share) for share in shares), start=1))
    question = with_supported_sums(assessment.question, assessment.answer, sums)
    answer = assess(catalogue_for(assessment.version), question).as_dict()
    if to_fen(Decimal(answer["amount"] or 0)) != new_fen:
        raise RefusedError("调整后的金额按规则不能成立，请改为其他金额或全部撤销。", field="new_sum")
    amounts = [(line.subject_key, to_yuan(share)) for line, share in zip(lines, shares, strict=True)]
    uses = [*uses_of_claim(claim, assessment, amounts), *call_uses(claim, amounts)]
    reserve_limits(claim, uses=uses, act=act)
    parts: dict[str, int] = {}
    for part in payer_parts(claim, assessment.version, answer):
        parts[part.region_id] = parts.get(part.region_id, 0) + part.fen
    return parts
