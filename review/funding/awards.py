"""Grant an approved claim its sum, and who bears how much of it."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.assessment import with_supported_sums
from policies.engine import Item, assess
from policies.published.models import ItemVersion
from policies.published.selectors import catalogue_for, compiled_item
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.money import to_fen
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.funding.models import Award, AwardPart
from review.treasury.selectors import lines_of_claim
from review.treasury.services.awards import PayerPart, payer_parts
from review.treasury.services.lines import line_for

# What follows an award in its transaction: functions of its parts and of the rules that granted it.
AWARDED: list[Callable[[Sequence[AwardPart], Item], None]] = []


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
    answer, version = _final_answer(claim)
    if version is None or Decimal(answer["amount"] or 0) != claim.approved_amount:
        raise ValueError(f"申报 {claim.number} 的批准金额与审定时的测算不一致，请核对审定意见。")
    is_split = answer["city"] is not None
    # Where others pay, too, the parts alone say who bears how much.
    of_two = is_split and not answer.get("others")
    with transaction.atomic():
        award = Award.objects.create(
            claim=claim,
            total=claim.approved_amount,
            city_share=Decimal(answer["city"]) if of_two else None,
            district_share=Decimal(answer["district"]) if of_two else None,
            basis=next(step["citation"] for step in answer["steps"] if step["code"] == "SPLIT") if is_split else "",
            made_at=act.at,
        )
        parts = _write_parts(award, payer_parts(claim, version, answer), act=act)
        for follow in AWARDED:
            follow(parts, compiled_item(version))
        record_audit(
            act,
            action="funding.award",
            target=award,
            region_code=claim.region_id,
            after={
                "total": award.total,
                "city_share": award.city_share,
                "district_share": award.district_share,
                "parts": {part.region_id: part.yuan for part in parts},
            },
        )
    return award


def _write_parts(award: Award, parts: Sequence[PayerPart], *, act: ActorContext) -> list[AwardPart]:
    """One part for each payer, on the line on which its sum is booked. Raises ValueError unless they add up."""
    if sum(part.fen for part in parts) != to_fen(award.total):
        raise ValueError(f"申报 {award.claim.number} 的各方承担之和与资助金额不一致，请核对审定意见。")
    by_region: dict[str, PayerPart] = {}
    for part in parts:
        fen = by_region[part.region_id].fen if part.region_id in by_region else 0
        by_region[part.region_id] = PayerPart(part.region_id, fen + part.fen, part.basis)
    booked = lines_of_claim(award.claim_id)
    where = {"district_id": award.claim.region_id, "item_code": award.claim.item.code}
    year = timezone.localdate(act.at).year
    written = AwardPart.objects.bulk_create(
        AwardPart(
            award=award,
            region_id=region,
            line_id=booked.get(region) or line_for(region, year=year, act=act, **where).pk,
            fen=part.fen,
            basis=part.basis,
        )
        for region, part in by_region.items()
    )
    record_contents(written)
    return written


def _final_answer(claim: Claim) -> tuple[Mapping[str, Any], ItemVersion | None]:
    """The engine's answer to what the final decision granted and the version asked, None where there is no decision.

    Decisions of earlier versions of the portal stored what the rules give, and not what was granted of it: there the
    engine is asked the stored question with the sums of the decision.
    """
    decisions = Decision.objects.filter(claim=claim, stage=Stage.FINAL, conclusion=Conclusion.SUPPORT)
    decision = decisions.select_related("assessment__version").order_by("-pk").first()
    if decision is None or decision.assessment is None:
        return {}, None
    assessment = decision.assessment
    answer: Mapping[str, Any] = assessment.answer
    if assessment.amount == decision.amount:
        return answer, assessment.version
    positions = list(claim.lines.order_by("position").values_list("pk", flat=True))
    sums = {positions.index(row.line_id) + 1: row.amount for row in decision.lines.all()}
    question = with_supported_sums(assessment.question, answer, sums)
    return assess(catalogue_for(assessment.version), question).as_dict(), assessment.version
