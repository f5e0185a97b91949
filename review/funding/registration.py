"""What the app registers: addresses, menu and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from review.funding.models import Award, AwardPart, Payment

URL_MODULES.add("funding/", "review.funding.urls")
register_menu("拨付", "funding:payments", officials(Role.FINANCE, Role.AUDITOR), weight=110)
register_contents(Award, AwardPart, Payment)
register_audit(
    "funding",
    "资金",
    {"award": "确定资助与分担"},
    weight=50,
    fields={"voucher": "凭证号", "account": "收款账户"},
)
