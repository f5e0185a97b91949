"""The jobs of payments. Each may run any number of times, and be killed anywhere."""

from collections import defaultdict
from collections.abc import Sequence

from django.urls import reverse

from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.money import format_yuan
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_applicant
from review.notices.enums import NoticeKind
from review.notices.jobs import issue_and_print
from review.notices.lifecycle import void_for_cause
from review.notices.render import RenderError
from review.payments.enums import ARRIVED, ENDED, LineState
from review.payments.models import Disbursement
from review.payments.papers import PAYMENT_NOTICE
from review.payments.services.answers import read_answer
from review.payments.services.lines import settle_rest

__all__ = ["issue_notices", "read_answer", "settle_rest", "tell"]

# So many take a worker some three seconds; other jobs wait no longer for it.
NOTICES_A_JOB = 50


def tell(what: str, line_ids: Sequence[int]) -> None:
    """Write to the applicants what arrived, or what did not, each once; what arrived has its notice made.

    The notice of what came back is void.
    """
    arrived: dict[str, list[int]] = defaultdict(list)
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
            arrived[line.part.region_id].append(line.pk)
        elif line.state in ENDED and line.payment_id and line.officer:
            act = ActorContext(user=line.officer, at=clock.now())
            void_for_cause(claim.pk, NoticeKind.PAYMENT, line.pk, reason=line.reason, act=act)
    for region, ids in arrived.items():
        _enqueue_notices(ids, region)


def _enqueue_notices(line_ids: Sequence[int], region_code: str) -> None:
    key = f"{line_ids[0]}:{line_ids[-1]}:{len(line_ids)}"
    payload = {"line_ids": list(line_ids)}
    enqueue_job("payments.issue_notices", key=key, payload=payload, region_code=region_code)


def issue_notices(line_ids: Sequence[int]) -> None:
    """Issue and print the notices of some of these payments, and leave the rest to a job behind all that waits by then.

    One that cannot be printed is left to a job of its own.
    """
    part, rest = line_ids[:NOTICES_A_JOB], line_ids[NOTICES_A_JOB:]
    rows = Disbursement.objects.filter(pk__in=part).order_by("pk")
    region = ""
    for done, (pk, claim, region) in enumerate(
        rows.values_list("pk", "part__award__claim_id", "part__region_id"), start=1
    ):
        try:
            issue_and_print(NoticeKind.PAYMENT, claim, occasion=pk)
        except RenderError:
            payload = {"claim_id": claim, "occasion": pk}
            enqueue_job(PAYMENT_NOTICE.job, key=str(pk), payload=payload, region_code=region)
        report_progress(done, len(part))
    if rest:
        _enqueue_notices(rest, region)


def _arrived(line: Disbursement) -> tuple[str, str]:
    sum_, payer = format_yuan(line.yuan), line.part.region.full_name
    if line.debt:
        return "资助资金已抵扣应退资金", f"{payer}拨付的 {sum_} 元已抵扣您应退还的资金。"
    on = line.payment.on if line.payment else clock.today()
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
