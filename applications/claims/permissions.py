"""Small predicates: may this person do this to this claim? They ask the workflow table, never repeat it."""

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from applications.claims.workflow import APPLICANT, may_act
from portal.accounts.enums import DISTRICT_ROLES
from portal.accounts.models import User


def acts_for_applicant(user: User, claim: Claim) -> bool:
    """Whether the person is a member of the claim's applicant."""
    return any(m.applicant_id == claim.applicant_id for m in user.active_memberships)


def may_submit(user: User, claim: Claim) -> bool:
    """Whether the person may hand the claim in: any member, or the owner alone, as the applicant has set."""
    owners_only = claim.applicant.owner_submits
    return any(
        m.applicant_id == claim.applicant_id and (m.is_owner or not owners_only) for m in user.active_memberships
    )


def party_for(user: User, claim: Claim, action: Action) -> str | None:
    """As what the person may do the action now: `APPLICANT`, a role held in the claim's region, or None."""
    status = ClaimStatus(claim.status)
    if may_act(action, status, APPLICANT, claim.route, departures=claim.departures) and acts_for_applicant(user, claim):
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
