"""What the offices do with one claim at a time, from its acceptance to the city's review, and its corrections."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.scope import correction_targets, item_of
from applications.claims.services.corrections import PointAsked, request_correction
from applications.claims.workflow import reviewer_of
from policies.facts.values import takes_decided_sum
from portal.accounts.enums import DISTRICT_ROLES, Role
from portal.accounts.models import User
from portal.core.money import to_yuan
from review.decisions.enums import CreditResult, Stage
from review.decisions.permissions import STAGE_OF
from review.decisions.services.credit import record_credit
from review.decisions.services.decisions import (
    accept_claim,
    confirm_district_review,
    refuse_claim,
    send_back,
    support_claim,
)
from review.decisions.services.overdue import abandon_claim, prolong_correction
from review.decisions.services.reports import ReportPaper
from review.decisions.services.sums import LineSum
from review.decisions.services.ways_back import take_back
from review.demo.findings import answer_findings
from review.panels.services.confirming import entry_of
from review.simulated_year.applicants import act_on_draft, answers_on, correct, maybe_withdraw
from review.simulated_year.incidents import holder_of, rest_or_resume
from review.simulated_year.items import paper_for
from review.simulated_year.world import Case, World, expected_of

S = ClaimStatus
# What the applicants' corrections, the offices' second thoughts and refusals are in a hundred claims at each stage.
_CORRECTIONS = {S.SUBMITTED: 0.06, S.DISTRICT_REVIEW: 0.05, S.DISTRICT_CONFIRMATION: 0.01, S.CITY_REVIEW: 0.02}
_RECALLS, _SENT_BACK, _REFUSED = 0.015, 0.02, 0.03


def officer_for(world: World, claim: Claim, status: str | None = None) -> User:
    """Who works on the claim in this status, of those who are there and not recused from its applicant."""
    status = ClaimStatus(status or claim.status)
    role = reviewer_of(status, claim.route, claim.departures) or Role.DECISION_MAKER
    region = claim.region_id if role in DISTRICT_ROLES else claim.deciding_region_id
    if claim.departures and role in (Role.CITY_OFFICER, Role.DISTRICT_SECOND):
        # One duty has several steps of such a claim, each another person's.
        return world.city.uninvolved(role, region, claim, week=world.week, of_stage=STAGE_OF.get(status, ""))
    people = world.city.present(role, region, week=world.week)
    people = [user for user in people if claim.applicant_id not in user.recused_from] or people
    return holder_of(claim, people) if (region, status) in world.assigned else people[0]


def note_credit(world: World, claim: Claim, officer: User, chance: random.Random) -> None:
    """Look the applicant up; a few are seriously dishonest for the time being."""
    result = CreditResult.SERIOUS if chance.random() < 0.002 else CreditResult.CLEAR

    world.do(officer, record_credit, claim, result=result, source="信用中国（江苏无锡）", checked_on=world.day)


def act_on(world: World, case: Case, claim: Claim, chance: random.Random) -> None:
    """The next deed on a claim that waits for one person, by its status."""
    if claim.status == S.DRAFT:
        act_on_draft(world, case, claim, chance)
    elif claim.status == S.CORRECTION:
        _act_on_correction(world, case, claim, chance)
    elif not (
        maybe_withdraw(world, claim, chance)
        or rest_or_resume(world, case, claim, officer_for(world, claim), chance)
        or _ask_or_recall(world, claim, chance)
    ):
        _STAGES[claim.status](world, claim, chance)


def _ask_or_recall(world: World, claim: Claim, chance: random.Random) -> bool:
    """Whether the stage asks for a correction, or who concluded last takes that back."""
    page, luck = expected_of(claim), chance.random()
    if luck < _CORRECTIONS.get(ClaimStatus(claim.status), 0):
        return _ask(world, claim, chance)
    if luck > 1 - _RECALLS and claim.status != S.SUBMITTED:
        last = claim.events.order_by("-pk").first()
        own = [one for held in world.city.officials.values() for one in held if last and one.pk == last.actor_id]
        return any(
            world.do(user, take_back, claim.pk, expected=page, reason="一处票据需再核对。").is_done for user in own
        )
    return False


def _ask(world: World, claim: Claim, chance: random.Random) -> bool:
    targets = correction_targets(claim, claim.lines.order_by("position"))
    some = chance.sample(list(targets), k=min(len(targets), chance.randint(1, 3)))
    points = [PointAsked(each.line_position, each.field, "与所附材料不一致，请核对后更正。") for each in some]
    officer, days = officer_for(world, claim), chance.randint(3, 10)
    return world.do(officer, request_correction, claim, points=points, workdays=days).is_done


def _act_on_correction(world: World, case: Case, claim: Claim, chance: random.Random) -> None:
    answers = answers_on(world, claim, world.chance("correction", case.number, claim.correction_round))
    if answers is not None and (answers <= world.day or case.refused > 3):
        correct(world, case, claim, chance)
        return
    if not claim.is_correction_overdue(world.day):
        return
    officer, page = officer_for(world, claim, claim.returned_from), expected_of(claim)
    if chance.random() < 0.3:
        reason = "单位来电说明正在补办。"
        if world.do(officer, prolong_correction, claim.pk, expected=page, workdays=5, reason=reason).is_done:
            return
    if answers is None or chance.random() < 0.1:
        reason = "逾期未补正，经电话提醒仍未提交。"
        world.do(officer, abandon_claim, claim.pk, expected=page, reason=reason)


def _accept(world: World, claim: Claim, chance: random.Random) -> None:
    officer, page = officer_for(world, claim), expected_of(claim)
    if chance.random() < _REFUSED:
        _refuse(world, claim, "申报事项不属于本区受理范围。")
    elif world.do(officer, accept_claim, claim.pk, expected=page).needs_answers:
        world.do(officer, answer_findings, claim)


def _propose(world: World, claim: Claim, chance: random.Random) -> None:
    """The district's first officer looks the credit up, and proposes support or refusal."""
    officer = officer_for(world, claim)
    note_credit(world, claim, officer, chance)
    lines = list(claim.lines.order_by("position"))
    sums: dict[int, LineSum] = {}
    if takes_decided_sum(item_of(claim)):
        for line in lines:
            sums[line.pk] = LineSum(Decimal(chance.randrange(5_000, 80_000)), "规模和成效达到同类项目的中上水平。")
    elif chance.random() < 0.08:
        cut = to_yuan(chance.randrange(50_000))
        sums[lines[0].pk] = LineSum(cut, "一张发票抬头不是申报单位，予以核减。")
    _support(world, claim, chance, sums=sums)


