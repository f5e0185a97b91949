"""What the app registers: addresses, menu, its message, and audit words."""

from applications.claims.visibility import CLOSURES, Closure
from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from review.spotchecks.message_kinds import FIELDS, KINDS
from review.spotchecks.models import READERS, Case, Look, Sample
from review.spotchecks.selectors import claims_looked_at

CLOSED_WORDS = "您正在复核抽取的该申报，登记复核结论或者交回以前，不能查看该申报的其他页面。"
URL_MODULES.add("spotchecks/", "review.spotchecks.urls")
register_menu("复核抽查", "spotchecks:samples", officials(*READERS), weight=103)
register_contents(Sample, Case, Look)
CLOSURES.append(Closure(claims_looked_at, CLOSED_WORDS))
register_messages(KINDS, FIELDS)
register_audit(
    "spotchecks",
    "复核抽查",
    {"drawn": "抽取样本", "taken": "领取抽查件", "given_back": "交回抽查件", "judged": "复核"},
    weight=47,
)
