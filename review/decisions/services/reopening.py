"""Take a refused claim up again once its refusal is annulled: it is decided anew where it was refused."""

from django.db import transaction

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.duplicates import exclusive_key_of
from applications.claims.services.submission import ClaimIncompleteError, take_rights
from applications.claims.services.transitions import lock_claim, perform_transition
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.services.step_messages import notify_of_step
from review.notices.enums import NoticeKind
from review.notices.lifecycle import void_for_cause

# What told the applicant of the refusal.
_NOTICES = (NoticeKind.REFUSAL, NoticeKind.DECLINED)


def reopen_claim(claim_id: int, *, reason: str, act: ActorContext) -> ClaimEvent:
    """Take up a claim that was refused or not accepted: it holds its rights again, and its notice is void.

    Limits and budgets are taken by the decision anew. Raises RefusedError where the claim does not stand refused, or
    another claim holds one of its rights by now; PermissionDenied for whoever does not hear disputes where it is
    decided.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        try:
            take_rights(read_claim(claim))
        except ClaimIncompleteError as error:
            raise RefusedError(_rivals_in_words(claim)) from error
        event = perform_transition(claim, action=Action.REOPEN, act=act, reason=reason)
        for kind in _NOTICES:
            void_for_cause(claim.pk, kind, 0, reason=event.reason, act=act)
        notify_of_step(claim, event)
    return event


def _rivals_in_words(claim: Claim) -> str:
    keys = [exclusive_key_of(claim, line.subject_key) for line in claim.lines.exclude(subject_key="")]
    rivals = Claim.objects.filter(lines__exclusive_key__in=keys).exclude(pk=claim.pk).order_by("pk").distinct()
    numbers = "、".join(str(rival.number) for rival in rivals)
    return f"{claim.number} 的权利已在申报 {numbers} 中使用，同一权利不能重复支持。请先办结或由申报单位撤回该申报。"
