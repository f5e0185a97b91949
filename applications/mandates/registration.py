"""What the app registers: addresses, menu, messages, the nightly look and audit words."""

from applications.mandates.jobs import remind
from applications.mandates.message_kinds import FIELDS, KINDS
from applications.mandates.models import Mandate, MandateItem
from applications.mandates.own_data import OWN_MANDATES
from applications.mandates.selectors import principals_of
from applications.mandates.services import follow_transfer
from portal.access import applicants
from portal.accounts.persons import ACTED_FOR
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.ownership.services.contests import AFTER_TRANSFER
from portal.privacy.extension import OWN_DATA

URL_MODULES.add("mandates/", "applications.mandates.urls")
register_messages(KINDS, FIELDS)
register_menu("代理委托", "mandates:list", applicants, weight=84)
JOB_KINDS.add("mandates.remind", JobKind("提醒代理委托到期", remind, is_daily=True))
ACTED_FOR.add("mandates", principals_of)
AFTER_TRANSFER.add("mandates", follow_transfer)
OWN_DATA.add("mandates", OWN_MANDATES)
register_contents(MandateItem)
register_contents(Mandate, file_of=lambda mandate: (mandate.path, mandate.sha256) if mandate.sha256 else None)
register_audit(
    "mandates",
    "代理委托",
    {
        "asked": "提出委托",
        "handed_in": "上传委托书",
        "confirmed": "确认委托",
        "declined": "不同意委托",
        "cancelled": "撤回委托请求",
        "revoked": "撤销委托",
        "returned": "退回委托",
    },
    weight=134,
    fields={"agency": "代理机构", "principal": "委托人", "rights": "权限", "mandate": "委托书"},
)
