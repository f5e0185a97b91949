"""What the app registers: addresses, menu and audit words."""

from policies.rates.models import DistrictRate
from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("rates/", "policies.rates.urls")
register_menu("区级标准", "rates:work", officials(Role.POLICY_ADMIN), weight=140)
register_contents(DistrictRate)
register_audit(
    "rates",
    "区级标准",
    {"proposed": "登记区级标准", "confirmed": "确认区级标准", "refused": "不采纳区级标准"},
    weight=120,
    fields={"rate": "标准"},
)
