"""Which stage a claim's status is, which action a conclusion means there, and who may conclude it. Pure."""

from collections.abc import Iterable

from django.db.models import Q

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import Claim, ClaimEvent
from applications.claims.permissions import party_for
from applications.claims.workflow import reviewer_of
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Appointment, Region, User
from portal.accounts.persons import same_person
from review.decisions.enums import Conclusion, Stage

STAGE_OF: dict[str, Stage] = {
    ClaimStatus.SUBMITTED: Stage.ACCEPTANCE,
    ClaimStatus.DISTRICT_REVIEW: Stage.DISTRICT_FIRST,
    ClaimStatus.DISTRICT_CONFIRMATION: Stage.DISTRICT_SECOND,
    ClaimStatus.CITY_REVIEW: Stage.CITY,
    ClaimStatus.AUDIT: Stage.AUDIT,
    ClaimStatus.PANEL: Stage.PANEL,
    ClaimStatus.FINAL_DECISION: Stage.FINAL,
}
STATUS_OF: dict[Stage, ClaimStatus] = {stage: ClaimStatus(status) for status, stage in STAGE_OF.items()}

# The first officer only proposes: also a proposed refusal goes to the second officer, who makes it one.
ACTION_OF: dict[tuple[Stage, Conclusion], Action] = {
    (Stage.ACCEPTANCE, Conclusion.SUPPORT): Action.ACCEPT,
    (Stage.ACCEPTANCE, Conclusion.REFUSE): Action.DECLINE,
    (Stage.ACCEPTANCE, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
    (Stage.DISTRICT_FIRST, Conclusion.SUPPORT): Action.DISTRICT_PASS,
    (Stage.DISTRICT_FIRST, Conclusion.REFUSE): Action.DISTRICT_PASS,
    (Stage.DISTRICT_FIRST, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
    (Stage.DISTRICT_SECOND, Conclusion.SUPPORT): Action.DISTRICT_CONFIRM,
    (Stage.DISTRICT_SECOND, Conclusion.REFUSE): Action.REJECT,
    (Stage.DISTRICT_SECOND, Conclusion.SEND_BACK): Action.SEND_BACK,
    (Stage.DISTRICT_SECOND, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
    (Stage.CITY, Conclusion.SUPPORT): Action.CITY_PASS,
    (Stage.CITY, Conclusion.REFUSE): Action.REJECT,
    (Stage.CITY, Conclusion.SEND_BACK): Action.SEND_BACK,
    (Stage.CITY, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
    (Stage.AUDIT, Conclusion.SUPPORT): Action.AUDIT_PASS,
    (Stage.AUDIT, Conclusion.REFUSE): Action.REJECT,
    (Stage.AUDIT, Conclusion.SEND_BACK): Action.SEND_BACK,
    (Stage.AUDIT, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
    (Stage.PANEL, Conclusion.SUPPORT): Action.PANEL_PASS,
    (Stage.PANEL, Conclusion.REFUSE): Action.REJECT,
    (Stage.PANEL, Conclusion.SEND_BACK): Action.SEND_BACK,
    (Stage.PANEL, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
    (Stage.FINAL, Conclusion.SUPPORT): Action.DECIDE,
    (Stage.FINAL, Conclusion.REFUSE): Action.REJECT,
    (Stage.FINAL, Conclusion.SEND_BACK): Action.SEND_BACK,
    (Stage.FINAL, Conclusion.CORRECT): Action.REQUEST_CORRECTION,
}
# The conclusions that their officer can take back, until the next stage concludes.
_RECALLABLE = frozenset(
    {
        Action.ACCEPT,
        Action.DISTRICT_PASS,
        Action.DISTRICT_CONFIRM,
        Action.CITY_PASS,
        Action.AUDIT_PASS,
        Action.PANEL_PASS,
        Action.DECIDE,
    }
)
# Stages in which an officer sets a sum per line; the second officer confirms the first's sums as they are.
SUM_STAGES = frozenset({Stage.DISTRICT_FIRST, Stage.CITY, Stage.AUDIT, Stage.PANEL, Stage.FINAL})
# Stages that an officer records for others: their report stands beside the conclusion.
REPORTED_STAGES = frozenset({Stage.AUDIT, Stage.PANEL})
# The stages of the reviews in order: each starts from the conclusion of the one before it.
_REVIEW_STAGES = (Stage.DISTRICT_SECOND, Stage.CITY, Stage.AUDIT, Stage.PANEL, Stage.FINAL)


def action_of(claim: Claim, stage: Stage, conclusion: Conclusion) -> Action | None:
    """What a conclusion at a stage does to the claim: a decision after the publicity approves at once.

    None where the stage has no such conclusion.
    """
    if (stage, conclusion) == (Stage.FINAL, Conclusion.SUPPORT) and claim.procedure.is_publicised_first:
        return Action.APPROVE
    return ACTION_OF.get((stage, conclusion))


def stage_before(stage: str | None, claim: Claim) -> Stage | None:
    """The stage whose conclusion another starts from, on the claim's way; None for the first that sets sums."""
    way = [one for one in _REVIEW_STAGES if one in claim.procedure.steps]
    place = way.index(Stage(stage)) if stage in way else 0
    return way[place - 1] if place else None


def publishing_regions(user: User) -> list[str]:
    """Codes of the regions whose lists this person publishes: a city's officer, a district's decision-maker."""
    return [
        appointment.region_id
        for appointment in user.active_appointments
        if appointment.role == Role.CITY_OFFICER or _decides_in_district(appointment)
    ]


def approver_in(region: Region) -> Role:
    """Who approves the lists of a region after their last day."""
    route = Route.DISTRICT if region.level == RegionLevel.DISTRICT else Route.CITY
    return reviewer_of(ClaimStatus.PUBLICITY, route) or Role.DECISION_MAKER


def _decides_in_district(appointment: Appointment) -> bool:
    return appointment.role == Role.DECISION_MAKER and appointment.region.level == RegionLevel.DISTRICT


def decided_by(user: User, *roles: str) -> Q:
    """The condition on claims that are decided, publicised and paid where this person holds one of the roles."""
    return decided_in(user.regions_for(*roles))


def decided_in(regions: Iterable[str]) -> Q:
    """The condition on claims that are decided, publicised and paid in one of these regions, given by their codes."""
    codes = list(regions)
    return Q(city_id__in=codes, route=Route.CITY) | Q(region_id__in=codes, route=Route.DISTRICT)


def open_conclusions(user: User, claim: Claim) -> list[Conclusion]:
    """What this person's duties let them conclude on the claim now, four eyes aside."""
    stage = STAGE_OF.get(claim.status)
    if stage is None:
        return []
    return [
        conclusion
        for conclusion in Conclusion
        if (action := action_of(claim, stage, conclusion)) and party_for(user, claim, action) is not None
    ]


def way_back(user: User, claim: Claim, last: ClaimEvent | None) -> Action | None:
    """How this person takes back what was concluded last: their own conclusion, or a decision before its publicity.

    `last` is the claim's latest event. What a rule concluded is taken back by whoever works at that stage.
    """
    is_own = last is not None and last.action in _RECALLABLE and last.actor_id in (user.pk, None)
    if is_own and party_for(user, claim, Action.RECALL):
        return Action.RECALL
    waits = claim.status == ClaimStatus.AWAITING_PUBLICITY
    return Action.SEND_BACK if waits and party_for(user, claim, Action.SEND_BACK) else None


def persons_of(rows: Iterable[tuple[int | None, int | None, str]]) -> list[tuple[int, str]]:
    """Who concluded what, of rows (officer, for whom as a deputy, stage): a deputy's conclusion is of both persons."""
    return [(who, stage) for officer, principal, stage in rows for who in (officer, principal) if who is not None]


def four_eyes_problem(user: User, claim: Claim, concluded: Iterable[tuple[int, str]], stage: str | None = None) -> str:
    """Why this person must leave the claim to another, in words; empty where nothing stands against them.

    `concluded` holds (officer's pk, stage) of every earlier decision on the claim, of all rounds. `stage` is the one
    about to be concluded (the payment is none of them: whoever decided anything does not pay).
    """
    if claim.applicant_id in user.recused_from:
        is_member = claim.applicant_id in user.standing.member_of
        why = "您是该申报单位的成员，应当回避" if is_member else "您与该申报存在应当回避的情形"
        return f"{why}，请由其他人员办理。"
    for officer_id, earlier in concluded:
        if same_person(user, officer_id) and earlier != stage:
            return f"您已在“{Stage(earlier).label}”环节办理过该申报，不能再办理另一环节，请由其他人员办理。"
    return ""
