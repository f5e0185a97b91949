"""What the app registers: addresses, menu and audit words."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.labels import register_audit
from portal.core.registry import URL_MODULES
from portal.navigation import register_menu

URL_MODULES.add("jobs/", "portal.jobs.urls")
register_menu("后台任务", "jobs:list", officials(Role.SYSTEM_ADMIN), weight=200)
register_audit("jobs", "后台任务", {"retry": "重试后台任务", "retry_kind": "批量重试后台任务"}, weight=160)
