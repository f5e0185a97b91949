"""What of a claim may be changed now: all of a draft, and of a returned claim what the officer asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimLine, CorrectionPoint, Evidence
from policies.engine.model import Evidence as Requirement
from policies.engine.model import Fact, Item
from policies.facts.values import facts_of
from policies.published.selectors import compiled_item

EVIDENCE_PREFIX = "evidence:"
SUBJECT_CHECK = "patent_no"
# What a file without a requirement is called where the claim is read.
OTHER_PAPERS = "其他材料"


@dataclass(frozen=True)
class EditableScope:
    """The places of a claim that may be changed. `points` is None where everything may."""

    points: tuple[CorrectionPoint, ...] | None

    @property
    def is_everything(self) -> bool:
        return self.points is None or any(not p.field and p.line_position is None for p in self.points)

    def facts_at(self, position: int | None) -> Collection[str] | None:
        """Names of the facts that may be changed in a line (None: the claim's own); None where all of them may."""
        if self.points is None or self.is_everything:
            return None
        here = [point for point in self.points if point.line_position == position]
        if any(not point.field for point in here):
            return None
        return frozenset(p.field for p in here if not p.field.startswith(EVIDENCE_PREFIX))

    def may_remove(self, evidence: Evidence) -> bool:
        """Whether a file may be taken off: adding is always open, removing where something was asked or what is new.

        A fact that is wrong stands in a paper of its line: that paper may be replaced with it.
        """
        if self.points is None or self.is_everything:
            return True
        position = evidence.line.position if evidence.line else None
        asked = any(
            point.line_position == position
            and (
                not point.field.startswith(EVIDENCE_PREFIX) or point.field == f"{EVIDENCE_PREFIX}{evidence.requirement}"
            )
            for point in self.points
        )
        return asked or evidence.uploaded_at >= max(point.asked_at for point in self.points)

    def remarks_at(self, position: int | None) -> dict[str, str]:
        """What was asked, by fact (or `evidence:code`, or "" for the line as a whole)."""
        found: dict[str, str] = {}
        for point in self.points or ():
            if point.line_position == position:
                found[point.field] = "；".join(filter(None, (found.get(point.field), point.remark)))
        return found


def editable_scope(claim: Claim) -> EditableScope:
    """What of the claim its applicant may change now."""
    if claim.status != ClaimStatus.CORRECTION:
        return EditableScope(None)
    return EditableScope(tuple(claim.correction_points.filter(round=claim.correction_round)))


def item_of(claim: Claim) -> Item:
    """The engine's item of the version the claim stands under."""
    return compiled_item(claim.version)


def evidence_requirement(claim: Claim, code: str) -> Requirement | None:
    """One evidence requirement of the claim's item, None where it has no such."""
    return next((wanted for wanted in item_of(claim).evidence if wanted.code == code), None)


def asked_papers(
    item: Item, files: Iterable[Evidence] = (), points: Iterable[CorrectionPoint] = ()
) -> tuple[Requirement, ...]:
    """The papers that a claim uploads, in their order.

    What is declared on the screen only where it was uploaded all the same, or is to be corrected.
    """
    kept = {file.requirement for file in files} | {point.field.removeprefix(EVIDENCE_PREFIX) for point in points}
    return tuple(wanted for wanted in item.evidence if not wanted.is_declared or wanted.code in kept)


def concerns_patents(item: Item) -> bool:
    """Whether the item's lines are Chinese patents, among which defence patents may be."""
    return any(fact.check == SUBJECT_CHECK for fact in facts_of(item))


@dataclass(frozen=True, slots=True)
class CorrectionTarget:
    """One place an officer may ask to be corrected: a fact, an evidence requirement, or a line as a whole."""

    line_position: int | None
    field: str
    label: str

    @property
    def value(self) -> str:
        """The place as one string, for a form's choice: `2|granted_on`."""
        return f"{self.line_position or ''}|{self.field}"


def correction_targets(claim: Claim, lines: Iterable[ClaimLine]) -> list[CorrectionTarget]:
    """Every place of a claim that a correction can be bound to, in the order of the form; `lines` are its own."""
    item = item_of(claim)
    papers = asked_papers(item, claim.evidence.filter(removed_at=None))
    targets = [
        *_targets(facts_of(item, "claim"), [w for w in papers if w.per == "claim"], None),
    ]
    for line in lines:
        targets += _targets(facts_of(item), [w for w in papers if w.per == "line"], line.position)
    return targets


def _targets(facts: Iterable[Fact], wanted: Iterable[Requirement], position: int | None) -> list[CorrectionTarget]:
    where = f"第 {position} 项 " if position else ""
    found = [CorrectionTarget(position, fact.name, f"{where}{fact.label}") for fact in facts]
    found += [CorrectionTarget(position, f"{EVIDENCE_PREFIX}{w.code}", f"{where}材料：{w.label}") for w in wanted]
    if position:
        found.append(CorrectionTarget(position, "", f"{where}整项内容"))
    return found
