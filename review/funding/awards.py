"""Grant an approved claim its sum, and who bears how much of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.assessment import with_supported_sums
from policies.engine import assess
from policies.published.selectors import catalogue_for
from portal.audit.contents import CONTENT, content_hash
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.funding.models import Award


def record_award(claim: Claim, *, act: ActorContext) -> Award:
    """The award of a locked, approved claim; the one that stands if there is one.

    Sum, city part and district part are those of the final decision's stored assessment. Raises ValueError for a claim
    without an approved sum, and where its assessment gives another sum.
    """
    standing = Award.objects.filter(claim=claim).first()
    if standing:
        return standing
    if not claim.approved_amount:
        raise ValueError(f"申报 {claim.number} 没有批准金额，不能计算资助。")
    answer = _final_answer(claim)
    if answer is None or Decimal(answer["amount"] or 0) != claim.approved_amount:
        raise ValueError(f"申报 {claim.number} 的批准金额与审定时的测算不一致，请核对审定意见。")
    is_split = answer["city"] is not None
    with transaction.atomic():
        award = Award.objects.create(
            claim=claim,
            total=claim.approved_amount,
            city_share=Decimal(answer["city"]) if is_split else None,
            district_share=Decimal(answer["district"]) if is_split else None,
            basis=next(step["citation"] for step in answer["steps"] if step["code"] == "SPLIT") if is_split else "",
            made_at=act.at,
        )
        record_audit(
            act,
            action="funding.award",
            target=award,
            region_code=claim.region_id,
            after={
                CONTENT: content_hash(award),
                "total": award.total,
                "city_share": award.city_share,
                "district_share": award.district_share,
            },
        )
    return award


def _final_answer(claim: Claim) -> Mapping[str, Any] | None:
    """The engine's answer to what the final decision granted, None where there is none.

    Decisions of earlier versions of the portal stored what the rules give, and not what was granted of it: there the
    engine is asked the stored question with the sums of the decision.
    """
    decisions = Decision.objects.filter(claim=claim, stage=Stage.FINAL, conclusion=Conclusion.SUPPORT)
    decision = decisions.select_related("assessment__version").order_by("-pk").first()
    if decision is None or decision.assessment is None:
        return None
    assessment = decision.assessment
    answer: Mapping[str, Any] = assessment.answer
    if assessment.amount == decision.amount:
        return answer
    positions = list(claim.lines.order_by("position").values_list("pk", flat=True))
    sums = {positions.index(row.line_id) + 1: row.amount for row in decision.lines.all()}
    return assess(catalogue_for(assessment.version), with_supported_sums(assessment.question, answer, sums)).as_dict()
