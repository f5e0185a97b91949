"""What the app registers: addresses, menu, jobs, audit words, and the base layer's parts of personal data."""

from allauth.account.signals import user_logged_in

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_footer, register_menu
from portal.notifications.kinds import register_messages
from portal.privacy.extension import OWN_DATA, RETENTIONS
from portal.privacy.message_kinds import FIELDS, KINDS
from portal.privacy.models import Consent, Removal
from portal.privacy.own_data import SECTIONS
from portal.privacy.retentions import RULES
from portal.privacy.services.consent import ask_when_due
from portal.privacy.services.copies import JOB, fill_copy
from portal.privacy.services.retention import remove_what_is_over

user_logged_in.connect(ask_when_due)
URL_MODULES.add("me/data/", "portal.privacy.urls")
register_messages(KINDS, FIELDS)
register_footer("隐私与个人信息保护", "privacy", weight=30)
register_menu("保存期限", "data:retention", officials(Role.SECURITY_ADMIN), weight=195)
JOB_KINDS.add(JOB, JobKind("生成个人信息副本", fill_copy))
JOB_KINDS.add("privacy.retention", JobKind("清除到期的数据", remove_what_is_over, is_daily=True))
register_contents(Consent, Removal)
for code, section in SECTIONS.items():
    OWN_DATA.add(code, section)
for code, rule in RULES.items():
    RETENTIONS.add(code, rule)
register_audit(
    "privacy",
    "个人信息",
    {
        "consented": "同意个人信息保护说明",
        "copy_asked": "申请个人信息副本",
        "account_closed": "注销账号",
        "removed": "清除到期的数据",
    },
    weight=135,
)
