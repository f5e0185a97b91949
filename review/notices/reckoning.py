"""What lets a stranger check a notice: the sum worked again from masked facts, and that its file is recorded."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from policies.engine import Item, QuestionError, assess
from policies.facts.values import facts_of, show_fact
from policies.published.selectors import catalogue_for, compiled_item
from portal.audit.models import AuditRecord
from portal.audit.roots import proof_of
from portal.core.citations import citation
from portal.core.money import read_yuan
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.notices.enums import NoticeKind
from review.notices.models import Notice

# A page shows so many lines' facts; the file has all.
MOST_LINES = 12
_PROOF_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a sum came about: each line's facts in words, the steps with their clauses, and the question as JSON."""

    facts: list[list[tuple[str, str]]]
    more: int
    steps: list[Mapping[str, Any]]
    line: str


def reckoning_of(notice: Notice) -> Reckoning | None:
    """How the sum of a grant came about, without names and numbers of rights.

    None for another kind, and where the masked question does not give the notice's sum to the fen.
    """
    decision = _decision_of(notice) if notice.kind == NoticeKind.GRANT else None
    if decision is None or decision.assessment is None:
        return None
    version = decision.assessment.version
    item = compiled_item(version)
    question = masked(decision.assessment.question, item)
    try:
        answer = assess(catalogue_for(version), question).as_dict()
    except QuestionError:
        return None
    if answer["amount"] is None or read_yuan(answer["amount"]) != notice.amount:
        return None
    shown = facts_of(item)
    facts = [
        [(fact.label, show_fact(fact, line[fact.name])) for fact in shown if fact.name in line and fact.type != "rows"]
        for line in question["lines"]
    ]
    asked = {"id": notice.number, **question}
    return Reckoning(
        facts=facts[:MOST_LINES],
        more=max(0, len(facts) - MOST_LINES),
        steps=[_as_cited(step) for step in answer["steps"] if step["applied"]],
        line=json.dumps(asked, ensure_ascii=False, sort_keys=True),
    )


def _as_cited(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """The step with its clause as documents cite it."""
    if not step["citation"]:
        return step
    cited = citation(step["citation"])
    return {**step, "citation": cited, "text": step["text"].replace(f"依据 {step['citation']}：", f"依据{cited}：")}


def _decision_of(notice: Notice) -> Decision | None:
    decisions = Decision.objects.filter(claim_id=notice.claim_id, stage=Stage.FINAL, conclusion=Conclusion.SUPPORT)
    return decisions.select_related("assessment__version").order_by("-pk").first()


def masked(question: Mapping[str, Any], item: Item) -> dict[str, Any]:
    """The question with a stand-in for every text that a claim states, the same for the same text wherever it is."""
    names = {fact.name for fact in item.facts if fact.type == "text"}
    names |= {column.name for fact in item.facts for column in fact.columns if column.type == "text"}
    stand_ins: dict[str, str] = {}
    for text in _texts(question["lines"], names):
        stand_ins.setdefault(text, f"{text[:2]}***{len(stand_ins) + 1}")
    replaced: dict[str, Any] = _replaced(question, stand_ins)
    return replaced


def _texts(part: Any, names: set[str]) -> Iterator[str]:
    """The texts of the named facts, wherever they stand."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in names and isinstance(value, str):
                yield value
            else:
                yield from _texts(value, names)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value, names)


def _replaced(part: Any, stand_ins: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return stand_ins.get(part, part)
    if isinstance(part, Mapping):
        return {stand_ins.get(name, name): _replaced(value, stand_ins) for name, value in part.items()}
    return [_replaced(value, stand_ins) for value in part] if isinstance(part, list) else part


def proof_of_printing(notice: Notice) -> dict[str, Any] | None:
    """The proof for `portal/audit/offline.py` that the hash of a notice's file is under a day's root.

    None before that root is made, and where a person's own act printed it, whose name and address the record holds.
    """
    record = AuditRecord.objects.filter(
        action="notices.print", target_type=Notice._meta.label_lower, target_id=str(notice.pk), actor=None
    ).first()
    if record is None:
        return None
    key = f"notice-proof:{record.sequence}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None and (found := proof_of(record.sequence)) is not None:
        # Made of all records of a day, and never another.
        cache.set(key, found, _PROOF_SECONDS)
    return found
