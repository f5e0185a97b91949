"""A paid award of the demo of which a part shall come back: the applicant has answered, nothing is decided yet."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from portal.accounts.enums import Role
from review.recoveries.enums import RecoveryGround
from review.recoveries.services.proceedings import Proposal, open_hearing, propose_recovery, state_case

if TYPE_CHECKING:
    from applications.claims.models import Claim
    from review.demo.claims import Demo


def recover_part(demo: Demo, claim: Claim) -> None:
    """Propose to lower a paid award by what one invoice bore twice, and let the applicant answer."""
    officer = demo.officer(Role.CITY_OFFICER, claim.city_id)
    proposal = Proposal(
        RecoveryGround.DUPLICATE,
        "知识产权专项资金管理办法第十六条",
        "第 2 项的代理费发票已在上一年度的申报中使用，拟扣回相应资助。",
        claim.approved_amount - Decimal(3000) if claim.approved_amount else Decimal(0),
    )
    made = propose_recovery(claim.pk, proposal=proposal, act=demo.act(officer))
    open_hearing(made.pk, act=demo.act(officer))
    statement = "该发票为分期付款的第二笔，与上年度申报的不是同一笔，附银行回单备查。"
    state_case(made.pk, statement=statement, act=demo.act(claim.created_by))
