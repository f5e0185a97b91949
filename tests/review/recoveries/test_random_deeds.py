"""Officers lowering, revoking, collecting and waiving in any order: after every step books and limits agree."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from applications.claims.enums import ClaimStatus
from applications.ledger.models import LimitEntry
from portal.core.errors import RefusedError
from portal.core.money import to_fen
from review.funding.selectors import standing_parts
from review.recoveries.enums import OPEN_STATES, OWED_STATES, RecoveryState, ServiceKind
from review.recoveries.models import Recovery
from review.recoveries.selectors import owed_of
from review.recoveries.services import proceedings, repayment
from review.recoveries.services.awards import terminate_claim
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.selectors import book_problems, claim_balances
from review.treasury.services.awards import move_claim
from tests.applications.worlds import patent_facts
from tests.chain import altered_at_commit
from tests.depth import by_depth
from tests.review.recoveries.worlds import DAY, TERMS, awarded, lowered, printed, second_decider
from tests.review.worlds import again, on

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
K = AccountKind
STEPS = 40


def total(claim, kind):
    return sum(fen for (_, at), fen in claim_balances(claim.pk).items() if at == kind)


def deeds(chance, claim, people, day):
    who, act = chance.choice(people), None
    act = on(day, who)
    made = Recovery.objects.filter(claim=claim, state__in=OPEN_STATES).first()
    pay = [lambda kind=kind: move_claim(claim, kind, deed=day, act=act) for kind in (EntryKind.SEND, EntryKind.SETTLE)]
    found = [
        *pay,
        lambda: proceedings.propose_recovery(
            claim.pk, proposal=lowered(Decimal(chance.randrange(0, 1000001)) / 100 * chance.randint(0, 1)), act=act
        ),
        lambda: chance.random() < 0.1 and terminate_claim(claim.pk, reason="失信", act=act),
    ]
    if made is None:
        return found
    sum_of = Decimal(chance.choice([1, 77777, 250000, owed_of(made, on=day).total])) / 100
    return [
        *pay[1:],
        lambda: proceedings.open_hearing(made.pk, act=act),
        lambda: proceedings.state_case(made.pk, statement="申辩", act=on(day, claim.created_by)),
        lambda: proceedings.decide_recovery(made.pk, terms=TERMS, act=act),
        lambda: proceedings.decide_recovery(made.pk, terms=TERMS, act=act),
        lambda: chance.random() < 0.1 and proceedings.dismiss_recovery(made.pk, reason="查无实据", act=act),
        lambda: Recovery.objects.filter(pk=made.pk, state="decided").exists() and printed(made),
        lambda: proceedings.serve_decision(made.pk, on=day, how=ServiceKind.POST, act=act),
        lambda: repayment.plan_instalments(made.pk, count=chance.randint(1, 4), first_on=day, act=act),
        lambda: repayment.record_receipt(made.pk, amount=sum_of, on=day, voucher=str(day), act=act),
        lambda: repayment.enforce_recovery(made.pk, reason="逾期", act=act),
        lambda: chance.random() < 0.3 and repayment.ask_waiver(made.pk, reason="困难", act=act),
        lambda: repayment.grant_waiver(made.pk, reason="同意", act=act),
        lambda: repayment.refuse_waiver(made.pk, reason="不同意", act=act),
        lambda: repayment.mark_overdue(act=on(day)),
    ]


def check(claim):
    assert list(book_problems()) == []
    limits = sum((row.amount for row in LimitEntry.objects.filter(claim=claim)), Decimal(0))
    if claim.status == ClaimStatus.TERMINATED:
        assert limits == 0
        assert [total(claim, kind) for kind in (K.COMMITTED, K.PAYABLE, K.IN_TRANSIT)] == [0, 0, 0]
        assert not standing_parts(claim.award)
    else:
        standing = sum(standing_parts(claim.award).values())
        assert to_fen(claim.approved_amount) == standing
        assert limits > 0
        assert total(claim, K.PAYABLE) + total(claim, K.IN_TRANSIT) <= standing
    owed = sum(each.fen - owed_of(each, on=DAY).repaid for each in Recovery.objects.filter(state__in=OWED_STATES))
    assert total(claim, K.DUE) == owed == -total(claim, K.RECOVERABLE)
    waived = sum(
        each.fen - owed_of(each, on=DAY).repaid for each in Recovery.objects.filter(state=RecoveryState.WAIVED)
    )
    if claim.status == ClaimStatus.TERMINATED:
        assert total(claim, K.PAID) == owed + waived


@pytest.mark.parametrize("seed", by_depth(range(3), nightly=range(50)))
def test_whatever_officers_do_to_an_award_books_and_limits_agree_with_it(office, seed, time_machine):
    chance, day = random.Random(seed), DAY
    claim = awarded(office, lines=[patent_facts(1), patent_facts(2)])
    people = [office.city, office.finance, office.decider, office.decider, second_decider(), second_decider()]
    done = 0
    for _ in range(STEPS):
        time_machine.move_to(on(day).at)
        for deed in chance.sample(found := deeds(chance, again(claim), people, day), k=len(found)):
            try:
                done += bool(deed())
                break
            except (RefusedError, PermissionDenied):
                continue
        check(again(claim))
        day += timedelta(days=chance.choice([0, 1, 1, 9]))
    assert done
    assert altered_at_commit() == []
