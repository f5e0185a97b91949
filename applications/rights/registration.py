"""What the app registers: addresses, menu and audit words."""

from applications.claims.selectors.problems import ATTESTING
from applications.rights.models import ROSTER_READERS
from applications.rights.own_data import CLOSING, OWN_RIGHTS
from applications.rights.selectors import attesting_rosters
from portal.access import applicants, officials
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.privacy.extension import CLOSINGS, OWN_DATA

URL_MODULES.add("rights/", "applications.rights.urls")
register_menu("我的台账", "rights:list", applicants, weight=70)
register_menu("权利名册", "rights:rosters", officials(*ROSTER_READERS), weight=155)
ATTESTING.append(attesting_rosters)
OWN_DATA.add("rights", OWN_RIGHTS)
CLOSINGS.add("rights", CLOSING)
register_audit(
    "rights",
    "知识产权台账",
    {
        "record": "登记台账",
        "record_many": "批量登记台账",
        "change": "修改台账",
        "remove": "移出台账",
        "roster_taken": "上传名册",
        "roster_withdrawn": "停用名册",
    },
    weight=40,
    fields={"details": "登记内容"},
)
