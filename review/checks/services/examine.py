"""Run the checks on a claim, keep what they find, and stop a step while something wants an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.claims.enums import UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from portal.core import clock
from portal.core.registers import UncheckedError
from portal.jobs.progress import report_progress
from review.checks.enums import Outcome, Severity, Step
from review.checks.inputs import Inputs, keep_identifiers, read_together
from review.checks.models import Examination, Finding, FindingAnswer
from review.checks.registry import CHECKS, Check, Found
from review.checks.selectors import answers_of, is_open, step_of, words_of
from review.checks.together import read_whole

_OPEN_STATUSES = (UNDER_REVIEW - {ClaimStatus.CORRECTION}) | {ClaimStatus.APPROVED}
_MOST_WORDS = 3


@dataclass(slots=True)
class Report:
    """What a run found: the findings with their severity by check and key, and how each check ended by its code."""

    inputs: Inputs
    findings: dict[tuple[str, str], tuple[Severity, Found]] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)


def run_checks(inputs: Inputs, *, step: Step | None = None, is_quick: bool = False) -> Report:
    """Run what applies to a claim before a step (that of its status unless given), and write nothing.

    `is_quick`: only what asks nothing beyond what `read_together` reads of many claims at once.
    """
    report = Report(inputs)
    step = step or step_of(inputs.claim)
    for code, check in CHECKS.items():
        severity = severity_of(code, check, inputs.settings)
        if step in check.steps and severity != Severity.OFF and (check.is_quick or not is_quick):
            report.outcomes[code] = _run(code, check, severity, report)
    return report


def severity_of(code: str, check: Check, settings: Mapping[str, str]) -> Severity:
    """How grave what a check finds is for an item with these settings."""
    return check.severity if check.is_fixed else Severity(settings.get(code, check.severity))


def _run(code: str, check: Check, severity: Severity, report: Report) -> dict[str, Any]:
    outcome: dict[str, Any] = {"version": check.version, "outcome": Outcome.PASSED}
    try:
        for found in check.find(report.inputs):
            report.findings[code, found.key] = (min(severity, found.at_most, key=lambda each: each.rank), found)
            outcome["outcome"] = Outcome.FOUND
    except UncheckedError as error:
        outcome |= {"outcome": Outcome.UNCHECKED, "reason": str(error)}
    return outcome


def examine(claim: Claim, *, at: datetime, step: Step | None = None) -> list[Finding]:
    """Run the checks on a locked claim and keep what they find; returns the findings that stand.

    What is found again stays the row it was, with its answers; what is found no longer is marked as gone. Findings of
    checks that do not run at the step, or could not be made, stay as they are.
    """
    return _examine([Inputs(claim, on=timezone.localdate(at))], at=at, step=step)[0]


def _examine(claims: Iterable[Inputs], *, at: datetime, step: Step | None) -> list[list[Finding]]:
    """The same of several claims in order: what each finds in those before it, the next finds in it."""
    reports = []
    for inputs in claims:
        reports.append(run_checks(inputs, step=step))
        keep_identifiers(inputs)
    new: list[Finding] = []
    changed: list[Finding] = []
    standing = []
    for report in reports:
        found = _findings_of(report, at=at)
        new += [finding for finding, is_new in found if is_new]
        changed += [finding for finding, is_new in found if is_new is False]
        standing.append([finding for finding, _ in found if finding.gone_at is None])
    if new:
        Finding.objects.bulk_create(new)
    if changed:
        Finding.objects.bulk_update(changed, ["severity", "digest", "source", "gone_at", "words", "params"])
    answers = answers_of(finding for found in standing for finding in found)
    Examination.objects.bulk_create(
        [_counted(report, found, answers, at=at) for report, found in zip(reports, standing, strict=True)],
        update_conflicts=True,
        unique_fields=["claim"],
        update_fields=["at", "outcomes", "blocking", "questions", "notices"],
    )
    return standing


def _findings_of(report: Report, *, at: datetime) -> list[tuple[Finding, bool | None]]:
    """The claim's findings as the run leaves them, with whether each is new; None where nothing changed on it."""
    rows = {(finding.code, finding.key): finding for finding in report.inputs.findings}
    changes: dict[tuple[str, str], bool] = {}
    for place, (severity, found) in report.findings.items():
        finding = rows.get(place)
        if finding is None:
            row = Finding(claim=report.inputs.claim, code=place[0], key=place[1], first_seen=at)
            rows[place], changes[place] = found.row(row, severity), True
        elif (finding.severity, finding.digest, finding.source, finding.gone_at) != (
            *(severity, found.digest, found.source),
            None,
        ):
            rows[place], changes[place] = found.row(finding, severity), False
    for place, finding in rows.items():
        made = report.outcomes.get(finding.code, {}).get("outcome", Outcome.UNCHECKED)
        if place not in report.findings and made != Outcome.UNCHECKED and finding.gone_at is None:
            finding.gone_at = at
            changes[place] = False
    return [(finding, changes.get(place)) for place, finding in rows.items()]


