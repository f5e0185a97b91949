"""As what a person may do something to a recovery: the table asks, never repeated elsewhere."""

from portal.accounts.models import User
from portal.accounts.persons import same_person
from review.recoveries.enums import RecoveryAction
from review.recoveries.models import Recovery
from review.recoveries.workflow import APPLICANT, RECOVERIES

# What another than the proposer decides, and another than who asked for it grants.
_OTHER_THAN_PROPOSER = frozenset({RecoveryAction.DECIDE, RecoveryAction.DISMISS})
_OTHER_THAN_ASKER = frozenset({RecoveryAction.GRANT_WAIVER, RecoveryAction.REFUSE_WAIVER})


def party_for(user: User, recovery: Recovery, action: RecoveryAction) -> str | None:
    """`APPLICANT`, or a role that the person holds in the recovery's region, as which they may do it; None for nobody.

    Members of the applicant act for it alone; who is recused from it does nothing.
    """
    row = RECOVERIES.get(action)
    if row is None:
        return None
    if any(m.applicant_id == recovery.applicant_id for m in user.active_memberships):
        return APPLICANT if APPLICANT in row.parties else None
    if recovery.applicant_id in user.recused_from:
        return None
    if action in _OTHER_THAN_PROPOSER and same_person(user, recovery.proposed_by_id):
        return None
    if action in _OTHER_THAN_ASKER and same_person(user, recovery.waiver_asked_by_id):
        return None
    roles = [a.role for a in user.active_appointments if a.region_id == recovery.region_id and a.role in row.parties]
    return roles[0] if roles else None
