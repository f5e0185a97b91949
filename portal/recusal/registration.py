"""What the app registers: addresses, menu and audit words, and what the audit chain holds."""

from portal.access import officials
from portal.accounts.enums import SEPARATE_DUTIES, Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.recusal.message_kinds import FIELDS, KINDS
from portal.recusal.models import Recusal

URL_MODULES.add("recusals/", "portal.recusal.urls")
register_menu("回避", "recusal:list", officials(*sorted(SEPARATE_DUTIES), Role.AUDITOR), weight=185)
register_messages(KINDS, FIELDS)
register_audit(
    "recusal",
    "回避",
    {"declared": "申请回避", "found": "发现应当回避", "lifted": "解除回避", "affiliated": "登记任职和代理经历"},
    weight=125,
)
register_contents(Recusal)
