"""What the app registers: addresses, menu, audit words, and the daily job of a folder that has no app."""

from portal.access import officials
from portal.accounts.enums import Role
from portal.audit.labels import register_audit
from portal.core.files import delete_unfinished
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.navigation import register_menu

URL_MODULES.add("jobs/", "portal.jobs.urls")
JOB_KINDS.add("jobs.delete_unfinished", JobKind("清除未写完的文件", delete_unfinished, is_daily=True))
register_menu("后台任务", "jobs:list", officials(Role.SYSTEM_ADMIN), weight=200)
register_audit("jobs", "后台任务", {"retry": "重试后台任务", "retry_kind": "批量重试后台任务"}, weight=160)
