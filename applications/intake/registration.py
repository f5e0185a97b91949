"""What the app registers: addresses, jobs, and that it forgets the text of files that are destroyed."""

from applications.claims.services.evidence import AFTER_PURGE
from applications.intake.jobs import expire, open_files
from applications.intake.services.reading import forget_text
from applications.intake.services.receiving import OPEN_FILES
from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind

URL_MODULES.add("files/", "applications.intake.urls")
JOB_KINDS.add(OPEN_FILES, JobKind("解压和分拣申报材料", open_files))
JOB_KINDS.add("intake.expire", JobKind("清除未传完的文件", expire, is_daily=True))
AFTER_PURGE.append(forget_text)
