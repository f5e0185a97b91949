"""The rows of checks and of rosters, and a change that nobody may make to them past the portal."""

from datetime import date

from applications.rights.models import Roster, RosterRow
from review.checks.enums import Severity, Verdict
from review.checks.models import CheckSetting, Finding, FindingAnswer
from tests.factories import ClaimFactory, make_official, wuxi


def _finding_answer():
    finding = Finding.objects.create(claim=ClaimFactory(), code="dates", key="1", severity=Severity.QUESTION)
    officer = make_official("city_officer", wuxi())
    return FindingAnswer.objects.create(finding=finding, verdict=Verdict.VERIFIED, reason="已核对", officer=officer)


def _roster():
    officer = make_official("city_officer", wuxi())
    return Roster.objects.create(
        region=wuxi(), kind="patent", title="名册", source="通报", as_of=date(2026, 3, 2), uploaded_by=officer
    )


def _check_setting():
    claim = ClaimFactory()
    officer = make_official("policy_admin", wuxi())
    return CheckSetting.objects.create(item=claim.item, name="dates", value="notice", proposed_by=officer)


CHECK_ROWS = {"checks.findinganswer": (_finding_answer, {"reason": "改写"})}
# Tables whose rows may still change.
OPEN_CHECK_ROWS = {
    "rights.roster": (_roster, {"replaces_papers": True}),
    "rights.rosterrow": (lambda: RosterRow.objects.create(roster=_roster(), uscc="9"), {"facts": {"amount": "9"}}),
    "checks.checksetting": (_check_setting, {"value": "block"}),
}
