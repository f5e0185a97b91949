"""What the app registers: its addresses, and the job that prints papers of many rows."""

from portal.core.registry import URL_MODULES
from portal.jobs.kinds import JOB_KINDS, JobKind
from review.documents.printing import KIND, print_by_job

URL_MODULES.add("documents/", "review.documents.urls")
JOB_KINDS.add(KIND, JobKind("打印长文件", print_by_job))
