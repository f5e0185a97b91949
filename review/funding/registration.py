"""What the app registers: addresses, menu and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("funding/", "review.funding.urls")
register_menu("拨付", "funding:payments", officials(Role.FINANCE, Role.AUDITOR), weight=110)
register_audit(
    "funding",
    "资金",
    {"award": "确定资助与分担", "paid": "拨付内容", "returned": "退票内容"},
    weight=50,
    fields={"voucher": "凭证号", "account": "收款账户"},
)
