"""What bodies that should have nothing to do with each other share: an account, a telephone, an address."""

from collections.abc import Iterable

from review.checks.enums import Severity
from review.checks.inputs import ACCOUNT, ADDRESS, PHONE, Inputs
from review.checks.registry import CHECKS, Check, Found

_LABELS = {PHONE: "联系电话", ADDRESS: "地址"}


def find_account(inputs: Inputs) -> Iterable[Found]:
    """The claim's account in claims of other applicants."""
    if claims := inputs.shared.get(ACCOUNT):
        yield Found(ACCOUNT, {"claims": sorted(claims)}, source="收款信息")


def find_contacts(inputs: Inputs) -> Iterable[Found]:
    """Telephone and address of the applicant in claims of others."""
    for kind, claims in inputs.shared.items():
        if kind in _LABELS:
            yield Found(kind, {"label": _LABELS[kind], "claims": sorted(claims)}, source="单位资料")


CHECKS.add(
    "shared_account",
    Check(
        title="几个单位共用账户",
        find=find_account,
        words={"": "收款账户与其他单位的{claims}相同，请核实。"},
        severity=Severity.QUESTION,
    ),
)
CHECKS.add(
    "shared_contact",
    Check(
        title="几个单位共用电话或地址",
        find=find_contacts,
        words={"": "{label}与其他单位的{claims}相同。"},
        severity=Severity.NOTICE,
    ),
)
