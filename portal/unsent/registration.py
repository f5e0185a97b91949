"""What the app registers: its addresses, and its daily job."""

from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.unsent.services import delete_expired

URL_MODULES.add("me/session/", "portal.unsent.urls")
JOB_KINDS.add("unsent.delete_expired", JobKind("清除过期的未提交内容", delete_expired, is_daily=True))
