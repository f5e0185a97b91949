"""The panel of findings on the claim page: the checks run as it is read, and nothing is written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.core import clock
from review.checks.enums import Severity, Verdict
from review.checks.inputs import Inputs
from review.checks.models import Examination, Finding
from review.checks.selectors import may_answer, may_override, shown_findings, shown_outcomes, step_of
from review.checks.services.examine import run_checks
from review.decisions.panels import Pane
from review.decisions.selectors.claim_review import ClaimReview

PANE, WEIGHT = Pane.FINDINGS, 10
ANSWERS = [verdict for verdict in Verdict if verdict != Verdict.OVERRIDE]


def panel_of_findings(claim_review: ClaimReview) -> Mapping[str, Any]:
    """What the panel's template takes: findings, how each check ended, what was found before, and who may answer."""
    claim, user = claim_review.claim, claim_review.user
    kept = {(finding.code, finding.key): finding for finding in claim.findings.all()}
    if step_of(claim) is not None:
        report = run_checks(Inputs(claim, on=clock.today()))
        present = [
            found.row(kept.get(place) or Finding(claim=claim, code=place[0], key=place[1]), severity)
            for place, (severity, found) in report.findings.items()
        ]
        outcomes = report.outcomes
        at: datetime | None = clock.now()
    else:
        examination = Examination.objects.filter(claim=claim).first()
        present = [finding for finding in kept.values() if finding.gone_at is None]
        outcomes, at = (examination.outcomes, examination.at) if examination else ({}, None)
    places = {(finding.code, finding.key) for finding in present}
    gone = [finding for place, finding in kept.items() if place not in places and finding.gone_at]
    findings = shown_findings(present, user=user)
    return {
        "findings": findings,
        "gone": shown_findings(gone, user=user),
        "outcomes": shown_outcomes(outcomes),
        "at": at,
        "stops": sum(shown.is_open for shown in findings),
        "may_answer": may_answer(user, claim) and not claim_review.obstacle,
        "may_override": may_override(user, claim),
        "verdicts": ANSWERS,
        "blocking": Severity.BLOCKING,
    }
