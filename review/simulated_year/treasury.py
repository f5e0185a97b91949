"""What finance does: budgets, what districts are given, batches with the bank's answers, reversals, year end."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.money import to_yuan
from review.appropriations.services.appropriations import (
    check_appropriation,
    draft_appropriation,
    issue_appropriation,
    recall_appropriation,
    receive_appropriation,
)
from review.checks.selectors import open_findings_of
from review.demo.findings import answer_findings
from review.funding.models import AwardPart
from review.payments.enums import BatchState, LineState
from review.payments.models import Batch, Disbursement
from review.payments.selectors.checks import check_lines
from review.payments.services import batches, lines
from review.payments.services.answers import take_answer
from review.simulated_year.crew import Count
from review.simulated_year.officers import note_credit
from review.simulated_year.people import CITY
from review.simulated_year.world import World
from review.treasury.enums import SourceKind
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from review.treasury.services.year_end import confirm_year_end, propose_year_end

# What is left on a line before a supplement is issued, and each supplement, in yuan.
_LEAST, _SUPPLEMENT = Decimal(30_000_000), Decimal(80_000_000)
_NAME = "知识产权专项资金（年度）"


def finance(world: World, region: str) -> list[User]:
    """The finance officers who are there, at least two."""
    return world.city.present(Role.FINANCE, region, week=world.week)


def make_budgets(world: World) -> None:
    """Each payer's line of this year and the next, with a first sum; of the city's, districts are given a part."""
    for region in world.city.regions.values():
        officer = finance(world, region.pk)[0]
        source = SourceKind.CITY if region.pk == CITY else SourceKind.DISTRICT
        for year in (world.year, world.year + 1):
            plan = LinePlan(_NAME, source)
            world.do(officer, create_line, region, year=year, plan=plan)
    supply(world)
    for recalled in (True, False):
        _give(world, recalled=recalled)


def supply(world: World) -> None:
    """Supplement every line that runs short."""
    own = BudgetLine.objects.filter(name=_NAME, given_from=None).select_related("region").order_by("pk")
    for figures in line_figures(own):
        if figures.available >= _LEAST:
            continue
        officer = finance(world, figures.line.region_id)[0]
        key = uuid.UUID(int=world.chance("budget", figures.line.pk, world.day).getrandbits(128))
        world.do(officer, issue_budget, figures.line, amount=_SUPPLEMENT, paper_no=world.paper(), key=key)


def _give(world: World, *, recalled: bool) -> None:
    """A document that gives the districts a part of the city's money; the first one is recalled."""
    maker, checker, *_ = finance(world, CITY)
    line = BudgetLine.objects.get(region=CITY, year=world.year, name=_NAME)
    sums = {
        district.pk: world.chance("allotted", district.pk).randrange(100_000_000) for district in world.city.districts
    }
    key = uuid.UUID(int=world.chance("document", recalled).getrandbits(128))

    def give() -> None:
        made = draft_appropriation(line, title="转下达专项资金", sums=sums, key=key, act=world.act(maker))
        check_appropriation(made.pk, act=world.act(checker))
        issue_appropriation(made.pk, act=world.act(maker))
        for each in made.lines.order_by("pk"):
            receiver = finance(world, each.region_id)[0]
            receive_appropriation(each.pk, note="已收文", act=world.act(receiver))
        if recalled:
            recall_appropriation(made.pk, reason="金额有误，另行下达", act=world.act(checker))

    world.attempt("give to districts", give)


def pay(world: World) -> None:
    """A batch of each payer: gathered, prepared by one officer and released by another; then the bank's answers."""
    approved = AwardPart.objects.filter(award__claim__status=ClaimStatus.APPROVED)
    due = set(approved.values_list("region_id", flat=True))
    recent = Disbursement.objects.filter(Q(state=LineState.IN_TRANSIT) | _recent(world))
    answered = due | set(recent.values_list("part__region_id", flat=True))
    for region in world.counts.taken(Count.BATCHES, list(world.city.regions.values())):
        code = region.pk
        if code in due:
            _plan_stages(world, region)
            maker, checker, *_ = finance(world, code)
            _release(world, region, maker, checker)
        if code in answered:
            answer(world, region)


def _recent(world: World) -> Q:
    """What arrived in the last fortnight: later a bank returns nothing, and nobody finds a wrong entry."""
    return Q(state=LineState.PAID, payment__on__gte=world.day - timedelta(days=14))


def _plan_stages(world: World, region: Region) -> None:
    """A few parts are paid in two stages."""
    fresh = AwardPart.objects.filter(region=region, disbursements=None, award__claim__status=ClaimStatus.APPROVED)
    officer = finance(world, region.pk)[0]
    for part in fresh.select_related("award").order_by("pk"):
        case = world.by_claim.get(part.award.claim_id)
        if case is not None and part.fen > 100 and world.chance("stages", case.number).random() < 0.02:
            plan = [lines.StagePlan(Decimal(60)), lines.StagePlan(Decimal(40), "项目验收合格")]
            world.do(officer, lines.plan_stages, part, plan)


