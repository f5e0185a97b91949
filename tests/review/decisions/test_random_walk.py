"""Officers and applicants doing anything they can think of, in any order: what must hold holds after every step."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from applications.claims.enums import RELEASED, Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.services.submission import withdraw_claim
from applications.ledger.models import LimitEntry
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from review.decisions.enums import Conclusion, ObjectionState, Stage
from review.decisions.models import Objection, PublicityEntry
from review.decisions.services.bulk import REFUSALS
from review.decisions.services.decisions import (
    LineSum,
    accept_claim,
    confirm_district_review,
    refuse_claim,
    send_back,
    support_claim,
)
from review.decisions.services.objections import (
    Objector,
    dismiss_objection,
    enter_objection,
    redecide_objection,
    uphold_objection,
)
from review.decisions.services.publicity import approve_claim, withdraw_list
from review.decisions.services.reopening import reopen_claim
from review.decisions.services.ways_back import take_back
from review.funding.awards import record_award
from review.payments.enums import LineState
from review.payments.models import Disbursement
from review.payments.services.lines import confirm_correction
from review.treasury.selectors import claim_balances
from tests.applications.worlds import patent_facts
from tests.depth import by_depth
from tests.factories import make_official
from tests.review.paying import bring_back, pay
from tests.review.worlds import MINUTES, again, expected, on, publish, submitted

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
START = date(2026, 6, 1)
DECIDED = {
    ClaimStatus.AWAITING_PUBLICITY,
    ClaimStatus.PUBLICITY,
    ClaimStatus.OBJECTION,
    ClaimStatus.APPROVED,
    ClaimStatus.PAID,
}
STEPS = 35


class Walk:
    """A few claims, the office, a clock that only goes forward, and chance."""

    def __init__(self, office, seed, numbers=(1, 2)):
        self.office = office
        self.chance = random.Random(seed)
        self.day = START
        self.claims = [submitted(lines=[patent_facts(n), patent_facts(n + 500_000)]).pk for n in numbers]

    def deeds(self, claim):
        office, act = self.office, self.act
        page = expected(claim)
        lower = {
            line.pk: LineSum(Decimal(self.chance.randrange(0, 500001)) / 100, "核减") for line in claim.lines.all()
        }
        entry = PublicityEntry.objects.filter(claim=claim).order_by("-pk").first()
        objection = Objection.objects.filter(entry__claim=claim, state=ObjectionState.OPEN).first()
        anyone = self.chance.choice([office.acceptance, office.first, office.second, office.city, office.decider])
        found = [
            lambda: accept_claim(claim.pk, expected=page, act=act(office.acceptance)),
            lambda: support_claim(claim.pk, expected=page, act=act(office.first)),
            lambda: support_claim(claim.pk, expected=page, sums=lower, act=act(office.first)),
            lambda: confirm_district_review(claim.pk, expected=page, act=act(office.second)),
            lambda: send_back(claim.pk, expected=page, reason="再看", act=act(anyone)),
            lambda: support_claim(claim.pk, expected=page, sums=lower, act=act(office.city)),
            lambda: support_claim(claim.pk, expected=page, act=act(office.city)),
            lambda: support_claim(claim.pk, expected=page, minutes=MINUTES, act=act(office.decider)),
            lambda: support_claim(claim.pk, expected=page, minutes=MINUTES, act=act(anyone)),
            lambda: publish(office, claim, starts_on=self.day),
            lambda: self.pay(claim),
            lambda: self.bring_back(claim),
        ]
        if self.chance.random() < 0.15:
            found.append(lambda: refuse_claim(claim.pk, expected=page, reason="不符", act=act(anyone)))
            found.append(lambda: withdraw_claim(claim, act=act(claim.created_by), reason="不报了"))
        if entry:
            found.append(lambda: approve_claim(claim.pk, publicity=entry.publicity, act=act(office.decider)))
            who = Objector("王某", "139")
            found.append(
                lambda: enter_objection(entry, objector=who, text="异议", received_on=self.day, act=act(office.city))
            )
        if self.chance.random() < 0.2:
            found.append(lambda: take_back(claim.pk, expected=page, reason="看错", act=act(anyone)))
        if entry and self.chance.random() < 0.2:
            found.append(
                lambda: withdraw_list(
                    entry.publicity, reason="名单有误", redecide=self.chance.random() < 0.5, act=act(office.city)
                )
            )
        if objection:
            found.append(lambda: redecide_objection(objection.pk, conclusion="部分成立", act=act(office.hearer)))
            found.append(lambda: dismiss_objection(objection.pk, conclusion="不成立", act=act(office.hearer)))
            found.append(lambda: uphold_objection(objection.pk, conclusion="成立", act=act(office.hearer)))
        if self.chance.random() < 0.5:
            found.append(
                lambda: reopen_claim(claim.pk, reason="复议撤销", act=act(self.chance.choice([office.hearer, anyone])))
            )
        return found

    def act(self, user):
        return on(self.day, user)

    def pay(self, claim):
        if claim.status != ClaimStatus.APPROVED:
            raise RefusedError("未批准")
        with transaction.atomic():
            pay(claim, day=self.day)

    def bring_back(self, claim):
        if claim.status != ClaimStatus.PAID:
            raise RefusedError("未拨付")
        with transaction.atomic():
            bring_back(claim, day=self.day)
            for line in Disbursement.objects.filter(state=LineState.NEEDS_CORRECTION):
                confirm_correction(line, reason="账户无误", act=self.act(make_official(Role.FINANCE, line.part.region)))

    def step(self):
        """Try deeds on one claim until one goes through, at most a few; a refused one must leave no trace."""
        claim = again(Claim(pk=self.chance.choice(self.claims)))
        before = self.traces(claim)
        for deed in self.chance.sample(self.deeds(claim), k=6):
            try:
                deed()
                break
            except REFUSALS:
                assert self.traces(again(claim)) == before, "a refused deed left a trace"
        claim = again(claim)
        if claim.status == ClaimStatus.APPROVED:
            record_award(claim, act=on(self.day))
        if self.chance.random() < 0.25:
            self.day += timedelta(days=self.chance.randint(1, 4))

    @staticmethod
    def traces(claim):
        return (claim.status, claim.round, claim.events.count(), claim.decisions.count(), claim.limit_entries.count())

    def check(self):
        held = defaultdict(Decimal)
        for entry in LimitEntry.objects.all():
            held[entry.claim_id] += entry.amount if "|applicant=" in entry.bucket.key else 0
            assert entry.amount_after >= 0
        for pk in self.claims:
            claim = again(Claim(pk=pk))
            is_decided = claim.status in DECIDED
            assert (claim.approved_amount is not None) == is_decided
            assert bool(held[pk]) == is_decided
            if is_decided:
                final = claim.decisions.filter(stage=Stage.FINAL, conclusion=Conclusion.SUPPORT).latest("pk")
                sums = [line.amount for line in final.lines.all()]
                assert sum(sums) == final.amount == claim.approved_amount <= claim.claimed_amount
                # Entered under the applicant and under the applicant's year.
                assert held[pk] == 2 * claim.approved_amount
            in_books = {kind: fen for (_, kind), fen in claim_balances(pk).items() if fen}
            assert bool(in_books) == is_decided
            assert claim.lines.filter(exclusive_key=None).exists() == (claim.status in RELEASED)
            assert (claim.status == ClaimStatus.OBJECTION) == Objection.objects.filter(
                entry__claim=claim, state=ObjectionState.OPEN
            ).exists()
            duties = set(claim.decisions.values_list("officer_id", "stage"))
            assert len({officer for officer, _ in duties}) == len(duties), "one person concluded two stages"
            last = claim.events.order_by("-pk").first()
            assert last.to_status == claim.status
            assert last.at == claim.status_since
            paid = claim.events.filter(action=Action.RECORD_PAYMENT).count()
            returned = claim.events.filter(action=Action.RECORD_RETURN).count()
            assert paid - returned == (1 if claim.status == ClaimStatus.PAID else 0)


# Of the first four walks those that have most to do.
@pytest.mark.parametrize("seed", by_depth((0, 2), nightly=range(50)))
def test_whatever_anybody_does_the_books_agree_with_the_claims(office, seed, time_machine):
    time_machine.move_to(on(START).at)
    walk = Walk(office, seed)
    for _ in range(STEPS):
        walk.step()
        walk.check()
    assert ClaimEvent.objects.filter(action=Action.DECIDE).exists(), "the walk never came as far as a decision"
