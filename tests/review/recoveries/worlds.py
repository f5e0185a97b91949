"""Awards of the tests of recoveries: approved, or paid, with the books as the services leave them."""

from datetime import date, timedelta
from decimal import Decimal

from portal.accounts.enums import Role
from review.funding.awards import record_award
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.recoveries.enums import RecoveryGround, ServiceKind
from review.recoveries.services.proceedings import (
    Proposal,
    Terms,
    decide_recovery,
    open_hearing,
    propose_recovery,
    serve_decision,
    state_case,
)
from review.treasury.enums import EntryKind
from review.treasury.services.awards import move_claim
from tests.factories import make_official, wuxi
from tests.made_once import made_once
from tests.review.worlds import again, approved, on

DAY = date(2026, 6, 10)
PROPOSAL = Proposal(RecoveryGround.FALSE, "资金管理办法第十六条", "票据系伪造", Decimal(0))
TERMS = Terms("锡知追〔2026〕1号", "申辩理由不成立", pay_days=30, account="无锡市财政局，示例银行，账号 0001")


@made_once
def awarded(office, **given):
    """An approved claim with its award."""
    claim = approved(office, **given)
    record_award(claim, act=on(DAY, office.decider))
    return again(claim)


@made_once
def paid(office, **given):
    """The same, paid as far as the books know."""
    claim = awarded(office, **given)
    for kind in (EntryKind.SEND, EntryKind.SETTLE):
        move_claim(claim, kind, deed="test", act=on(DAY, office.finance))
    return claim


def lowered(new_sum="0", payer=""):
    return Proposal(PROPOSAL.ground, PROPOSAL.clause, PROPOSAL.facts, Decimal(new_sum), payer)


@made_once
def heard(office, claim, new_sum="0", payer=""):
    """Proposed by the city's officer, answered by the applicant."""
    made = propose_recovery(claim.pk, proposal=lowered(new_sum, payer), act=on(DAY, office.city))
    open_hearing(made.pk, act=on(DAY, office.city))
    return state_case(made.pk, statement="票据真实", act=on(DAY, claim.created_by))


@made_once
def decided_recovery(office, claim, new_sum="0", terms=TERMS, payer=""):
    made = heard(office, claim, new_sum, payer)
    return decide_recovery(made.pk, terms=terms, act=on(DAY + timedelta(days=1), office.decider))


@made_once
def served(office, claim, new_sum="0", terms=TERMS):
    """Due on 2026-07-11."""
    made = decided_recovery(office, claim, new_sum, terms)
    printed(made)
    return serve_decision(
        made.pk, on=DAY + timedelta(days=1), how=ServiceKind.POST, act=on(DAY + timedelta(days=1), office.city)
    )


def printed(recovery):
    """Its notice, as the job makes it."""
    issue_and_print(NoticeKind.DEMAND, recovery.claim_id, occasion=recovery.pk)


def second_decider():
    return make_official(Role.DECISION_MAKER, wuxi())