def _counted(
    report: Report, standing: Iterable[Finding], answers: Mapping[int, list[FindingAnswer]], *, at: datetime
) -> Examination:
    counts = dict.fromkeys((Severity.BLOCKING, Severity.QUESTION, Severity.NOTICE), 0)
    for finding in standing:
        if finding.severity == Severity.NOTICE or is_open(finding, answers):
            counts[Severity(finding.severity)] += 1
    return Examination(
        claim=report.inputs.claim,
        at=at,
        outcomes=dict(report.outcomes),
        blocking=counts[Severity.BLOCKING],
        questions=counts[Severity.QUESTION],
        notices=counts[Severity.NOTICE],
    )


def open_problem(claim: Claim, *, at: datetime, step: Step | None = None) -> str:
    """What stops a step of a locked claim, in words: findings that block, or that no officer answered."""
    standing = examine(claim, at=at, step=step)
    answers = answers_of(standing)
    stopping = [finding for finding in standing if is_open(finding, answers)]
    if not stopping:
        return ""
    stopping.sort(key=lambda finding: -Severity(finding.severity).rank)
    shown = [f"{CHECKS[finding.code].title}：{words_of(finding)}" for finding in stopping[:_MOST_WORDS]]
    more = f"等 {len(stopping)} 项" if len(stopping) > _MOST_WORDS else ""
    return f"核查疑点尚未处理，请先在“核查疑点”中答复：{''.join(shown)}{more}"


def examine_claim(claim_id: int) -> None:
    """Run the checks on one claim that stands at a step. A job."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if step_of(claim) is not None:
            examine(claim, at=clock.now())


def examine_open_claims() -> None:
    """Run the checks anew on every claim that is not at its end, each in a transaction of its own. A nightly job."""
    ids = list(Claim.objects.filter(status__in=_OPEN_STATUSES).order_by("pk").values_list("pk", flat=True))
    for done, claim_id in enumerate(ids, start=1):
        examine_claim(claim_id)
        if done % 50 == 0 or done == len(ids):
            report_progress(done, len(ids))


def examine_for_payment(claims: Sequence[Claim], *, at: datetime) -> None:
    """Run the checks anew on locked claims that are to be paid, and keep what they find."""
    _examine(read_whole(claims, on=timezone.localdate(at)), at=at, step=Step.PAYMENT)


def examined_since(claims: Collection[int], moment: datetime) -> frozenset[int]:
    """Of these keys of claims those whose checks ran at this moment or later. One query."""
    rows = Examination.objects.filter(claim__in=claims, at__gte=moment)
    return frozenset(rows.values_list("claim_id", flat=True))


def payment_findings(claims: Sequence[Claim], *, on: date) -> dict[int, list[tuple[str, Severity, str]]]:
    """By claim what the checks say of paying it: code, severity and words; of answered ones none.

    Who is paid and their credit are looked at anew, the rest is what the last run found. The same queries for any
    number of claims.
    """
    present: dict[int, list[Finding]] = {}
    for inputs in read_together(claims, on=on):
        report = run_checks(inputs, step=Step.PAYMENT, is_quick=True)
        for (code, key), (severity, found) in report.findings.items():
            row = found.row(Finding(claim=inputs.claim, code=code, key=key), severity)
            present.setdefault(inputs.claim.pk, []).append(row)
    kept = Finding.objects.standing().filter(claim__in=claims).exclude(severity=Severity.NOTICE)
    standing = [finding for finding in kept if finding.code in CHECKS]
    answers = answers_of(standing)
    rows = {(finding.claim_id, finding.code, finding.key): finding for finding in standing}
    shown: dict[int, list[tuple[str, Severity, str]]] = {}
    for finding in standing:
        if not CHECKS[finding.code].is_quick and is_open(finding, answers):
            present.setdefault(finding.claim_id, []).append(finding)
    for claim_id, findings in present.items():
        for finding in findings:
            known = rows.get((claim_id, finding.code, finding.key))
            answered = known is not None and known.digest == finding.digest and not is_open(known, answers)
            if not answered:
                words = f"{CHECKS[finding.code].title}：{words_of(finding)}"
                shown.setdefault(claim_id, []).append((finding.code, Severity(finding.severity), words))
    return shown
