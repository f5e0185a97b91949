"""What the app registers: addresses, menu, checks of conclusions, the engine's rank, jobs, messages, audit words."""

from typing import Any

from applications.claims.services.assessment import RANKS
from portal.access import experts, officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from review.decisions.panels import CLAIM_PANELS, ClaimPanel, Pane
from review.decisions.selectors.claim_review import ClaimReview
from review.decisions.services.locking import CONCLUSION_CHECKS
from review.decisions.services.reports import MADE_REPORTS
from review.panels.jobs import watch_panels
from review.panels.message_kinds import FIELDS, KINDS
from review.panels.models import READERS, Conflict, Draw, Entry, Panel, Scheme, ScoreSheet, Seat
from review.panels.services.confirming import PANEL, entry_of, panel_problem, rank_of, report_made


def _before_experts(claim_review: ClaimReview) -> dict[str, Any] | None:
    """The claim's entry before its panel; None before there is one."""
    entry = entry_of(claim_review.claim)
    may_open = bool(claim_review.user.roles & {*READERS})
    return {"entry": entry, "may_open": may_open} if entry else None


URL_MODULES.add("panels/", "review.panels.urls")
register_menu("专家评审", "panels:list", officials(*READERS), weight=99)
register_menu("我的评审", "panels:mine", experts, weight=89)
register_messages(KINDS, FIELDS)
register_contents(Scheme, Entry, Draw, Seat, Conflict, ScoreSheet)
register_contents(Panel, file_of=lambda panel: (panel.path, panel.report_sha256) if panel.report_sha256 else None)
JOB_KINDS.add("panels.watch", JobKind("提醒专家评分期限", watch_panels, is_daily=True))
CLAIM_PANELS.add(
    "experts",
    ClaimPanel(
        title="专家评审",
        pane=Pane.FINDINGS,
        weight=65,
        template="panels/_claim.html",
        context=_before_experts,
        is_shown=lambda claim_review: PANEL in claim_review.claim.procedure.departures,
    ),
)
CONCLUSION_CHECKS.append(panel_problem)
MADE_REPORTS.append(report_made)
RANKS.append(rank_of)
register_audit(
    "panels",
    "专家评审",
    {
        "scheme": "设定评分标准",
        "formed": "组建评审",
        "drawn": "抽取专家",
        "replaced": "补抽专家",
        "declared": "专家申报回避",
        "withdrew": "专家退出",
        "opened": "开始评分",
        "scored": "专家评分",
        "handed_in": "专家提交评分",
        "closed": "结束评分",
        "prolonged": "评分延期",
        "reopened": "退回评分",
        "confirmed": "确认评审结果",
        "cancelled": "取消评审",
    },
    weight=35,
    fields={"conflicts": "回避件数", "position": "评审序号", "leave_reason": "退出原因"},
)
