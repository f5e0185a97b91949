"""What the app registers: addresses, menu and audit words."""

from applications.claims.selectors.progress import way_of
from applications.claims.services.assessment import RANKS, SCORES
from portal.access import officials, public
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.digest import DIGEST_PARTS
from portal.notifications.kinds import register_messages
from review.assignments.panels import desk_panel
from review.assignments.selectors.candidates import CONCLUDED
from review.decisions.digest import desk_lines
from review.decisions.jobs import (
    approve_in_background,
    conclude_in_background,
    decide_in_background,
    publish_in_background,
    watch_days_of_correction,
    withdraw_in_background,
)
from review.decisions.message_kinds import FIELDS, KINDS
from review.decisions.models import (
    PUBLISH_KIND,
    ClaimScore,
    CreditSnapshot,
    Decision,
    LineDecision,
    Objection,
    PublicityEntry,
    PublicityList,
    StageReport,
)
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.decisions.selectors.agenda import MEETING_READERS
from review.decisions.selectors.queue import concluded_on
from review.decisions.services.locking import CONCLUSION_CHECKS
from review.decisions.services.places import place_of, place_problem
from review.decisions.services.scores import latest_score

CONCLUDED.append(concluded_on)
_REVIEWERS = (Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)

URL_MODULES.add("review/", "review.decisions.urls")
register_messages(KINDS, FIELDS)
DIGEST_PARTS.add("review", desk_lines)
JOB_KINDS.add("review.approve_list", JobKind("公示期满批准", approve_in_background))
JOB_KINDS.add(PUBLISH_KIND, JobKind("公示名单生成", publish_in_background))
JOB_KINDS.add("review.withdraw_list", JobKind("公示撤下", withdraw_in_background))
JOB_KINDS.add("review.decide_agenda", JobKind("议程审定", decide_in_background))
JOB_KINDS.add("review.conclude_many", JobKind("批量办理", conclude_in_background))
JOB_KINDS.add("review.corrections", JobKind("提醒补正期限", watch_days_of_correction, is_daily=True))
CLAIM_PANELS.add(
    "desk",
    ClaimPanel(
        title="承办、挂起与回避",
        pane=Pane.AFTER,
        weight=10,
        template="assignments/_desk.html",
        context=lambda claim_review: desk_panel(claim_review.claim, claim_review.user),
        is_shown=lambda claim_review: claim_review.stage is not None,
    ),
)
CLAIM_PANELS.add(
    "history",
    ClaimPanel(
        title="办理经过", pane=Pane.AFTER, weight=90, template="review/_history.html", is_lazy=False, is_open=True
    ),
)
CLAIM_PANELS.add(
    "procedure",
    ClaimPanel(
        title="办理程序和期限",
        pane=Pane.AFTER,
        weight=80,
        template="review/_procedure.html",
        context=lambda claim_review: {"steps": way_of(claim_review.claim, claim_review.events)},
        is_lazy=False,
        is_open=True,
    ),
)
CONCLUSION_CHECKS.append(place_problem)
SCORES.append(latest_score)
RANKS.append(place_of)
register_menu("公示", "review:publicity_public", public, weight=50)
register_menu("待办", "review:queue", officials(*_REVIEWERS), weight=90)
register_menu("评审得分", "review:scores", officials(Role.CITY_OFFICER), weight=96)
register_menu("审定议程", "review:agendas", officials(*MEETING_READERS), weight=97)
register_menu(
    "公示管理", "review:publicity", officials(Role.CITY_OFFICER, Role.DECISION_MAKER, Role.DISTRICT_SECOND), weight=100
)
register_menu("申报查询", "review:claims", officials(*_REVIEWERS, Role.AUDITOR, Role.FINANCE), weight=120)
register_contents(StageReport, file_of=lambda report: (report.path, report.sha256))
register_contents(Decision, LineDecision, CreditSnapshot, PublicityList, PublicityEntry, Objection, ClaimScore)
register_audit(
    "review",
    "审核",
    {
        "credit": "登记信用查询",
        "scores": "登记评审得分",
        "publicity": "发布公示",
        "publicity_withdrawn": "撤下公示",
        "publicity_closed": "公示办结",
        "objection": "受理异议",
        "objection_dismissed": "异议核实不成立",
    },
    weight=30,
    fields={"conclusion": "结论"},
    details={
        "credit": "review.creditsnapshot",
        "objection": "review.objection",
        "objection_dismissed": "review.objection",
    },
)
