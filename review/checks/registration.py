"""What the app registers: its checks, addresses, menu, jobs, the panel, what stops a step, and audit words."""

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from applications.claims.services.assessment import GROUPS
from applications.claims.services.transitions import FOLLOW_UPS
from policies.facts.lists import LIST_KEEPERS
from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core import clock
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.services import enqueue_job
from portal.navigation import register_menu
from review.checks import kinds as _kinds  # noqa: F401 - each module registers its checks
from review.checks.enums import Step
from review.checks.jobs import EXAMINE, examine_all, examine_one, pass_by_rules
from review.checks.models import REGISTER_ROLES, CheckSetting, FindingAnswer
from review.checks.panel import PANE, WEIGHT, panel_of_findings
from review.checks.registers import group_on, listed_on
from review.checks.selectors import marks_of
from review.checks.services.examine import open_problem
from review.checks.services.sheets import READ, read_sheet
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.decisions.panels import CLAIM_PANELS, ClaimPanel
from review.decisions.selectors.queue import QUEUE_MARKS
from review.decisions.services.locking import APPROVAL_CHECKS, CONCLUSION_CHECKS

_REVIEWERS = (Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)
_HANDED_IN = (Action.SUBMIT, Action.RESUBMIT)


def examine_handed_in(claim: Claim, event: ClaimEvent) -> None:
    """Promise to run the checks on a claim that was handed in, so that the queue shows what they find."""
    if event.action in _HANDED_IN:
        enqueue_job(EXAMINE, key=f"{claim.pk}:{event.pk}", payload={"claim_id": claim.pk}, region_code=claim.region_id)


def conclusion_problem(claim: Claim, stage: Stage, conclusion: Conclusion) -> str:
    """What stops a support; a refusal, also one that the second officer confirms, waits for nothing."""
    if conclusion != Conclusion.SUPPORT:
        return ""
    if stage == Stage.DISTRICT_SECOND:
        proposed = Decision.objects.filter(claim=claim, stage=Stage.DISTRICT_FIRST).order_by("-pk").first()
        if proposed is not None and proposed.conclusion == Conclusion.REFUSE:
            return ""
    return open_problem(claim, at=clock.now(), step=Step(stage))


def approval_problem(claim: Claim) -> str:
    """What stops the approval of a publicised claim."""
    return open_problem(claim, at=clock.now(), step=Step.APPROVAL)


URL_MODULES.add("checks/", "review.checks.urls")
JOB_KINDS.add(EXAMINE, JobKind("核查提交的申报", examine_one))
JOB_KINDS.add("checks.nightly", JobKind("重新核查在办申报", examine_all, is_daily=True))
JOB_KINDS.add("checks.by_rule", JobKind("按规则办理", pass_by_rules, is_daily=True))
JOB_KINDS.add(READ, JobKind("读取核查名单", read_sheet))
FOLLOW_UPS.append(examine_handed_in)
GROUPS.append(group_on)
LIST_KEEPERS.append(listed_on)
CONCLUSION_CHECKS.append(conclusion_problem)
APPROVAL_CHECKS.append(approval_problem)
QUEUE_MARKS.append(marks_of)
CLAIM_PANELS.add(
    "findings",
    ClaimPanel(
        title="核查疑点",
        pane=PANE,
        weight=WEIGHT,
        template="checks/_findings.html",
        context=panel_of_findings,
        is_open=True,
    ),
)
register_menu("核查疑点", "checks:findings", officials(*_REVIEWERS, Role.AUDITOR), weight=94)
register_menu("核查名单", "checks:registers", officials(*REGISTER_ROLES, Role.AUDITOR), weight=145)
register_menu("核查设置", "checks:settings", officials(Role.POLICY_ADMIN), weight=146)
register_contents(FindingAnswer, CheckSetting)
register_audit(
    "checks",
    "自动核查",
    {
        "answered": "答复核查疑点",
        "sheet_taken": "上传核查名单",
        "sheet_read": "读取核查名单",
        "sheet_confirmed": "复核通过核查名单",
        "sheet_refused": "复核未通过核查名单",
        "setting_proposed": "提出核查设置",
        "setting_confirmed": "确认核查设置",
        "setting_refused": "不采纳核查设置",
    },
    weight=31,
    fields={"check": "核查项", "verdict": "核实结果"},
)
