"""What the app registers: addresses, menu and audit words."""

from applications.rights.own_data import CLOSING, OWN_RIGHTS
from portal.access import applicants
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.privacy.extension import CLOSINGS, OWN_DATA

URL_MODULES.add("rights/", "applications.rights.urls")
register_menu("我的台账", "rights:list", applicants, weight=70)
OWN_DATA.add("rights", OWN_RIGHTS)
CLOSINGS.add("rights", CLOSING)
register_audit(
    "rights",
    "知识产权台账",
    {"record": "登记台账", "record_many": "批量登记台账", "change": "修改台账", "remove": "移出台账"},
    weight=40,
    fields={"details": "登记内容"},
)
