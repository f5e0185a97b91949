"""A year of deeds by eight officers as a state machine: four of finance, two deciders, two of the city's office."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.core.errors import RefusedError
from review.appropriations.models import Appropriation
from review.appropriations.services import appropriations
from review.decisions.services.bulk import REFUSALS
from review.decisions.services.decisions import support_claim
from review.decisions.services.publicity import approve_list
from review.funding.awards import record_award
from review.funding.models import AwardPart
from review.payments.enums import ENDED, BatchState, LineState
from review.payments.models import Batch, Disbursement
from review.payments.services import batches, lines
from review.payments.services.answers import read_answer, take_answer
from review.recoveries.enums import OPEN_STATES, RecoveryGround, RecoveryState, ServiceKind
from review.recoveries.models import Recovery
from review.recoveries.selectors import owed_of
from review.recoveries.services import proceedings, repayment
from review.recoveries.services.awards import terminate_claim
from review.treasury.enums import SourceKind
from review.treasury.models import BudgetLine
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from review.treasury.services.year_end import confirm_year_end, propose_year_end
from tests.applications.worlds import patent_facts
from tests.factories import binhu, make_member, make_official, wuxi
from tests.review.worlds import MINUTES, Office, again, approved, city_passed, expected, on, publish

START = date(2026, 10, 12)
REFUSED = (*REFUSALS, RefusedError, PermissionDenied)
who = st.integers(0, 1)
place = st.integers(0, 7)
regions = st.sampled_from(["320200", "320211"])


class World:
    """Two finance officers of the city and two of the district, their budgets, and four claims, two approved."""

    def __init__(self):
        self.office = Office()
        self.finance = {
            region.pk: [self.office.finance, make_official(Role.FINANCE, region)]
            if region.pk == "320200"
            else [make_official(Role.FINANCE, region) for _ in range(2)]
            for region in (wuxi(), binhu())
        }
        for year in (START.year, START.year + 1):
            for code, (officer, _) in self.finance.items():
                region, act = officer.appointments.get().region, on(START, officer)
                plan = LinePlan(f"{region.name}专项", SourceKind.CITY)
                line = create_line(region, year=year, plan=plan, act=act)
                sum_ = Decimal(9_000 if code == "320200" else 7_000)
                issue_budget(line, amount=sum_, paper_no="指标文", key=uuid.uuid4(), act=act)
        self.deciders = [self.office.decider, make_official(Role.DECISION_MAKER, wuxi())]
        member = make_member()
        made = {"lines": [patent_facts(0)], "member": member}, {"lines": [patent_facts(1)], "member": member}
        self.claims = [approved(self.office, **given).pk for given in made]
        for pk in self.claims:
            record_award(again(Claim(pk=pk)), act=on(START))
        self.claims += [city_passed(self.office, lines=[patent_facts(number)]).pk for number in (2, 3)]


def one_of(rows, at):
    """One of the rows by its place, None where there are none."""
    found = list(rows.order_by("pk"))
    return found[at % len(found)] if found else None


class Year(RuleBasedStateMachine):
    """Deeds in any order. What the services refuse leaves the books as they were; nothing else may be raised."""

    world: World
    clock = None

    @initialize()
    def begin(self):
        self.day, self.number = START, 0
        self.clock.move_to(on(self.day).at)

    def act(self, user):
        return on(self.day, user)

    def tries(self, deed):
        """Do a deed wholly or not at all, under the checks that the database makes at commit."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                deed()
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except REFUSED:
            return

    def claim(self, at):
        return again(Claim(pk=self.world.claims[at % 4]))

    def paper(self):
        self.number += 1
        return lines.Voucher(f"凭{self.number}", self.day, is_shared=True)

    @rule(days=st.sampled_from([1, 3, 10, 40]))
    def time_passes(self, days):
        self.day += timedelta(days=days)
        self.clock.move_to(on(self.day).at)
        self.tries(lambda: repayment.mark_overdue(act=self.act(None)))

    @rule(at=place, who=who)
    def decide_or_approve(self, at, who):
        claim, act = self.claim(at), self.act(self.world.deciders[who])

        def approve():
            listed = publish(self.world.office, claim, starts_on=self.day)
            self.day = listed.ends_on + timedelta(days=1)
            self.clock.move_to(on(self.day).at)
            approve_list(listed, act=self.act(self.world.office.decider))
            record_award(again(claim), act=self.act(None))

        if claim.status == ClaimStatus.FINAL_DECISION:
            self.tries(lambda: support_claim(claim.pk, expected=expected(claim), minutes=MINUTES, act=act))
        elif claim.status == ClaimStatus.AWAITING_PUBLICITY:
            self.tries(approve)

    @rule(region=regions, who=who, withhold=st.booleans(), steps=st.integers(1, 3))
    def send(self, region, who, withhold, steps):
        """Gather what is due, and mostly check and release it at once."""
        maker, checker = (self.act(self.world.finance[region][n]) for n in (who, 1 - who))

        def deed():
            batch = batches.open_batch(Region.objects.get(pk=region), batches.Criteria(), act=maker)
            if steps > 1:
                batch = batches.prepare_batch(batch, withhold=withhold, act=maker)
            if steps > 2:
                batches.release_batch(batch, shown=batch.lines_sha256, act=checker)

        self.tries(deed)

    @rule(at=place, who=who, onward=st.booleans(), withhold=st.booleans())
    def move_a_batch(self, at, who, onward, withhold):
        """The next step of a batch, or giving it up."""
        batch = one_of(Batch.objects.exclude(state__in=[BatchState.SETTLED, BatchState.DISSOLVED]), at)
        if batch is None:
            return
        act = self.act(self.world.finance[batch.region_id][who])

        def deed():
            if batch.state == BatchState.RELEASED:
                lines.settle_batch(batch, voucher=self.paper(), act=act)
            elif not onward:
                batches.dissolve_batch(batch, reason="重做", act=act)
            elif batch.state == BatchState.PREPARED:
                batches.release_batch(batch, shown=batch.lines_sha256, act=act)
            else:
                batches.drop_stopped(batch, act=act)
                batches.prepare_batch(batch, withhold=withhold, act=act)

        self.tries(deed)

    @rule(at=place, who=who, outcomes=st.lists(st.sampled_from(["成功", "失败"]), min_size=3, max_size=3))
    def bank_answers(self, at, who, outcomes):
        """An answer with every row that the bank knows of the payer, the second half of it twice; uploaded twice."""
        batch = one_of(Batch.objects.exclude(released_by=None), at)
        if batch is None:
            return
        act = self.act(self.world.finance[batch.region_id][who])
        rows = [
            f"{line.reference},{line.yuan},{outcomes[line.pk % 3]},户名不符,{self.paper().number}"
            for line in Disbursement.objects.filter(part__region=batch.region_id, debt="").exclude(batch=None)
        ]
        text = "\n".join(["流水号,金额,结果,原因,凭证号", *rows, *rows[len(rows) // 2 :]])

        def deed():
            for _ in range(2):
                file, _ = take_answer(batch.region, SimpleUploadedFile("回盘.csv", text.encode()), batch=batch, act=act)
                read_answer(file.pk)

        self.tries(deed)

    @rule(at=place, who=who, onward=st.booleans())
    def move_a_payment(self, at, who, onward):
        """What an officer may record of one payment, by its state."""
        standing = Disbursement.objects.with_claims().exclude(state__in=[LineState.WAITING, *ENDED])
        line = one_of(standing, at)
        if line is None:
            return
        act = self.act(self.world.finance[line.part.region_id][who])

        def deed():
            if line.state == LineState.HELD:
                lines.meet_milestone(line, paper="验收单", act=act)
            elif line.state == LineState.NEEDS_CORRECTION:
                lines.confirm_correction(line, reason="账户无误", act=act)
            elif line.state == LineState.REVERSAL_ASKED:
                lines.decide_reversal(line, confirm=onward, act=act)
            elif line.state == LineState.PAID and onward:
                lines.ask_reversal(line, reason="记错", act=act)
            elif line.state == LineState.IN_TRANSIT and onward:
                lines.settle_line(line, voucher=self.paper(), act=act)
            else:
                lines.fail_line(line, voucher=self.paper(), reason="销户", act=act)

        self.tries(deed)

    @rule(at=place, who=who, percent=st.integers(1, 99))
    def pay_in_stages(self, at, who, percent):
        part = one_of(AwardPart.objects.all(), at)
        if part is not None:
            plan = [lines.StagePlan(Decimal(percent)), lines.StagePlan(Decimal(100 - percent), "验收")]
            act = self.act(self.world.finance[part.region_id][who])
            self.tries(lambda: lines.plan_stages(part, plan, act=act))

    @rule(at=place, who=who, fen=st.integers(-400_000, 400_000))
    def issue(self, at, who, fen):
        line = one_of(BudgetLine.objects.filter(is_controlled=True, given_from=None), at)
        act, amount = self.act(self.world.finance[line.region_id][who]), Decimal(fen) / 100
        self.tries(lambda: issue_budget(line, amount=amount, paper_no="调整", key=uuid.uuid4(), act=act))

    @rule(at=place, who=who, fen=st.integers(1, 900_000))
    def give_to_the_district(self, at, who, fen):
        line = BudgetLine.objects.filter(region="320200", is_controlled=True).order_by("pk")[at % 2]
        maker, checker = (self.act(self.world.finance["320200"][n]) for n in (who, 1 - who))

        def deed():
            made = appropriations.draft_appropriation(
                line, title="转下达", sums={"320211": fen}, key=uuid.uuid4(), act=maker
            )
            appropriations.check_appropriation(made.pk, act=checker)
            appropriations.issue_appropriation(made.pk, act=maker)

        self.tries(deed)

    @rule(at=place, who=who)
    def recall(self, at, who):
        found = one_of(Appropriation.objects.all(), at)
        if found is not None:
            act = self.act(self.world.finance["320200"][who])
            self.tries(lambda: appropriations.recall_appropriation(found.pk, reason="收回", act=act))

    @rule(at=place, who=who, carry=st.booleans())
    def year_end(self, at, who, carry):
        line = one_of(BudgetLine.objects.filter(is_controlled=True, given_from=None), at)
        later = BudgetLine.objects.filter(
            region=line.region_id, year=line.year + 1, is_controlled=True, given_from=None
        ).first()
        first, second = (self.act(self.world.finance[line.region_id][n]) for n in (who, 1 - who))

        def deed():
            propose_year_end(line, carry_over_to=later if carry else None, act=first)
            confirm_year_end(line, act=second)

        self.tries(deed)

    @rule(at=place, who=who, fen=st.integers(0, 500_000), whole=st.booleans())
    def propose_recovery(self, at, who, fen, whole):
        proposal = proceedings.Proposal(
            RecoveryGround.ERROR, "第十六条", "计算有误", Decimal(0) if whole else Decimal(fen) / 100
        )
        claim, act = self.claim(at), self.act(self.world.office.city)

        def deed():
            made = proceedings.propose_recovery(claim.pk, proposal=proposal, act=act)
            proceedings.open_hearing(made.pk, act=act)
            proceedings.state_case(made.pk, statement="无意见", act=self.act(claim.created_by))

        self.tries(deed)

    @rule(at=place, who=who, fen=st.integers(1, 300_000), how=st.integers(0, 4))
    def move_a_recovery(self, at, who, fen, how):
        """Decide and serve a recovery; then it is repaid, wholly or in part, or waived."""
        found = one_of(Recovery.objects.filter(state__in=OPEN_STATES), at)
        if found is None:
            return
        decider, office = self.act(self.world.deciders[who]), self.act(self.world.office.city)
        finance = self.act(self.world.finance["320200"][who])

        def deed():
            if found.state == RecoveryState.HEARING:
                terms = proceedings.Terms("锡知追1号", "事实清楚")
                if proceedings.decide_recovery(found.pk, terms=terms, act=decider).fen:
                    proceedings.serve_decision(found.pk, on=self.day, how=ServiceKind.POST, act=office)
            elif how:
                amount = Decimal(fen if how > 1 else owed_of(found, on=self.day).total) / 100
                repayment.plan_instalments(found.pk, count=2, first_on=self.day, act=finance)
                repayment.record_receipt(found.pk, amount=amount, on=self.day, voucher=self.paper().number, act=finance)
            else:
                repayment.ask_waiver(found.pk, reason="困难", act=office)
                repayment.grant_waiver(found.pk, reason="同意", act=decider)

        self.tries(deed)

    @rule(at=place, who=who)
    def terminate(self, at, who):
        pk, act = self.claim(at).pk, self.act(self.world.deciders[who])
        self.tries(lambda: terminate_claim(pk, reason="严重失信", act=act))
