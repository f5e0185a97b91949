"""Whether every document that the item requires is there."""

from collections.abc import Iterable

from applications.claims.selectors.problems import missing_papers
from review.checks.enums import EVERY_STEP, Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found


def find(inputs: Inputs) -> Iterable[Found]:
    """Required papers that are missing, of a line or of the whole claim."""
    for wanted, state in missing_papers(inputs.context):
        params = {"line": state.number if state else 0, "label": wanted.label}
        yield Found(f"{state.line.pk if state else 0}:{wanted.code}", params, source="申报材料")


CHECKS.add(
    "evidence",
    Check(
        title="必需的佐证材料",
        find=find,
        words={"": "{place}缺少“{label}”。"},
        severity=Severity.QUESTION,
        steps=EVERY_STEP,
    ),
)
