"""What the app registers: addresses, menu, its check of approvals, its job, its message and audit words."""

from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.enums import Audience, Group, Urgency
from portal.notifications.kinds import MessageKind, register_messages
from review.decisions.models import PUBLICITY_ROLES
from review.decisions.services.publicity import RELEASE_CHECKS
from review.objections.jobs import end_lists
from review.objections.models import EndRule, Filing
from review.objections.selectors import filing_problem

URL_MODULES.add("objections/", "review.objections.urls")
register_menu("网上异议", "objections:list", officials(*PUBLICITY_ROLES), weight=101)
register_contents(Filing, file_of=lambda filing: (filing.path, filing.sha256) if filing.sha256 else None)
register_contents(EndRule)
RELEASE_CHECKS.append(filing_problem)
JOB_KINDS.add("objections.end_lists", JobKind("公示期满自动批准", end_lists, is_daily=True))
register_messages(
    [
        MessageKind(
            "objections.filed",
            Group.WORK,
            Audience.OFFICIAL,
            "网上异议待受理：{{ number }}",
            "有人对公示中的 {{ number }} 在网上提出异议，请核对是否实名、有无具体内容，及时受理。"
            "受理前该申报不能批准。",
            Urgency.AT_ONCE,
        )
    ]
)
register_audit(
    "objections",
    "网上异议",
    {"filed": "网上提出异议", "accepted": "受理网上异议", "declined": "不予受理网上异议", "rule": "设定公示期满规则"},
    weight=36,
)
