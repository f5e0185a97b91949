"""What is no longer paid of an award that was lowered or ended, taken off what waits to be paid."""

from collections.abc import Mapping

from portal.audit.services import record_contents
from portal.core.errors import RefusedError
from review.funding.models import AwardPart
from review.payments.enums import UNSENT, Deed, LineState
from review.payments.models import Disbursement
from review.payments.services.settling import lock_lines
from review.payments.workflow import LINES


def cut_waiting(claim_id: int, cuts: Mapping[str, int], *, reason: str) -> None:
    """Take these fen, by payer's region, off the disbursements of a claim that wait, the last stage first.

    One of which nothing is left stays and says why it is not paid, so that its part is not due again. Call it before
    the deed's record, which holds them. Raises RefusedError while one of them is in a batch, in transit or to be
    reversed.
    """
    lines = lock_lines(
        Disbursement.objects.filter(part__award__claim=claim_id).order_by("-stage", "-pk").values_list("pk", flat=True)
    )
    on_the_way = (LineState.PREPARED, LineState.IN_TRANSIT, LineState.REVERSAL_ASKED)
    if any(line.state in on_the_way or (line.state in UNSENT and line.batch_id) for line in lines):
        raise RefusedError("该申报的资金在支付批次中，请先移出或解散批次，已发放的等银行回盘后再办理。")
    left, kept = dict(cuts), []
    for line in sorted(lines, key=lambda each: (-each.stage, -each.pk)):
        cut = min(left.get(line.part.region_id, 0), line.fen) if line.state in UNSENT else 0
        if not cut:
            continue
        left[line.part.region_id] -= cut
        if cut == line.fen:
            LINES.move(line, Deed.CANCEL, changes={"reason": reason[:200], "batch": None})
            kept.append(line)
            continue
        line.fen -= cut
        line.save(update_fields=["fen"])
        kept.append(line)
    # What was in no batch yet has no disbursement: it gets one of what is left.
    fresh = []
    for part in AwardPart.objects.filter(award__claim=claim_id, disbursements=None):
        rest = part.fen - left.get(part.region_id, 0)
        if not rest:
            fresh.append(Disbursement(part=part, fen=part.fen, state=LineState.CANCELLED, reason=reason[:200]))
        elif rest < part.fen:
            fresh.append(Disbursement(part=part, fen=rest))
    record_contents([*kept, *Disbursement.objects.bulk_create(fresh)])
