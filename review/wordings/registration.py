"""What the app registers: addresses, menu and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from review.wordings.models import Wording

URL_MODULES.add("wordings/", "review.wordings.urls")
register_contents(Wording)
register_menu("通知书模板", "wordings:list", officials(Role.POLICY_ADMIN), weight=141)
register_audit(
    "wordings",
    "通知书模板",
    {"proposed": "提出通知书模板", "released": "发布通知书模板", "refused": "不采纳通知书模板"},
    weight=61,
    fields={"part": "部分"},
)
