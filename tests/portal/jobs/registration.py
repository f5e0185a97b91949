from portal.jobs.kinds import JOB_KINDS
from tests.portal.jobs.handlers import KINDS

for code, kind in KINDS.items():
    JOB_KINDS.add(code, kind)
