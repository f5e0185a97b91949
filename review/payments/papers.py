"""What the notice of a payment says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.notices import snapshot as content
from review.notices.compose import NO_MONEY, NoticeNotDue, common
from review.notices.enums import NoticeKind
from review.notices.kinds import NoticeForm, Occasion
from review.notices.models import Notice
from review.payments.enums import ARRIVED
from review.payments.models import Disbursement

if TYPE_CHECKING:
    from applications.claims.models import Claim
    from review.notices.compose import Heading


def find_payment(claim: Claim, key: int) -> Occasion:
    """The disbursement that arrived. Raises NoticeNotDue where it came back meanwhile."""
    rows = Disbursement.objects.select_related("payment", "part__region__parent")
    line = rows.filter(pk=key, part__award__claim=claim, state__in=ARRIVED, debt="").first()
    if line is None or line.payment is None:
        raise NoticeNotDue(f"申报 {claim.number} 的该笔拨付没有到账，不制作拨款通知书。")
    return Occasion(line, line.payment.at, line.part.region)


def compose_payment(claim: Claim, heading: Heading, line: Disbursement) -> content.Snapshot:
    """拨款通知书: the sum, its day, the account's last four digits, and the papers behind it."""
    if line.payment is None:
        raise NoticeNotDue(f"申报 {claim.number} 的该笔拨付没有到账，不制作拨款通知书。")
    grant = Notice.objects.filter(claim=claim, kind=NoticeKind.GRANT, voided_at=None)
    return content.Snapshot(
        **common(claim, heading),
        **NO_MONEY | {"total": line.yuan},
        grant_number=grant.values_list("number", flat=True).first() or "",
        transfer=content.Transfer(
            payer=line.part.region.full_name,
            paid_on=line.payment.on,
            account_tail=line.account_tail,
            voucher=line.payment.voucher,
        ),
    )


PAYMENT_NOTICE = NoticeForm(
    "知拨",
    "notices.issue_payment",
    frozenset(),
    compose_payment,
    announced=False,
    find=find_payment,
    lapses=True,
)
