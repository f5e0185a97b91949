"""As what a person may do something to a matter: the tables ask, never repeated elsewhere."""

from applications.claims.permissions import acts_for_applicant
from portal.accounts.areas import covers
from portal.accounts.models import User
from review.decisions.models import Decision
from review.decisions.permissions import four_eyes_problem, persons_of
from review.followup.enums import Act
from review.followup.models import OFFICERS, FollowUp
from review.followup.workflow import APPLICANT, OFFICER, acts_for


def party_of(user: User, followup: FollowUp) -> str | None:
    """`APPLICANT`, `OFFICER`, or None for who has no part in it. Members of the applicant act for it alone."""
    if acts_for_applicant(user, followup.claim):
        return APPLICANT
    if followup.claim.applicant_id in user.recused_from:
        return None
    return OFFICER if covers(user, followup.region_id, *OFFICERS) else None


def open_acts(user: User, followup: FollowUp) -> list[Act]:
    """What this person may do to the matter now."""
    party = party_of(user, followup)
    if party is None or (followup.is_dispute and involvement_problem(user, followup)):
        return []
    return acts_for(followup.kind, followup.state, party)


def involvement_problem(user: User, followup: FollowUp) -> str:
    """Why a dispute is not this person's to decide: whoever concluded on the claim does not hear it."""
    rows = Decision.objects.filter(claim_id=followup.claim_id).values_list("officer_id", "on_behalf_of_id", "stage")
    return four_eyes_problem(user, followup.claim, persons_of(rows))
