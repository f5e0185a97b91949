"""Everything about one claim that a reviewer works from, gathered for one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import FilteredRelation
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import Assessment, Claim, ClaimEvent, ClaimLine
from applications.claims.permissions import party_for
from applications.claims.selectors.context import ClaimContext, read_claim
from applications.claims.selectors.corrections import CorrectionRound, correction_rounds
from applications.claims.selectors.scope import asked_papers
from applications.ledger.selectors import CallUse, use_of_call
from applications.mandates.models import Mandate
from applications.payees.selectors import PayeeHistory, payee_history
from applications.rights.models import Roster
from applications.rights.selectors import attesting_rosters
from policies.engine.model import Condition, Item
from policies.facts.values import FactsReading, facts_of
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.money import format_yuan
from portal.core.statements import A_KEY, Lookup
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import CreditSnapshot, Decision, LineDecision, Objection
from review.decisions.permissions import (
    STAGE_OF,
    open_conclusions,
    stage_before,
    way_back,
)
from review.decisions.selectors.minutes import KEEPERS
from review.decisions.selectors.obstacles import obstacle_of
from review.decisions.selectors.shown_facts import ShownFact, is_filled, shown_facts
from review.decisions.selectors.shown_files import ShownEvidence, shown_files
from review.notices.models import Notice
from review.notices.selectors import notices_of

_decisions = Lookup(
    lambda claim: (
        Decision.objects.filter(claim_id=claim)  # type: ignore[misc]
        .annotate(row=FilteredRelation("lines"))
        .select_related("row", "report")
        .order_by("pk")
    ),
    A_KEY,
)
_assessments = Lookup(lambda claim: Assessment.objects.filter(claim_id=claim).order_by("-pk"), A_KEY)
_events = Lookup(
    lambda claim: ClaimEvent.objects.filter(claim_id=claim).select_related("mandate__agency").order_by("-pk"), A_KEY
)
_credit = Lookup(
    lambda claim: (
        CreditSnapshot.objects.filter(claim_id=claim).select_related("entered_by").order_by("-checked_on", "-pk")[:5]
    ),
    A_KEY,
)
_FIRST_ASSESSMENTS = (Action.SUBMIT, Action.RESUBMIT)
SUM_COLUMNS = (
    ("区级审核", (Stage.DISTRICT_FIRST,)),
    ("市级审核", (Stage.CITY,)),
    ("审定", (Stage.FINAL,)),
)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line: its facts, what was claimed for it, and what each stage set."""

    line: ClaimLine
    number: int
    subject: str
    facts: tuple[ShownFact, ...]
    blank: str
    claimed: Decimal | None
    sums: tuple[Decimal | None, ...]
    reason: str
    reason_label: str
    requested: Decimal | None
    files: tuple[ShownEvidence, ...]
    # The office's roster that stands in place of the line's papers.
    roster: Roster | None = None

    @property
    def has_sums(self) -> bool:
        """Whether there is any sum to show: a title alone has none."""
        return self.claimed is not None or any(amount is not None for amount in self.sums)


