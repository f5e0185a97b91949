"""Findings as officers see them: in words, with the other claims that they may see, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from applications.claims.permissions import party_for
from portal.accounts.areas import covers
from portal.accounts.enums import Role
from portal.accounts.models import User
from review.checks.enums import STEP_OF, Outcome, Severity, Step, Verdict
from review.checks.models import Finding, FindingAnswer
from review.checks.registry import CHECKS
from review.decisions.permissions import open_conclusions

# Who lets a blocking finding pass: those who ask for a second correction too.
SUPERVISORS = (Role.DISTRICT_SECOND, Role.DECISION_MAKER)
_OTHER_STEPS = (Action.APPROVE, Action.RECOGNISE, Action.RECORD_PAYMENT)
_PUBLICISED = (ClaimStatus.AWAITING_PUBLICITY, ClaimStatus.PUBLICITY, ClaimStatus.OBJECTION)


def step_of(claim: Claim) -> Step | None:
    """The step that a claim comes to next; None at its end. What is publicised first is approved by its decision."""
    if claim.procedure.is_publicised_first and claim.status in _PUBLICISED:
        return Step.FINAL
    return STEP_OF.get(claim.status)


def answers_of(findings: Iterable[Finding]) -> dict[int, list[FindingAnswer]]:
    """The answers to findings, oldest first; no query for none."""
    ids = [finding.pk for finding in findings if finding.pk]
    found: dict[int, list[FindingAnswer]] = {}
    for answer in FindingAnswer.objects.filter(finding__in=ids).order_by("pk") if ids else ():
        found.setdefault(answer.finding_id, []).append(answer)
    return found


def standing_answer(finding: Finding, answers: Mapping[int, Sequence[FindingAnswer]]) -> FindingAnswer | None:
    """The last answer to the finding as it is now; one to earlier facts counts no more."""
    return next((each for each in reversed(answers.get(finding.pk, ())) if each.digest == finding.digest), None)


def is_open(finding: Finding, answers: Mapping[int, Sequence[FindingAnswer]]) -> bool:
    """Whether a finding that stands stops the next step."""
    if finding.severity not in (Severity.QUESTION, Severity.BLOCKING):
        return False
    answer = standing_answer(finding, answers)
    return answer is None or (finding.severity == Severity.BLOCKING and answer.verdict != Verdict.OVERRIDE)


def words_of(finding: Finding, others: Mapping[int, Claim] | None = None) -> str:
    """A finding in words. Of other claims only those in `others` are named by their numbers."""
    params: dict[str, Any] = dict(finding.params)
    claims = params.pop("claims", [])
    numbers = [str(others[pk].number) for pk in claims if others and pk in others]
    hidden = len(claims) - len(numbers)
    named = ["申报 " + "、".join(numbers)] if numbers else []
    params["claims"] = "，以及".join(named + ([f"另外 {hidden} 件申报"] if hidden else []))
    params["place"] = f"第 {params['line']} 项" if params.get("line") else "本件申报"
    return CHECKS[finding.code].words[finding.words].format(**params)


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding for the panel of a claim."""

    finding: Finding
    title: str
    words: str
    others: tuple[Claim, ...]
    answers: tuple[FindingAnswer, ...]
    answer: FindingAnswer | None
    is_open: bool
    may_be_overridden: bool

    @property
    def severity(self) -> Severity:
        return Severity(self.finding.severity)


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    """How one check ended, for the list under the findings."""

    title: str
    outcome: Outcome
    reason: str = ""


def shown_findings(findings: Sequence[Finding], *, user: User) -> list[ShownFinding]:
    """Findings in words, those that stop a step first. One query for other claims, one for answers."""
    wanted = {pk for finding in findings for pk in finding.params.get("claims", ())}
    others = {claim.pk: claim for claim in Claim.objects.visible_to(user).filter(pk__in=wanted)} if wanted else {}
    answers = answers_of(findings)
    shown = [
        ShownFinding(
            finding=finding,
            title=CHECKS[finding.code].title,
            words=words_of(finding, others),
            others=tuple(others[pk] for pk in finding.params.get("claims", ()) if pk in others),
            answers=tuple(answers.get(finding.pk, ())),
            answer=standing_answer(finding, answers),
            is_open=is_open(finding, answers),
            may_be_overridden=CHECKS[finding.code].may_be_overridden,
        )
        for finding in findings
        if finding.code in CHECKS
    ]
    return sorted(shown, key=lambda each: (not each.is_open, -each.severity.rank, each.finding.pk or 0))


def shown_outcomes(outcomes: Mapping[str, Mapping[str, Any]]) -> list[ShownOutcome]:
    """How each check ended, what could not be checked first."""
    shown = [
        ShownOutcome(CHECKS[code].title, Outcome(given["outcome"]), str(given.get("reason", "")))
        for code, given in outcomes.items()
        if code in CHECKS
    ]
    return sorted(shown, key=lambda each: each.outcome == Outcome.PASSED)


def may_answer(user: User, claim: Claim) -> bool:
    """Whether the claim waits for this person: for a conclusion, the approval or the payment."""
    return bool(open_conclusions(user, claim)) or any(party_for(user, claim, action) for action in _OTHER_STEPS)


def may_override(user: User, claim: Claim) -> bool:
    """Whether this person is a supervisor of the claim's district or of where it is decided."""
    return any(covers(user, code, *SUPERVISORS) for code in (claim.region_id, claim.deciding_region_id))


def open_findings_of(claim_ids: Collection[int]) -> dict[int, str]:
    """By claim what the last run of its checks found and nobody answered, in words. Two queries for any number."""
    rows = Finding.objects.standing().filter(claim__in=claim_ids, severity__in=[Severity.BLOCKING, Severity.QUESTION])
    standing = [finding for finding in rows if finding.code in CHECKS]
    answers = answers_of(standing)
    found: dict[int, str] = {}
    for finding in standing:
        if is_open(finding, answers):
            found.setdefault(finding.claim_id, f"核查疑点未处理：{words_of(finding)}")
    return found


def marks_of(claims: Collection[Claim]) -> dict[str, set[int]]:
    """The marks of what stops claims or wants an answer, in words, with the claims' keys.

    The claims come with their examinations (`page_of`): no query.
    """
    found: dict[str, set[int]] = {}
    for claim in claims:
        examination = getattr(claim, "examination", None)
        if examination and (examination.blocking or examination.questions):
            found.setdefault("有阻断项" if examination.blocking else "有疑点", set()).add(claim.pk)
    return found
