"""The rows of checks that are written once, and a change that nobody may make to them."""

from review.checks.enums import Severity, Verdict
from review.checks.models import Finding, FindingAnswer
from tests.factories import ClaimFactory, make_official, wuxi


def _finding_answer():
    finding = Finding.objects.create(claim=ClaimFactory(), code="dates", key="1", severity=Severity.QUESTION)
    officer = make_official("city_officer", wuxi())
    return FindingAnswer.objects.create(finding=finding, verdict=Verdict.VERIFIED, reason="已核对", officer=officer)


CHECK_ROWS = {"checks.findinganswer": (_finding_answer, {"reason": "改写"})}
