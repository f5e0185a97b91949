"""Small predicates: may this person do this to this claim? They ask the workflow table, never repeat it."""

from collections.abc import Mapping

from django.db.models import Model

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, Evidence
from applications.claims.workflow import APPLICANT, may_act
from applications.mandates.enums import Right
from applications.mandates.models import Mandate, agencies_of
from applications.mandates.selectors import mandate_for
from portal.accounts.enums import DISTRICT_ROLES
from portal.accounts.models import User
from portal.core.actor import ActorContext


def acts_for_applicant(user: User, claim: Claim) -> bool:
    """Whether the person is a member of the claim's applicant."""
    return any(m.applicant_id == claim.applicant_id for m in user.active_memberships)


def mandate_of(user: User | None, claim: Claim, right: Right | None = None) -> Mandate | None:
    """The mandate under which a person who is no member acts on the claim today; with a right, one that gives it."""
    if user is None or not agencies_of(user) or acts_for_applicant(user, claim):
        return None
    place = {"principal_id": claim.applicant_id, "item_id": claim.item_id, "begun_at": claim.created_at}
    return mandate_for(user, **place, right=right)  # type: ignore[arg-type]


def under_mandate(act: ActorContext, target: Model) -> Mapping[str, str]:
    """For the audit record of a claim or one of its files: the agency and the mandate under which somebody acted."""
    claim = target.claim if isinstance(target, Evidence) else target
    mandate = mandate_of(act.user, claim) if isinstance(claim, Claim) else None
    return {"agency": mandate.agency.name, "mandate": mandate.number} if mandate else {}


def stands_for(user: User | None, claim: Claim, right: Right | None = None) -> bool:
    """Whether the person acts for the claim's applicant: as a member, or under a mandate (that gives the right)."""
    if user is None:
        return False
    return acts_for_applicant(user, claim) or mandate_of(user, claim, right) is not None


def right_to_write(claim: Claim) -> Right:
    """What a mandate must give for the claim to be changed now."""
    return Right.CORRECT if claim.status == ClaimStatus.CORRECTION else Right.FILL


def why_fixed(user: User, claim: Claim) -> str:
    """Why a person who acts for the applicant cannot change the claim now, in words; "" where they can."""
    if not claim.is_editable:
        return f"该申报现为“{claim.applicant_label}”，不能再修改。"
    right = right_to_write(claim)
    return "" if stands_for(user, claim, right) else f"委托书没有包含“{right.label}”的权限，您只能查看。"


def right_to(action: Action, claim: Claim) -> Right:
    """What a mandate must give for an applicant's action; whoever may fill in a draft may discard it."""
    if action == Action.RESUBMIT:
        return Right.CORRECT
    is_discarded = action == Action.WITHDRAW and claim.status == ClaimStatus.DRAFT
    return Right.FILL if is_discarded else Right.SUBMIT


def why_not_submit(user: User, claim: Claim) -> str:
    """Why a person who acts for the applicant cannot hand the claim in, in words; "" where they can.

    Where the applicant lets only its owner submit, that holds for its agencies too, whatever their mandates give.
    """
    member = next((m for m in user.active_memberships if m.applicant_id == claim.applicant_id), None)
    if claim.applicant.owner_submits:
        who = "本单位" if member else "委托人"
        return "" if member and member.is_owner else f"{who}设定由负责人核对后提交"
    action = Action.RESUBMIT if claim.status == ClaimStatus.CORRECTION else Action.SUBMIT
    if member or mandate_of(user, claim, right_to(action, claim)) is not None:
        return ""
    return "委托书没有包含提交的权限，由委托人的负责人核对后提交"


def party_for(user: User, claim: Claim, action: Action) -> str | None:
    """As what the person may do the action now: `APPLICANT`, a role held in the claim's region, or None."""
    status = ClaimStatus(claim.status)
    is_applicants = may_act(action, status, APPLICANT, claim.route, departures=claim.departures)
    if is_applicants and stands_for(user, claim, right_to(action, claim)):
        return APPLICANT
    for appointment in user.active_appointments:
        where = claim.region_id if appointment.role in DISTRICT_ROLES else claim.deciding_region_id
        if appointment.region_id == where and may_act(
            action,
            status,
            appointment.role,
            claim.route,
            returned_from=claim.returned_from,
            departures=claim.departures,
        ):
            return appointment.role
    return None


def open_actions(user: User, claim: Claim) -> list[Action]:
    """The actions this person may do to this claim now."""
    return [action for action in Action if party_for(user, claim, action)]
