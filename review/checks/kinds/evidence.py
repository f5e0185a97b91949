"""Whether every document that the item requires is there."""

from collections.abc import Iterable

from applications.claims.selectors.scope import asked_papers
from review.checks.enums import EVERY_STEP, Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found


def find(inputs: Inputs) -> Iterable[Found]:
    """Required documents that are missing, of each line or of the whole claim."""
    have = {(one.requirement, one.line_id) for one in inputs.context.evidence}
    for wanted in asked_papers(inputs.context.item):
        if not wanted.required:
            continue
        places = [(state.number, state.line.pk) for state in inputs.lines] if wanted.per == "line" else [(0, None)]
        for number, line in places:
            if (wanted.code, line) not in have:
                yield Found(f"{line or 0}:{wanted.code}", {"line": number, "label": wanted.label}, source="申报材料")


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
