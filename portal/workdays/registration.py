"""What the app registers: addresses, menu and audit words, and what the audit chain holds."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.contents import register_contents
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu
from portal.workdays.models import WorkdayOverride

URL_MODULES.add("workdays/", "portal.workdays.urls")
register_menu("工作日", "workdays:list", officials(Role.SYSTEM_ADMIN), weight=210)
register_audit("workdays", "工作日", {"set": "登记工作日调整", "remove": "取消工作日调整"}, weight=150)
register_contents(WorkdayOverride)
