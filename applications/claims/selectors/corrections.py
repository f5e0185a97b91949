"""What corrections asked, and what became of it: values before and after, files off and on, answers, lateness."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent, CorrectionPoint, Evidence
from applications.claims.selectors.context import ClaimContext
from applications.claims.selectors.scope import EVIDENCE_PREFIX, item_of
from policies.engine.model import Fact
from policies.facts.values import facts_of, show_fact
from portal.core import clock

# The position under which `CorrectionPoint.before` keeps the claim's own facts.
OWN = "0"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AnsweredPoint:
    """One point with what the applicant did about it."""

    point: CorrectionPoint
    changes: list[Change]
    removed: list[Evidence]
    added: list[Evidence]

    @property
    def is_untouched(self) -> bool:
        return not (self.changes or self.removed or self.added)


@dataclass(frozen=True, slots=True)
class CorrectionRound:
    """One round: its points, when it was handed back, and by how many days too late (0: in time)."""

    number: int
    points: list[AnsweredPoint]
    due_on: date | None
    returned_at: datetime | None
    days_late: int


def facts_before(claim: Claim, *, position: int | None, field: str) -> dict[str, dict[str, Any]]:
    """The facts of the place that a point is about, by position, to be kept with the point."""
    if field.startswith(EVIDENCE_PREFIX):
        return {}
    lines = {str(line.position): line.facts for line in claim.lines.order_by("position")}
    if position is not None:
        facts = {str(position): lines.get(str(position), {})}
    elif field:
        facts = {OWN: claim.facts}
    else:
        return {OWN: dict(claim.facts), **lines}
    return {place: {name: value for name, value in has.items() if field in ("", name)} for place, has in facts.items()}


def correction_rounds(context: ClaimContext, *, events: Iterable[ClaimEvent]) -> list[CorrectionRound]:
    """All rounds of a claim, the last first; `events` are its own. One query, for the points."""
    claim = context.claim
    points = list(claim.correction_points.all())
    returned = sorted(event.at for event in events if event.action == Action.RESUBMIT)
    files = sorted((*context.evidence, *context.removed), key=lambda file: (file.requirement, file.pk))
    now = {str(state.line.position): state.line.facts for state in context.lines} | {OWN: claim.facts}
    rounds = []
    for number in sorted({point.round for point in points}, reverse=True):
        own = [point for point in points if point.round == number]
        at = next((moment for moment in returned if moment >= own[0].asked_at), None)
        due = own[0].due_on
        end = at or clock.now()
        late = max((timezone.localdate(end) - due).days, 0) if due else 0
        # Values of a later round are not this one's doing: they are compared with what that round found.
        later = {
            place: facts
            for point in sorted(points, key=lambda point: -point.round)
            if point.round > number
            for place, facts in point.before.items()
        }
        answered = [_answered(claim, point, _over(now, later), files, end) for point in own]
        rounds.append(CorrectionRound(number, answered, due, at, late))
    return rounds


def _over(now: Mapping[str, Mapping[str, Any]], later: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {place: {**facts, **later.get(place, {})} for place, facts in now.items()}


def _answered(
    claim: Claim, point: CorrectionPoint, now: Mapping[str, Mapping[str, Any]], files: list[Evidence], end: datetime
) -> AnsweredPoint:
    item = item_of(claim)
    changes: list[Change] = []
    for place, before in point.before.items():
        facts = facts_of(item, "claim") if place == OWN else facts_of(item)
        where = f"第 {place} 项 " if place != OWN and point.line_position is None else ""
        changes += _changes(facts, before, now.get(place, {}), only=point.field, where=where)
    here = [file for file in files if _is_about(point, file)]
    return AnsweredPoint(
        point,
        changes,
        removed=[
            f for f in here if f.removed_at and point.asked_at <= f.removed_at <= end and f.uploaded_at < f.removed_at
        ],
        added=[f for f in here if point.asked_at <= f.uploaded_at <= end and not f.removed_at],
    )


def _changes(
    facts: tuple[Fact, ...], before: Mapping[str, Any], after: Mapping[str, Any], *, only: str, where: str
) -> list[Change]:
    return [
        Change(f"{where}{fact.label}", _shown(fact, before.get(fact.name)), _shown(fact, after.get(fact.name)))
        for fact in facts
        if only in ("", fact.name) and before.get(fact.name) != after.get(fact.name)
    ]


def _shown(fact: Fact, value: Any) -> str:
    if fact.type != "rows":
        return show_fact(fact, value)
    rows = ["，".join(show_fact(column, row.get(column.name)) for column in fact.columns) for row in value or []]
    return "；".join(rows) or "—"


def _is_about(point: CorrectionPoint, file: Evidence) -> bool:
    """Whether a file stands at the point's place; a point of a fact has the files of its line beside it."""
    if point.line_position is None and not point.field:
        return True
    position = file.line.position if file.line else None
    if position != point.line_position:
        return False
    return not point.field.startswith(EVIDENCE_PREFIX) or point.field == f"{EVIDENCE_PREFIX}{file.requirement}"
