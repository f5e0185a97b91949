"""The jobs of payments. Each may run any number of times, and be killed anywhere."""

from collections import defaultdict
from collections.abc import Sequence

from applications.claims.services.messages import notify_members
from applications.mandates.enums import Right
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.money import format_yuan
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
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
        on = line.payment.on if line.payment else clock.today()
        notify_members(
            claim,
            _arrived(line) if what == "arrived" else _ended(line),
            key=f"payment:{line.pk}:{what}",
            right=Right.READ,
            item=claim.item.title,
            number=claim.number,
            amount=format_yuan(line.yuan),
            payer=line.part.region.full_name,
            paid_on=f"{on:%Y年%-m月%-d日}",
            account_tail=line.account_tail,
            reason=line.reason,
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


def _arrived(line: Disbursement) -> str:
    """The kind of message that tells of it."""
    return "payments.set_off" if line.debt else "payments.arrived"


def _ended(line: Disbursement) -> str:
    return "payments.reversed" if line.state == LineState.REVERSED else "payments.returned"
