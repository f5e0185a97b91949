"""The jobs of payments. Each may run any number of times, and be killed anywhere."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from portal.core.actor import ActorContext
from portal.core.money import format_yuan
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_applicant
from review.notices.enums import NoticeKind
from review.notices.lifecycle import void_for_cause
from review.payments.enums import ARRIVED, ENDED, LineState
from review.payments.models import Disbursement
from review.payments.services.answers import read_answer
from review.payments.services.lines import settle_rest

__all__ = ["read_answer", "settle_rest", "tell"]


def tell(what: str, line_ids: Sequence[int]) -> None:
    """Write to the applicants what arrived, or what did not, each once; what arrived has its notice made.

    The notice of what came back is void.
    """
    for line in Disbursement.objects.with_claims().select_related("officer").filter(pk__in=line_ids).order_by("pk"):
        claim = line.part.award.claim
        title, body = _arrived(line) if what == "arrived" else _ended(line)
        notify_applicant(
            claim.applicant_id,
            key=f"payment:{line.pk}:{what}",
            title=title,
            body=f"您的申报“{claim.item.title}”（{claim.number}）：{body}",
            url=reverse("applications:claim", args=[claim.key]),
        )
        if line.state in ARRIVED and not line.debt:
            payload = {"claim_id": claim.pk, "occasion": line.pk}
            region = line.part.region_id
            enqueue_job("notices.issue_payment", key=str(line.pk), payload=payload, region_code=region)
        elif line.state in ENDED and line.payment_id and line.officer:
            act = ActorContext(user=line.officer, at=timezone.now())
            void_for_cause(claim.pk, NoticeKind.PAYMENT, line.pk, reason=line.reason, act=act)


def _arrived(line: Disbursement) -> tuple[str, str]:
    sum_, payer = format_yuan(line.yuan), line.part.region.full_name
    if line.debt:
        return "资助资金已抵扣应退资金", f"{payer}拨付的 {sum_} 元已抵扣您应退还的资金。"
    on = line.payment.on if line.payment else timezone.localdate()
    return "资金已拨付", (
        f"{payer}拨付的资助资金 {sum_} 元已于 {on:%Y年%-m月%-d日}支付到尾号 {line.account_tail} 的账户，请留意查收。"
    )


def _ended(line: Disbursement) -> tuple[str, str]:
    sum_ = format_yuan(line.yuan)
    if line.state == LineState.REVERSED:
        body = f"{sum_} 元的拨付登记有误，已经更正（原因：{line.reason}）。该笔资金将另行支付，您无需办理。"
        return "拨付登记已更正", body
    return "付款被银行退回", (
        f"{sum_} 元的付款被银行退回，原因：{line.reason}。请核对并更新收款账户信息，确认后我们将重新拨付。"
    )
