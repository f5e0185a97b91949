"""Ask every stored question again, of the version it was asked of, and hold the answers against each other."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from django.utils import timezone

from applications.claims.models import Assessment, AssessmentReplay
from policies.engine import QuestionError, assess
from policies.engine.model import canonical_json, content_hash
from policies.published.selectors import catalogue_for

BATCH = 500
# A run keeps the first of what differs: the rest is the same fault, or a matter for the command.
MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One stored assessment that does not come out again, with its claim's number and what differs, in words."""

    assessment: int
    claim: str
    text: str


def replay_assessments(
    *, on_difference: Callable[[Difference], None] | None = None, progress: Callable[[int, int], None] | None = None
) -> AssessmentReplay:
    """Ask every stored assessment again and write down how it went.

    Each is answered by its own version alone, whatever was published later, and compared byte for byte, with its hash
    and its sum. Rows are read in batches by key, so memory does not grow with their number; what is written while the
    run goes on is left to the next. `on_difference` is called with every difference, `progress` with rows done and in
    all.
    """
    started_at = timezone.now()
    total = Assessment.objects.count()
    checked, differing = 0, 0
    kept: list[Difference] = []
    for batch in _batches():
        for assessment in batch:
            checked += 1
            text = difference_in(assessment)
            if not text:
                continue
            differing += 1
            found = Difference(assessment.pk, assessment.claim.number or "草稿", text)
            if len(kept) < MOST_KEPT:
                kept.append(found)
            if on_difference is not None:
                on_difference(found)
        if progress is not None:
            progress(min(checked, total), total)
    return AssessmentReplay.objects.create(
        started_at=started_at,
        finished_at=timezone.now(),
        checked=checked,
        differing=differing,
        differences=[asdict(one) for one in kept],
    )


def difference_in(assessment: Assessment) -> str:
    """What does not come out again of a stored assessment, in words; empty where every byte does."""
    version, question, answer = assessment.version, assessment.question, assessment.answer
    if content_hash({"version": version.hash, "question": question, "answer": answer}) != assessment.hash:
        return "存档的输入、结果与登记的哈希不一致"
    try:
        again = assess(catalogue_for(version), question).as_dict()
    except QuestionError as error:
        return f"存档的输入不能再次测算：{error}"
    if canonical_json(again) != canonical_json(answer):
        names = "、".join(sorted(name for name in again.keys() | answer.keys() if again.get(name) != answer.get(name)))
        return f"重新测算的结果不同（{names}）：存档 {answer.get('amount')}，现为 {again['amount']}"
    stated = None if assessment.amount is None else f"{assessment.amount:.2f}"
    return "" if stated == answer["amount"] else f"登记的金额 {stated} 与结果 {answer['amount']} 不一致"


def _batches() -> Iterator[list[Assessment]]:
    """All assessments in the order of their keys, a few at a time."""
    rows = Assessment.objects.select_related("version", "claim").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk
