"""Whether a claim's credit check allows support, approval and payment."""

from collections.abc import Collection, Sequence
from datetime import date

from django.conf import settings

from applications.claims.enums import Action
from applications.claims.models import Claim
from applications.claims.permissions import party_for
from portal.accounts.models import User
from portal.core.statements import LookupAmong
from review.decisions.enums import BLOCKING_CREDIT, Stage
from review.decisions.models import CreditSnapshot
from review.decisions.permissions import STAGE_OF, open_conclusions

_checks = LookupAmong(
    lambda applicants: (
        CreditSnapshot.objects.filter(applicant_id__in=applicants)
        .select_related("entered_by")
        .order_by("-checked_on", "-pk")
    )
)


def checks_of(applicant_ids: Collection[int]) -> dict[int, list[CreditSnapshot]]:
    """By applicant every check, for whichever claim it was made, newest first."""
    found: dict[int, list[CreditSnapshot]] = {pk: [] for pk in applicant_ids}
    for check in _checks(applicant_ids):
        found[check.applicant_id].append(check)
    return found


def credit_problem(claim: Claim, *, on: date, checks: Sequence[CreditSnapshot], days: int | None = None) -> str:
    """Why the claim may not be supported, approved or paid on a day, in words; empty where nothing forbids it.

    `checks` are its applicant's, newest first. Its own last one must be of `days` days at most (CREDIT_VALID_DAYS
    unless given; 0: none is needed); neither that nor the applicant's last one, of whichever claim, may say
    seriously dishonest, dissolved or bankrupt.
    """
    own = next((check for check in checks if check.claim_id == claim.pk), None)
    for last in filter(None, (own, next(iter(checks), None))):
        if last.result in BLOCKING_CREDIT:
            return (
                f"信用查询（{last.checked_on:%Y-%m-%d}，{last.source}）结果为“{last.get_result_display()}”，不得支持。"
                "如已修复，请先登记新的查询结果。"
            )
    valid_days = settings.CREDIT_VALID_DAYS if days is None else days
    if not valid_days:
        return ""
    if own is None:
        return "这件申报还没有信用查询。请在“信用查询”中登记本件的查询结果、来源和日期后再办理。"
    if (on - own.checked_on).days > valid_days:
        return (
            f"信用查询（{own.checked_on:%Y-%m-%d}）已超过 {valid_days} 天。请在“信用查询”中登记新的查询结果后再办理。"
        )
    return ""


def may_record_credit(user: User, claim: Claim) -> bool:
    """Whether the claim waits for this person: for a sum, for the approval, or for the payment."""
    if open_conclusions(user, claim):
        return STAGE_OF.get(claim.status) != Stage.ACCEPTANCE
    return any(party_for(user, claim, action) for action in (Action.APPROVE, Action.RECOGNISE, Action.RECORD_PAYMENT))
