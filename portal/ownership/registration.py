"""What the app registers: addresses, menu, audit words, and the rows and files that the chain holds."""

from portal.access import officials
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.notifications.kinds import register_messages
from portal.ownership.enums import CONFIRMERS
from portal.ownership.licence import LicenceVoucher
from portal.ownership.message_kinds import FIELDS, KINDS
from portal.ownership.models import Contest, OrganisationCheck, OrganisationPaper
from portal.ownership.own_data import CLOSING, OWN_CONTESTS
from portal.ownership.vouchers import VOUCHERS
from portal.privacy.extension import CLOSINGS, OWN_DATA

URL_MODULES.add("ownership/", "portal.ownership.urls")
register_messages(KINDS, FIELDS)
register_menu("主体核验", "ownership:desk", officials(*CONFIRMERS), weight=172)
VOUCHERS.add("licence", LicenceVoucher())
OWN_DATA.add("ownership", OWN_CONTESTS)
CLOSINGS.add("ownership", CLOSING)
register_contents(Contest, OrganisationCheck)
register_contents(OrganisationPaper, file_of=lambda paper: (paper.path, paper.sha256))
register_audit(
    "ownership",
    "主体核验",
    {
        "handed_in": "提交主体材料",
        "verified": "主体核验通过",
        "rejected": "驳回主体材料",
        "renamed": "更名后重新核验",
        "filed": "提出登记异议",
        "answered": "答复登记异议",
        "contest_withdrawn": "撤回登记异议",
        "proposed": "提出异议处理意见",
        "returned": "退回异议处理意见",
        "decided": "确认异议处理结果",
    },
    weight=132,
    fields={"papers": "材料", "source": "依据"},
)