class ClaimReview:
    """One claim as its reviewer sees it. Everything is read once, when it is first asked for."""

    def __init__(self, claim: Claim, *, user: User) -> None:
        self.claim = claim
        self.user = user

    @cached_property
    def notices(self) -> list[Notice]:
        """The notices on the claim."""
        if self.is_undecided:
            return []
        return notices_of(self.claim, user=self.user)

    @property
    def mandates(self) -> list[Mandate]:
        """The mandates under which agencies acted on the claim."""
        return list({event.mandate_id: event.mandate for event in self.events if event.mandate}.values())

    @cached_property
    def payees(self) -> PayeeHistory:
        """Who is paid, as frozen with the claim, what of it changed since, and what waits for an officer."""
        return payee_history(self.claim)

    @cached_property
    def context(self) -> ClaimContext:
        """The claim's lines and files as read."""
        return read_claim(self.claim)

    @property
    def item(self) -> Item:
        return self.context.item

    @cached_property
    def call_uses(self) -> list[CallUse]:
        """What is used and left of the call's limits that bind this claim; nothing for a claim older than calls."""
        claim = self.claim
        if claim.call is None:
            return []
        if row := getattr(claim, "call_item", None):
            row.item = claim.item
        return use_of_call(claim.call, [row] if row else [])

    @cached_property
    def stage(self) -> Stage | None:
        """The stage the claim stands at, None where nobody is to conclude on it."""
        return STAGE_OF.get(self.claim.status)

    @property
    def is_undecided(self) -> bool:
        """Whether the claim is in its first round of review: no list has named it, and no notice was issued."""
        return self.stage is not None and self.claim.round == 1

    @cached_property
    def decisions(self) -> list[Decision]:
        """All conclusions so far, oldest first."""
        return [decision for decision, _ in self._decided]

    @cached_property
    def _decided(self) -> list[tuple[Decision, dict[int, LineDecision]]]:
        """Each conclusion with its sums by the line's pk: one query, in which a conclusion comes with each sum."""
        found: dict[int, tuple[Decision, dict[int, LineDecision]]] = {}
        for decision in _decisions.of(self.claim, "claim"):
            rows = found.setdefault(decision.pk, (decision, {}))[1]
            if row := getattr(decision, "row", None):
                rows[row.line_id] = row
        return list(found.values())

    def _sums_of(self, decision: Decision | None) -> dict[int, LineDecision]:
        return next((rows for one, rows in self._decided if one is decision), {})

    def latest(self, stage: Stage) -> Decision | None:
        """The last conclusion at a stage."""
        return self._latest_of((stage,))

    @property
    def _columns(self) -> list[tuple[str, tuple[Stage, ...]]]:
        """The columns of sums with the stages that set each: an auditor's and a panel's count for the last office."""
        last = 0 if self.claim.route == Route.DISTRICT else 1
        return [
            (label, (*stages, Stage.AUDIT, Stage.PANEL) if place == last else stages)
            for place, (label, stages) in enumerate(SUM_COLUMNS)
        ]

    def _latest_of(self, stages: Sequence[str]) -> Decision | None:
        return next((decision for decision in reversed(self.decisions) if decision.stage in stages), None)

    @cached_property
    def obstacle(self) -> str:
        """Why this person must leave the claim to another (four eyes, its holder, a rest); empty where nothing does."""
        return obstacle_of(self.user, self.claim, self.decisions, self.stage)

    @cached_property
    def conclusions(self) -> list[Conclusion]:
        """What this person may conclude now; nothing where four eyes forbid it."""
        found = open_conclusions(self.user, self.claim)
        return [] if self.obstacle else found

    @cached_property
    def is_mine_to_decide(self) -> bool:
        """Whether the claim waits for this person's duty, four eyes aside."""
        return bool(open_conclusions(self.user, self.claim))

    @cached_property
    def way_back(self) -> Action | None:
        """How this person takes back what was concluded last; None where they cannot."""
        return way_back(self.user, self.claim, self.events[0] if self.events else None)

    @cached_property
    def may_end_correction(self) -> bool:
        """Whether this person's stage asked for the correction that the claim waits for."""
        is_theirs = party_for(self.user, self.claim, Action.PROLONG_CORRECTION) is not None
        return is_theirs and self.claim.applicant_id not in self.user.recused_from

    @property
    def is_overdue(self) -> bool:
        """Whether the claim waits for a correction whose day is past."""
        return self.claim.is_correction_overdue(timezone.localdate())

    @property
    def keeps_minutes(self) -> bool:
        """Whether this person prints the minutes of the meetings that decide the claim."""
        return self.claim.deciding_region_id in self.user.regions_for(*KEEPERS)

    @property
    def may_recover(self) -> bool:
        """Whether this person may propose to revoke or lower the award."""
        roles = (Role.CITY_OFFICER, Role.FINANCE, Role.DECISION_MAKER)
        granted = self.claim.status in (ClaimStatus.APPROVED, ClaimStatus.PAID)
        return granted and self.claim.deciding_region_id in self.user.regions_for(*roles)

    @cached_property
    def assessments(self) -> list[Assessment]:
        """The stored answers, newest first."""
        return _assessments.of(self.claim, "claim")

    @cached_property
    def claimed_by_number(self) -> dict[int, Decimal | None]:
        """What the engine gave each line when the applicant last submitted."""
        filed = next((a for a in self.assessments if a.stage in _FIRST_ASSESSMENTS), None)
        if filed is None:
            return {}
        return {
            line["line"]: None if line["amount"] is None else Decimal(line["amount"])
            for line in filed.answer.get("lines", [])
        }

    @cached_property
    def lines(self) -> list[ShownLine]:
        """The lines in order."""
        by_stage = [self._sums_of(self._latest_of(stages)) for _, stages in self._columns]
        facts = facts_of(self.item)
        shown = []
        for state in self.context.lines:
            files = tuple(one for one in self.evidence if one.line_number == state.number)
            rows = [sums.get(state.line.pk) for sums in by_stage]
            reasoned = next((row for row in reversed(rows) if row and row.reason), None)
            shown.append(
                ShownLine(
                    line=state.line,
                    number=state.number,
                    # As certificates print it; the line's key is for comparing.
                    subject=str(state.reading.values.get(self.item.subject or "") or state.line.subject_key),
                    facts=tuple(shown_facts(facts, state.reading.values, state.reading.warnings, files=files)),
                    blank="、".join(fact.label for fact in facts if not is_filled(state.reading.values.get(fact.name))),
                    claimed=self.claimed_by_number.get(state.number, state.line.assessed_amount),
                    sums=tuple(row.amount if row else None for row in rows),
                    reason=reasoned.reason if reasoned else "",
                    reason_label="核减理由" if reasoned and reasoned.amount < reasoned.ceiling else "金额理由",
                    requested=_requested(state.reading),
                    files=files,
                    roster=self._rosters.get(state.line.pk),
                )
            )
        return shown

    @cached_property
    def _rosters(self) -> dict[int, Roster]:
        """By the line's key the roster in place of its papers; not asked for where every line has its own."""
        have = {(one.requirement, one.line_id) for one in self.context.evidence}
        asked = [wanted.code for wanted in asked_papers(self.item) if wanted.required and wanted.per == "line"]
        lines = [state.line for state in self.context.lines if not state.line.is_defence]
        if all((code, line.pk) in have for code in asked for line in lines):
            return {}
        return attesting_rosters(self.context)

    @cached_property
    def claim_facts(self) -> list[ShownFact]:
        """Facts stated once for the whole claim."""
        reading = self.context.whole
        facts = facts_of(self.item, "claim")
        return list(shown_facts(facts, reading.values, reading.warnings, files=self.claim_files))

    @cached_property
    def evidence(self) -> list[ShownEvidence]:
        """The files that stand, line by line, then those of the whole claim (the signed commitment)."""
        return shown_files(self.context)

    @property
    def claim_files(self) -> list[ShownEvidence]:
        """The files of the whole claim."""
        return [one for one in self.evidence if one.line_number is None]

    @cached_property
    def corrections(self) -> list[CorrectionRound]:
        """What was asked to be corrected, and what became of it, the last round first."""
        if not self.claim.correction_round:
            return []
        return correction_rounds(self.context, events=self.events)

    @cached_property
    def credit(self) -> list[CreditSnapshot]:
        """Credit checks made for this claim, newest first."""
        return _credit.of(self.claim, "claim")

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The item's conditions that an officer can find unmet."""
        return tuple(condition for condition in self.item.conditions if not condition.priority)

    @cached_property
    def events(self) -> list[ClaimEvent]:
        """The time line, newest first."""
        return _events.of(self.claim, "claim")

    @property
    def since_last_step(self) -> list[ClaimEvent]:
        """What happened since this person's own last step, the oldest first; empty where they took none."""
        newest = next((place for place, event in enumerate(self.events) if event.actor_id == self.user.pk), 0)
        return self.events[:newest][::-1]

    @cached_property
    def objections(self) -> list[Objection]:
        """Objections that this person may see."""
        if self.is_undecided:
            return []
        return list(
            Objection.objects.visible_to(self.user)
            .filter(entry__claim=self.claim)
            .select_related("decided_by")
            .order_by("-pk")
        )

    @cached_property
    def sums(self) -> list[dict[str, Any]]:
        """Claimed, district, city and final sum side by side."""
        claim = self.claim
        shown: list[dict[str, Any]] = [
            {"label": "申报（测算）", "amount": claim.claimed_amount},
            {"label": "区级审核", "amount": claim.district_amount},
            *([{"label": "市级审核", "amount": claim.city_amount}] if claim.route == Route.CITY else []),
            {"label": "审定", "amount": claim.approved_amount, "is_last": True},
        ]
        before: Decimal | None = None
        for column in shown:
            amount = column["amount"]
            if isinstance(amount, Decimal) and isinstance(before, Decimal) and amount < before:
                column["note"] = f"核减 {format_yuan(before - amount)} 元"
            before = amount if isinstance(amount, Decimal) else before
        return shown

    @property
    def has_sums(self) -> bool:
        """Whether any sum was claimed or set."""
        return any(column["amount"] is not None for column in self.sums)

    @property
    def suggested(self) -> Mapping[int, tuple[Decimal, str]]:
        """Sum and reason per line of the stage before, by the line's pk: what the form starts from."""
        before = stage_before(self.stage, self.claim)
        decision = self.latest(before) if before else None
        if decision is None and self.stage == Stage.DISTRICT_FIRST:
            decision = self.latest(Stage.DISTRICT_FIRST)
        if decision is None or decision.conclusion != Conclusion.SUPPORT:
            return {}
        return {line: (row.amount, row.reason) for line, row in self._sums_of(decision).items()}


def _requested(reading: FactsReading) -> Decimal | None:
    """The sum that the applicant asks for where the document names none; None where it is not, or badly, stated."""
    stated = reading.values.get("requested")
    return Decimal(stated) if stated and "requested" not in reading.errors else None
