"""Record what a credit check said."""

from datetime import date

from django.db import transaction

from applications.claims.models import Claim
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.enums import CreditResult
from review.decisions.models import CreditSnapshot


def record_credit(
    claim: Claim, *, result: CreditResult, source: str, checked_on: date, act: ActorContext, remark: str = ""
) -> CreditSnapshot:
    """Append one dated answer about the claim's applicant. Raises RefusedError for a day that has not come yet."""
    if checked_on > act.at.astimezone().date():
        raise RefusedError("查询日期不能晚于今天。")
    if act.user is None:
        raise RefusedError("信用查询须由审核人员登记。")
    with transaction.atomic():
        snapshot = CreditSnapshot.objects.create(
            applicant_id=claim.applicant_id,
            claim=claim,
            result=result,
            source=source.strip(),
            remark=remark.strip(),
            checked_on=checked_on,
            entered_by=act.user,
            entered_at=act.at,
        )
        record_audit(
            act,
            action="review.credit",
            target=claim,
            region_code=claim.region_id,
            after={"result": result, "source": source, "checked_on": checked_on},
        )
    return snapshot
