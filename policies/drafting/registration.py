"""What the app registers: addresses, menu and audit words."""

from policies.drafting.message_kinds import FIELDS, KINDS
from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages

URL_MODULES.add("policies/drafts/", "policies.drafting.urls")
register_messages(KINDS, FIELDS)
register_menu("政策拟订", "drafting:drafts", officials(Role.POLICY_ADMIN, Role.AUDITOR), weight=130)
register_audit(
    "drafting",
    "政策拟订",
    {
        "start": "起草政策",
        "propose": "提请发布政策",
        "take_back": "收回提请",
        "return": "退回政策拟订",
        "withdraw": "撤回政策拟订",
        "publish": "发布政策",
    },
    weight=90,
    fields={"cases": "案例变动"},
)
