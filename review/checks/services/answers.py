"""What an officer answers to a finding."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from portal.accounts.models import User
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from review.checks.enums import Severity, Verdict
from review.checks.models import Finding, FindingAnswer
from review.checks.registry import CHECKS
from review.checks.selectors import may_answer, may_override
from review.checks.services.examine import examine


def answer_finding(
    claim_id: int, *, code: str, key: str, digest: str, verdict: Verdict, reason: str, act: ActorContext
) -> FindingAnswer:
    """Answer one finding of a claim, as the officer's page showed it (`digest`).

    Only who has the claim answers; what blocks only a supervisor lets pass, where its check allows that. Raises
    PermissionDenied for others, RefusedError without a reason or for a verdict that does not fit, StaleStateError where
    the checks now find something else.
    """
    if not reason.strip():
        raise RefusedError("请写明核实的情况和依据。", "reason")
    with transaction.atomic():
        claim = lock_claim(claim_id)
        officer = _officer(claim, verdict, act)
        finding = next((f for f in examine(claim, at=act.at) if (f.code, f.key) == (code, key)), None)
        if finding is None or finding.digest != digest:
            raise StaleStateError("核查结果已有变化，没有登记答复。请查看最新的疑点后再答复。")
        _refuse_unfit(finding, verdict)
        answer = FindingAnswer.objects.create(
            finding=finding,
            digest=digest,
            verdict=verdict,
            reason=reason.strip()[:300],
            officer=officer,
            officer_name=officer.name,
            at=act.at,
        )
        # The counts of what is open follow the answer.
        examine(claim, at=act.at)
        record_contents([answer])
        record_audit(
            act,
            action="checks.answered",
            target=claim,
            region_code=claim.region_id,
            after={"check": CHECKS[code].title, "verdict": verdict, "reason": answer.reason},
        )
    return answer


def _officer(claim: Claim, verdict: Verdict, act: ActorContext) -> User:
    allowed = may_override if verdict == Verdict.OVERRIDE else may_answer
    if act.user is None or claim.applicant_id in act.user.recused_from or not allowed(act.user, claim):
        raise PermissionDenied(
            "只有复核或审定人员可以放行阻断项。" if verdict == Verdict.OVERRIDE else "该申报现不由您办理，不能答复。"
        )
    return act.user


def _refuse_unfit(finding: Finding, verdict: Verdict) -> None:
    if (finding.severity == Severity.BLOCKING) != (verdict == Verdict.OVERRIDE):
        raise RefusedError(
            "阻断项只能由复核或审定人员放行，或在情况消除后自动解除。"
            if finding.severity == Severity.BLOCKING
            else "该疑点不需要放行，请选择核实的结果。",
            "verdict",
        )
    if verdict == Verdict.OVERRIDE and not CHECKS[finding.code].may_be_overridden:
        raise RefusedError("该项不能放行，须先消除其原因。", "verdict")
