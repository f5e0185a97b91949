"""Set up the points of a checklist, and keep what officers find on them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.regions import within
from portal.core.statements import A_KEY, A_NUMBER, ANOTHER_KEY, Lookup
from review.checklists.models import ChecklistAnswer, ChecklistPoint, regions_of
from review.decisions.enums import Conclusion, Stage
from review.decisions.permissions import STAGE_OF, open_conclusions
from review.decisions.services.locking import check_four_eyes


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on a point."""

    is_met: bool
    remark: str = ""


def add_point(
    region: Region, *, stage: Stage, item: SupportItem | None, text: str, is_required: bool, act: ActorContext
) -> ChecklistPoint:
    """Add a point for the claims of a region, of one item or of all."""
    user = _administrator(region, act)
    with transaction.atomic():
        point = ChecklistPoint.objects.create(
            region=region, stage=stage, item=item, text=text, is_required=is_required, added_by=user, added_at=act.at
        )
        after = {"text": text, "stage": stage, "is_required": is_required}
        record_audit(act, action="checklists.added", target=point, region_code=region.pk, after=after)
    return point


def retire_point(point: ChecklistPoint, *, act: ActorContext) -> None:
    """Ask the point no longer; done twice it changes nothing."""
    _administrator(point.region, act)
    with transaction.atomic():
        if not ChecklistPoint.objects.filter(pk=point.pk, retired_at=None).update(retired_at=act.at):
            return
        record_contents([point])
        record_audit(act, action="checklists.retired", target=point, region_code=point.region_id)


def _administrator(region: Region, act: ActorContext) -> User:
    if act.user is None or not within(region.pk, act.user.regions_for(Role.POLICY_ADMIN, Role.SYSTEM_ADMIN)):
        raise PermissionDenied("您的职责不包含设置该地区的核对要点。")
    return act.user


def record_findings(claim: Claim, *, found: Mapping[int, Found], act: ActorContext) -> int:
    """Keep what an officer found, by the point's pk, where it differs from what stands; returns how much was new.

    Raises PermissionDenied and RefusedError for whoever may not conclude the claim now.
    """
    with transaction.atomic():
        claim = lock_claim(claim.pk)
        stage = STAGE_OF.get(claim.status)
        if act.user is None or stage is None or not open_conclusions(act.user, claim):
            raise PermissionDenied("该申报现在不由您核对。")
        check_four_eyes(claim, user=act.user, stage=stage)
        latest: dict[int, ChecklistAnswer] = {}
        for answer in ChecklistAnswer.objects.filter(claim=claim, round=claim.round).order_by("pk"):
            latest[answer.point_id] = answer
        fresh = [
            ChecklistAnswer.objects.create(
                claim=claim,
                point=point,
                round=claim.round,
                is_met=found[point.pk].is_met,
                remark=found[point.pk].remark,
                officer=act.user,
                officer_name=act.actor_name,
                at=act.at,
            )
            for point in ChecklistPoint.objects.of_claim(claim, stage).filter(pk__in=found)
            if _differs(latest.get(point.pk), found[point.pk])
        ]
        if fresh:
            after = {"found": "；".join(f"{each.point}：{'符合' if each.is_met else '未核对'}" for each in fresh)}
            record_audit(act, action="checklists.found", target=claim, region_code=claim.region_id, after=after)
    return len(fresh)


def _differs(standing: ChecklistAnswer | None, found: Found) -> bool:
    if standing is None:
        return found.is_met or bool(found.remark)
    return (standing.is_met, standing.remark) != (found.is_met, found.remark)


_unmet = Lookup(
    ChecklistPoint.objects.all().unmet,
    *(A_KEY, A_NUMBER, ANOTHER_KEY, "a stage", "a district", "a city", "a province"),
)


def missing_points(claim: Claim, stage: Stage, conclusion: Conclusion) -> str:
    """Why support has to wait: the required points that nobody found in order; empty for none, and for a refusal."""
    if conclusion != Conclusion.SUPPORT:
        return ""
    texts = [point.text for point in _unmet(claim.pk, claim.round, claim.item_id, stage.value, *regions_of(claim))]
    if not texts or (stage == Stage.DISTRICT_SECOND and _proposes_refusal(claim)):
        return ""
    return f"请先在“核对要点”中逐条核对：{'；'.join(texts)}。"


def _proposes_refusal(claim: Claim) -> bool:
    proposal = claim.decisions.filter(stage=Stage.DISTRICT_FIRST).order_by("-pk").first()
    return proposal is not None and proposal.conclusion == Conclusion.REFUSE
