"""What the app registers: addresses, menu and audit words."""

from portal.access import applicants
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("rights/", "applications.rights.urls")
register_menu("我的台账", "rights:list", applicants, weight=70)
register_audit(
    "rights",
    "知识产权台账",
    {"record": "登记台账", "record_many": "批量登记台账", "change": "修改台账", "remove": "移出台账"},
    weight=40,
    fields={"details": "登记内容"},
)
