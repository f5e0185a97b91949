"""What the app registers: addresses, menu, jobs and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from review.whatif.jobs import simulate

URL_MODULES.add("what-if/", "review.whatif.urls")
JOB_KINDS.add("whatif.simulate", JobKind("政策模拟测算", simulate))
register_menu(
    "政策模拟",
    "whatif:runs",
    officials(Role.POLICY_ADMIN, Role.CITY_OFFICER, Role.DECISION_MAKER, Role.AUDITOR),
    weight=160,
)
register_audit("whatif", "政策模拟", {"start": "发起政策模拟", "cancel": "取消政策模拟"}, weight=100)
