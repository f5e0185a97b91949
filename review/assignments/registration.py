"""What the app registers: what follows a step and a recusal, addresses, menu, jobs and audit words."""

from applications.claims.clock import HOLDS
from applications.claims.selectors.progress import PAUSES
from applications.claims.services.transitions import FOLLOW_UPS
from portal.access import officials
from portal.accounts.enums import SEPARATE_DUTIES, Role
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.recusal.enums import SUPERVISORS
from portal.recusal.services import AFTER_RECUSAL
from review.assignments.jobs import watch_days_of_suspension
from review.assignments.message_kinds import FIELDS, KINDS
from review.assignments.selectors.desks import pause_words, suspended_spans
from review.assignments.services.arrival import follow_step, release_recused

FOLLOW_UPS.append(follow_step)
AFTER_RECUSAL.append(release_recused)
PAUSES.append(pause_words)
HOLDS.append(suspended_spans)
register_messages(KINDS, FIELDS)
URL_MODULES.add("assignments/", "review.assignments.urls")
JOB_KINDS.add("assignments.suspensions", JobKind("提醒挂起的申报", watch_days_of_suspension, is_daily=True))
register_menu("承办情况", "assignments:load", officials(*SUPERVISORS), weight=98)
register_menu("外出与代办", "assignments:absences", officials(*sorted(SEPARATE_DUTIES)), weight=183)
register_menu("分派规则", "assignments:rules", officials(Role.SYSTEM_ADMIN), weight=192)
register_audit(
    "assignments",
    "承办",
    {
        "assigned": "分派或领取",
        "ended": "结束承办",
        "absent": "登记外出",
        "returned": "结束外出",
        "suspended": "挂起",
        "resumed": "恢复办理",
        "rule": "修改分派规则",
    },
    weight=31,
    fields={"officer": "承办人", "officers": "人员和权重"},
)
