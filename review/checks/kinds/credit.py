"""Whether the claim's credit check is there, recent and good: at every step that supports, approves or pays."""

from collections.abc import Iterable

from review.checks.enums import Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found
from review.decisions.selectors.credit import credit_problem

# The name of an item's setting: the days for which its claims' credit checks count.
DAYS = "credit_days"


def find(inputs: Inputs) -> Iterable[Found]:
    """What the one rule of credit checks says."""
    days = int(inputs.settings[DAYS]) if DAYS in inputs.settings else None
    if problem := credit_problem(inputs.claim, on=inputs.on, checks=inputs.credit_checks, days=days):
        yield Found("credit", {"problem": problem}, source="信用查询登记")


CHECKS.add(
    "credit",
    Check(
        title="信用查询",
        find=find,
        words={"": "{problem}"},
        severity=Severity.BLOCKING,
        may_be_overridden=False,
        is_fixed=True,
        is_quick=True,
    ),
)
