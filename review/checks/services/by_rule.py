"""Pass a claim on by rule where every check passed and its item's setting, made by two people, allows it.

One stage of a claim at most, never a sum above the setting's ceiling, and never a second time: what was taken back,
sent back or corrected is left to people.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan
from portal.jobs.progress import report_progress
from review.assignments.models import Suspension
from review.checks.enums import Outcome
from review.checks.models import CheckSetting, Examination
from review.checks.registry import CHECKS
from review.checks.services.examine import examine
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision
from review.decisions.permissions import STATUS_OF
from review.decisions.services.decisions import confirm_district_review, latest_decision, support_claim
from review.decisions.services.locking import ExpectedState

# The name of an item's setting for a stage: the highest sum in yuan, "0" for none.
PREFIX = "by_rule."
STAGES = (Stage.DISTRICT_FIRST, Stage.DISTRICT_SECOND, Stage.CITY)
RULE_NAMES = {f"{PREFIX}{stage}": f"按规则办理“{stage.label}”的金额上限" for stage in STAGES}


@dataclass(frozen=True, slots=True)
class Rule:
    """What an item's confirmed setting allows at one stage."""

    setting: CheckSetting
    stage: Stage
    ceiling: Decimal

    def note(self, outcomes: dict[str, dict[str, object]]) -> str:
        """By what a claim was passed on: the basis, who set it, and the checks that passed, with their versions."""
        made = self.setting
        passed = "、".join(f"{CHECKS[code].title}（第 {given['version']} 版）" for code, given in outcomes.items())
        return (
            f"依据{made.basis}按规则办理，金额上限 {format_yuan(self.ceiling)} 元；"
            f"{made.proposed_by.name}提出、{getattr(made.decided_by, 'name', '')}确认（{made.decided_at:%Y-%m-%d}）。"
            f"已通过的核查：{passed}。"
        )


def rules_in_force() -> list[Rule]:
    """The confirmed rules of all items, one for each stage."""
    rows = CheckSetting.objects.in_force().filter(name__in=RULE_NAMES).select_related("proposed_by", "decided_by")
    last = {(row.item_id, row.name): row for row in rows}
    found = [Rule(row, Stage(row.name.removeprefix(PREFIX)), Decimal(row.value)) for row in last.values()]
    return [rule for rule in found if rule.ceiling > 0]


def pass_claims_by_rule() -> int:
    """Pass on what rules allow, each claim in a transaction of its own; returns how many. A nightly job."""
    waiting = [
        (pk, rule)
        for rule in rules_in_force()
        for pk in Claim.objects.filter(item_id=rule.setting.item_id, status=STATUS_OF[rule.stage])
        .order_by("pk")
        .values_list("pk", flat=True)
    ]
    passed = 0
    for done, (pk, rule) in enumerate(waiting, start=1):
        # What is refused wants a person: the claim stays where it is, for its officers.
        with suppress(RefusedError, PermissionDenied):
            passed += pass_by_rule(pk, rule)
        if done % 50 == 0 or done == len(waiting):
            report_progress(done, len(waiting))
    return passed


def pass_by_rule(claim_id: int, rule: Rule) -> bool:
    """Pass one claim on; False where a person must conclude. Raises RefusedError where support is refused."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if claim.status != STATUS_OF[rule.stage] or not _is_fresh(claim, rule.stage):
            return False
        at = clock.now()
        examine(claim, at=at)
        outcomes = Examination.objects.get(claim=claim).outcomes
        if any(given["outcome"] != Outcome.PASSED for given in outcomes.values()):
            return False
        act = ActorContext(None, at, rule=rule.note(outcomes))
        page = ExpectedState(claim.status, claim.round)
        if rule.stage == Stage.DISTRICT_SECOND:
            proposed = latest_decision(claim, Stage.DISTRICT_FIRST)
            if proposed is None or proposed.conclusion != Conclusion.SUPPORT:
                return False
            made = confirm_district_review(claim_id, expected=page, act=act)
        else:
            made = support_claim(claim_id, expected=page, act=act)
        if made.is_discretionary or made.unmet or (made.amount or 0) > rule.ceiling:
            # Undoes what was just written.
            raise RefusedError("超出按规则办理的范围，须由人员办理。")
    return True


def _is_fresh(claim: Claim, stage: Stage) -> bool:
    """Whether the stage comes to the claim for the first time, uncorrected and not on hold, and no rule came before."""
    if claim.round > 1 or claim.correction_round or Suspension.objects.open().filter(claim=claim).exists():
        return False
    earlier = Decision.objects.filter(claim=claim)
    return not earlier.filter(stage=stage).exists() and not earlier.exclude(rule="").exists()
