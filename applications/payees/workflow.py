"""The table of a request's transitions: asked for once, then confirmed, refused or taken back once."""

from applications.payees.enums import RequestState as S
from portal.core.workflow import Workflow, into

REQUESTS = Workflow(
    into(S.CONFIRMED, S.PENDING), into(S.REFUSED, S.PENDING), into(S.WITHDRAWN, S.PENDING), noun="收款信息变更申请"
)
