"""What officers of made-up offices answer to the findings of the checks."""

from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from portal.core.actor import ActorContext
from review.checks.enums import Severity, Verdict
from review.checks.selectors import answers_of, is_open
from review.checks.services.answers import answer_finding
from review.checks.services.examine import examine


def answer_findings(claim: Claim, *, act: ActorContext) -> None:
    """Answer every finding that asks a question, as who has the claim; what blocks stays."""
    with transaction.atomic():
        standing = examine(lock_claim(claim.pk), at=act.at)
    answers = answers_of(standing)
    for finding in standing:
        if finding.severity == Severity.QUESTION and is_open(finding, answers):
            answer_finding(
                claim.pk,
                code=finding.code,
                key=finding.key,
                digest=finding.digest,
                verdict=Verdict.VERIFIED,
                reason="已与申报单位核实，材料原件无误。",
                act=act,
            )