def _release(world: World, region: Region, maker: User, checker: User) -> None:
    chance = world.chance("batch", region.pk, world.day)
    wanted = batches.Criteria(approved_to=world.day, words=f"批准至 {world.day}")
    if not batches.due_parts(region.pk, wanted).exists():
        return
    batch: Batch | None = world.do(maker, batches.open_batch, region, wanted).value
    if batch is None:
        return
    _renew_credit(world, batch, maker)
    for pk in sorted(open_findings_of(list(batch.lines.values_list("part__award__claim_id", flat=True)))):
        world.do(maker, answer_findings, Claim.objects.get(pk=pk))
    world.do(maker, batches.drop_stopped, batch)
    withhold = chance.random() < 0.7
    prepared = world.do(maker, batches.prepare_batch, batch, withhold=withhold)
    present = Batch.objects.get(pk=batch.pk)
    if prepared.is_done and chance.random() > 0.05:
        shown = present.lines_sha256
        world.do(checker, batches.release_batch, present, shown=shown)
    if Batch.objects.get(pk=batch.pk).state in (BatchState.OPEN, BatchState.PREPARED):
        world.do(maker, batches.dissolve_batch, present, reason="重新核对")


def _renew_credit(world: World, batch: Batch, officer: User) -> None:
    """Look up anew whose check is too old, or was bad."""
    with_claims = list(batch.lines.with_claims())
    found = check_lines(with_claims, user=officer)
    claims = {line.part.award.claim_id: line.part.award.claim for line in with_claims}
    stopped = {line.part.award.claim_id for line in with_claims for each in found[line.pk] if each.kind == "credit"}
    for pk in sorted(stopped):
        if pk in world.by_claim:
            case = world.by_claim[pk]
            case.visits += 1
            note_credit(world, claims[pk], officer, world.chance("credit", case.number, case.visits))


def answer(world: World, region: Region) -> None:
    """The bank's answer: most that is in transit arrives, some fails, and a little of what had arrived comes back."""
    officer = finance(world, region.pk)[0]
    rows = []
    sent = Disbursement.objects.filter(part__region=region, debt="").order_by("pk").select_related("part__award")
    for line in sent.filter(Q(state=LineState.IN_TRANSIT) | _recent(world)):
        case = world.by_claim.get(line.part.award.claim_id)
        if case is None:
            continue
        luck = world.chance("bank", case.number, line.stage, line.attempt, line.part.region_id, line.state).random()
        if line.state == LineState.IN_TRANSIT:
            outcome = "失败" if luck < 0.05 else "成功"
        elif luck < 0.03 and line.attempt < 3:
            outcome = "失败"
        else:
            continue
        rows.append(f"{line.reference},{to_yuan(line.fen)},{outcome},账号有误,{world.paper()}")
    if rows:
        text = "\n".join(["流水号,金额,结果,原因,凭证号", *rows])
        world.do(officer, take_answer, region, SimpleUploadedFile("回盘.csv", text.encode()), batch=None)


def mend(world: World) -> None:
    """Accounts that failed are found right by another officer, milestones are met, wrong payments are reversed."""
    open_states = [LineState.NEEDS_CORRECTION, LineState.HELD, LineState.REVERSAL_ASKED]
    waiting = Disbursement.objects.with_claims().filter(Q(state__in=open_states) | _recent(world))
    for line in waiting.order_by("pk"):
        case = world.by_claim.get(line.part.award.claim_id)
        if case is None:
            continue
        people = finance(world, line.part.region_id)
        other = next((user for user in people if user.pk != line.officer_id), people[0])
        if line.state == LineState.NEEDS_CORRECTION:
            # Who recorded the failure, in the attempt before, is another person than who finds the account right.
            reason = "已向开户行核实，账户无误"
            any(world.do(user, lines.confirm_correction, line, reason=reason).is_done for user in people)
        elif line.state == LineState.HELD:
            world.do(people[0], lines.meet_milestone, line, paper="验收意见书")
        elif line.state == LineState.REVERSAL_ASKED:
            confirm = world.chance("reversal", case.number, line.attempt).random() < 0.7
            world.do(other, lines.decide_reversal, line, confirm=confirm)
        elif (
            line.attempt < 2
            and not line.debt
            and world.chance("wrong", case.number, line.part.region_id, world.day).random() < 0.004
        ):
            world.do(people[0], lines.ask_reversal, line, reason="记错批次")


def end_year(world: World) -> None:
    """Each payer carries what is left of the year over, or lets it lapse; one proposes, another confirms."""
    for region in world.city.regions.values():
        first, second, *_ = finance(world, region.pk)
        line = BudgetLine.objects.get(region=region, year=world.year, name=_NAME)
        later = BudgetLine.objects.get(region=region, year=world.year + 1, name=_NAME)
        carried = later if region.pk == CITY else None

        def end(
            line: BudgetLine = line, carried: BudgetLine | None = carried, first: User = first, second: User = second
        ) -> None:
            propose_year_end(line, carry_over_to=carried, act=world.act(first))
            confirm_year_end(line, act=world.act(second))

        world.attempt("year end", end)