def _support(
    world: World,
    claim: Claim,
    chance: random.Random,
    *,
    sums: dict[int, LineSum] | None = None,
    report: ReportPaper | None = None,
) -> None:
    """Support a claim with the sums of the stage before, or with these; what the rules give nothing is refused."""
    officer, page = officer_for(world, claim), expected_of(claim)
    if report is None and chance.random() < _REFUSED:
        _refuse(world, claim, "佐证材料不能证明申报内容。")
        return

    done = world.do(officer, support_claim, claim.pk, expected=page, sums=sums, report=report)
    if done.needs_credit:
        note_credit(world, claim, officer, chance)
    elif done.needs_answers and world.do(officer, answer_findings, claim).is_done:
        return
    elif done.problem:
        _refuse(world, claim, done.problem[:200], report=report)


def _confirm(world: World, claim: Claim, chance: random.Random) -> None:
    officer, page = officer_for(world, claim), expected_of(claim)
    if chance.random() < _SENT_BACK:
        return_claim(world, claim)
        return

    done = world.do(officer, confirm_district_review, claim.pk, expected=page)
    if done.needs_credit:
        note_credit(world, claim, officer, chance)
    elif done.needs_answers and world.do(officer, answer_findings, claim).is_done:
        return
    elif done.problem and not return_claim(world, claim):
        _refuse(world, claim, done.problem[:200])


def _review(world: World, claim: Claim, chance: random.Random) -> None:
    if chance.random() < _SENT_BACK:
        return_claim(world, claim)
    else:
        _support(world, claim, chance)


def _audit(world: World, claim: Claim, chance: random.Random) -> None:
    """An auditor's report comes in, and the office concludes by it."""
    paper = paper_for("审计报告", f"audit {claim.pk} {claim.round}").file
    report = ReportPaper("无锡示范会计师事务所", world.day, "申报费用真实，与账册相符。", paper, f"审{claim.number}")
    _support(world, claim, chance, report=report)


def _conclude(world: World, claim: Claim, _chance: random.Random) -> None:
    """What a panel said becomes the conclusion of its stage; until then the claim waits."""
    entry = entry_of(claim)
    if entry is None or entry.rank is None:
        return
    role = reviewer_of(S.PANEL, claim.route, claim.departures) or Role.CITY_OFFICER
    officer = world.city.uninvolved(role, claim.deciding_region_id, claim, week=world.week, of_stage=Stage.PANEL)
    page = expected_of(claim)
    if not entry.is_passed:
        reason = f"专家评审第 {entry.rank} 名，未入选。"
        world.do(officer, refuse_claim, claim.pk, expected=page, reason=reason)
        return
    done = world.do(officer, support_claim, claim.pk, expected=page)
    if done.needs_credit:
        note_credit(world, claim, officer, world.chance("credit", claim.number))
    elif done.needs_answers:
        world.do(officer, answer_findings, claim)


def return_claim(world: World, claim: Claim) -> bool:
    """Whether the stage returned the claim to an earlier one."""
    officer, page = officer_for(world, claim), expected_of(claim)
    reason = "请重新核对发票与合同的对应关系。"
    return world.do(officer, send_back, claim.pk, expected=page, reason=reason).is_done


def _refuse(world: World, claim: Claim, reason: str, *, report: ReportPaper | None = None) -> None:
    officer, page = officer_for(world, claim), expected_of(claim)
    world.do(officer, refuse_claim, claim.pk, expected=page, reason=reason, report=report)


_STAGES: dict[str, Callable[[World, Claim, random.Random], None]] = {
    S.SUBMITTED: _accept,
    S.DISTRICT_REVIEW: _propose,
    S.DISTRICT_CONFIRMATION: _confirm,
    S.CITY_REVIEW: _review,
    S.AUDIT: _audit,
    S.PANEL: _conclude,
}
# Statuses in which one person has the claim; the others wait for a meeting, a list or a batch.
INDIVIDUAL = frozenset({S.DRAFT, S.CORRECTION, *_STAGES})
