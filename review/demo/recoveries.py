"""Paid awards of the demo of which a part shall come back: of one nothing is decided yet, one comes in instalments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from portal.accounts.enums import Role
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
from review.recoveries.services.repayment import plan_instalments, record_receipt

if TYPE_CHECKING:
    from applications.claims.models import Claim
    from review.demo.claims import Demo
    from review.recoveries.models import Recovery


def recover_part(demo: Demo, claim: Claim, *, taken: Decimal = Decimal(3000)) -> Recovery:
    """Propose to lower a paid award by what one invoice bore twice (yuan), and let the applicant answer."""
    officer = demo.officer(Role.CITY_OFFICER, claim.city_id)
    proposal = Proposal(
        RecoveryGround.DUPLICATE,
        "知识产权专项资金管理办法第十六条",
        "代理费发票已在上一年度的申报中使用，拟扣回相应资助。",
        claim.approved_amount - taken if claim.approved_amount else Decimal(0),
    )
    made = propose_recovery(claim.pk, proposal=proposal, act=demo.act(officer))
    open_hearing(made.pk, act=demo.act(officer))
    statement = "该发票为分期付款的第二笔，与上年度申报的不是同一笔，附银行回单备查。"
    return state_case(made.pk, statement=statement, act=demo.act(claim.created_by))


def demand_part(demo: Demo, recovery: Recovery) -> None:
    """Decide that it is demanded back."""
    terms = Terms(
        "锡知追决〔2026〕1号",
        "经核对银行回单，两次申报使用的是同一张发票，申辩理由不成立。",
        account="无锡市财政局，示范银行无锡分行，账号 50000012345678",
    )
    officer = demo.officer(Role.DECISION_MAKER, recovery.claim.city_id)
    decide_recovery(recovery.pk, terms=terms, act=demo.act(officer))


def repay_in_part(demo: Demo, recovery: Recovery) -> None:
    """Serve the decision, agree on three instalments and receive the first."""
    officer = demo.officer(Role.CITY_OFFICER, recovery.claim.city_id)
    today = timezone.localdate(demo.now)
    serve_decision(recovery.pk, on=today, how=ServiceKind.DIRECT, act=demo.act(officer))
    [first, *_] = plan_instalments(recovery.pk, count=3, first_on=today + timedelta(days=20), act=demo.act(officer))
    treasurer = demo.officer(Role.FINANCE, recovery.claim.city_id)
    record_receipt(recovery.pk, amount=first.yuan, on=today, voucher="锡收2026-0071", act=demo.act(treasurer))
