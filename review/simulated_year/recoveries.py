"""What is taken back of awards: from the proposal to the last instalment, the waiver or the court."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.money import to_yuan
from review.decisions.enums import BLOCKING_CREDIT
from review.decisions.models import CreditSnapshot
from review.recoveries.enums import OPEN_STATES, RecoveryGround, ServiceKind
from review.recoveries.enums import RecoveryState as R
from review.recoveries.models import Recovery
from review.recoveries.selectors import overdue_since, owed_of
from review.recoveries.services import proceedings, repayment
from review.recoveries.services.awards import terminate_claim
from review.simulated_year.people import CITY
from review.simulated_year.treasury import finance
from review.simulated_year.world import World

# This part of the claims that were paid is looked at again.
_SHARE = 0.02


def propose(world: World) -> None:
    """Propose to lower or revoke awards of the paid claims that chance chooses."""
    week = world.moment - timedelta(days=8)
    paid = Claim.objects.filter(status=ClaimStatus.PAID, status_since__gt=week, recoveries=None, approved_amount__gt=1)
    for claim in paid.select_related("item").order_by("pk"):
        case = world.by_claim.get(claim.pk)
        if case is None or world.chance("recovery", case.number).random() >= _SHARE:
            continue
        chance = world.chance("recovered", case.number)
        granted = claim.approved_amount or Decimal(0)
        keeps = Decimal(0) if chance.random() < 0.3 else (granted * 6 / 10).quantize(Decimal("0.01"))
        role = Role.CITY_OFFICER if claim.deciding_region_id == CITY else Role.FINANCE
        officer = world.city.present(role, claim.deciding_region_id, week=world.week)[0]
        proposal = proceedings.Proposal(
            RecoveryGround.DUPLICATE, "专项资金管理办法第十六条", "发票已在上一年度的申报中使用。", keeps
        )

        def begin(claim: Claim = claim, proposal: proceedings.Proposal = proposal, officer: User = officer) -> None:
            made = proceedings.propose_recovery(claim.pk, proposal=proposal, act=world.act(officer))
            proceedings.open_hearing(made.pk, act=world.act(officer))

        world.attempt("propose recovery", begin)


def move_on(world: World) -> None:
    """The next deed in every open recovery."""
    for recovery in Recovery.objects.filter(state__in=OPEN_STATES).select_related("claim").order_by("pk"):
        if recovery.claim_id in world.by_claim:
            _move(world, recovery)


def _move(world: World, recovery: Recovery) -> None:
    pk, region = recovery.pk, recovery.region_id
    number = world.by_claim[recovery.claim_id].number
    chance, fixed = world.chance("recovering", number, world.day), world.chance("recovered", number)
    decider = next(
        user
        for user in world.city.present(Role.DECISION_MAKER, region, week=world.week)
        if user.pk not in (recovery.proposed_by_id, recovery.waiver_asked_by_id)
    )
    treasurer = finance(world, region)[0]
    owner = world.city.owners[recovery.applicant_id]
    if recovery.state == R.HEARING:
        if not recovery.statement and chance.random() < 0.2:
            world.do(owner, proceedings.state_case, pk, statement="无意见。")
        elif recovery.statement or (recovery.hearing_due_on is not None and world.day > recovery.hearing_due_on):
            terms = proceedings.Terms(f"锡知追{world.paper()}", "事实清楚，证据充分。")
            if fixed.random() < 0.1:
                world.do(decider, proceedings.dismiss_recovery, pk, reason="查无实据")
            else:
                world.do(decider, proceedings.decide_recovery, pk, terms=terms)
    elif recovery.state == R.DECIDED:
        world.do(treasurer, proceedings.serve_decision, pk, on=world.day, how=ServiceKind.POST)
    elif recovery.state == R.SERVED:
        first = world.day + timedelta(days=7)
        fen = owed_of(recovery, on=world.day).principal
        world.do(treasurer, repayment.plan_instalments, pk, count=min(3, fen), first_on=first)
    elif recovery.state in (R.REPAYING, R.ENFORCED):
        _repay(world, recovery, fixed_late=fixed.random() < 0.3)
    elif recovery.state == R.WAIVER_ASKED:
        world.do(decider, repayment.grant_waiver, pk, reason="企业已破产，同意")


def _repay(world: World, recovery: Recovery, *, fixed_late: bool) -> None:
    """An instalment a week; who is late is marked, handed to the court, and a few are waived."""
    pk, treasurer = recovery.pk, finance(world, recovery.region_id)[0]
    owed = owed_of(recovery, on=world.day).total
    overdue = overdue_since(recovery, on=world.day)
    chance = world.chance("repaying", world.by_claim[recovery.claim_id].number, world.day)
    if fixed_late and overdue is None and recovery.state == R.REPAYING:
        return
    if overdue and recovery.state == R.REPAYING and chance.random() < 0.1:
        world.do(treasurer, repayment.enforce_recovery, pk, reason="逾期未退")
    elif overdue and chance.random() < 0.1:
        world.do(treasurer, repayment.ask_waiver, pk, reason="单位已破产")
    elif chance.random() < 0.3:
        fen, voucher = max(min(owed, recovery.fen // 3), min(owed, 100)), world.paper()
        world.do(treasurer, repayment.record_receipt, pk, amount=to_yuan(fen), on=world.day, voucher=voucher)


def terminate_dishonest(world: World) -> None:
    """End approved claims of applicants whose last credit check is bad, where nothing is paid."""
    for claim in Claim.objects.filter(status=ClaimStatus.APPROVED).select_related("item").order_by("pk"):
        if claim.pk not in world.by_claim:
            continue
        last = CreditSnapshot.objects.filter(claim=claim).order_by("-pk").first()
        if last is not None and last.result in BLOCKING_CREDIT:
            decider = world.city.present(Role.DECISION_MAKER, claim.deciding_region_id, week=world.week)[0]
            world.do(decider, terminate_claim, claim.pk, reason="严重失信")
