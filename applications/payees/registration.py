"""What the app registers: addresses, menu, audit words, and that it holds changes of a payee."""

from applications.payees.message_kinds import FIELDS, KINDS
from applications.payees.models import OFFICERS, Payee, PayeeRequest
from applications.payees.services import follow_transfer, hold_change
from portal.access import officials
from portal.accounts.services.applicants import CHANGE_HOLDERS
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.ownership.services.contests import AFTER_TRANSFER

URL_MODULES.add("payees/", "applications.payees.urls")
register_messages(KINDS, FIELDS)
CHANGE_HOLDERS.add("payees", hold_change)
AFTER_TRANSFER.add("payees", follow_transfer)
register_menu("收款变更", "payees:requests", officials(*OFFICERS), weight=175)
register_contents(Payee, PayeeRequest)
register_audit(
    "payees",
    "收款信息",
    {
        "asked": "申请变更收款信息",
        "confirmed": "确认收款信息变更",
        "refused": "不同意收款信息变更",
        "withdrawn": "撤回收款信息变更申请",
    },
    weight=45,
    details={"asked": "accounts.applicant"},
)
