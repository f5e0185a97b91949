"""Whether the account that is paid to is the applicant's own."""

from collections.abc import Iterable

from portal.core.identifiers import same_name
from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found


def find(inputs: Inputs) -> Iterable[Found]:
    """An account under another name: it stops the step until an officer confirmed it, and is named after that, too."""
    payee = inputs.payee
    if payee is None or same_name(payee.name, payee.account_name):
        return
    params = {"account": payee.account_name, "name": payee.name}
    if (payee.name, payee.account_name) in inputs.other_names:
        yield Found("account", params, words="confirmed", source="收款信息", at_most=Severity.NOTICE)
    else:
        yield Found("account", params, source="收款信息")


CHECKS.add(
    "account_name",
    Check(
        title="账户名称",
        find=find,
        words={
            "": "收款账户的户名“{account}”与单位名称“{name}”不一致，须由申报单位申请变更并经确认。",
            "confirmed": "收款账户的户名“{account}”与单位名称“{name}”不一致（已经确认）。",
        },
        severity=Severity.BLOCKING,
        may_be_overridden=False,
        is_quick=True,
    ),
)
