"""Pay claims as two officers of each payer do."""

from __future__ import annotations

from datetime import date

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.actor import ActorContext
from review.funding.awards import record_award
from review.funding.models import AwardPart
from review.payments.enums import LineState
from review.payments.models import Batch, Disbursement
from review.payments.services.batches import open_single, release_batch
from review.payments.services.lines import Voucher, fail_line, settle_batch
from tests.factories import make_official
from tests.made_once import made_once
from tests.review.worlds import on

DAY = date(2026, 6, 10)


def treasurers(region: Region) -> tuple[User, User]:
    """Who prepares and who releases."""
    return make_official(Role.FINANCE, region), make_official(Role.FINANCE, region)


@made_once
def sent(part: AwardPart, *, day: date = DAY, people: tuple[User, User] | None = None) -> Batch:
    """A batch of one part, prepared and released."""
    first, second = people or treasurers(part.region)
    batch = open_single(part, act=on(day, first))
    return release_batch(batch, shown=batch.lines_sha256, act=on(day, second))


@made_once
def pay(claim: Claim, *, day: date = DAY, voucher: str = "") -> list[Batch]:
    """Pay every part of an approved claim."""
    award = record_award(Claim.objects.get(pk=claim.pk), act=ActorContext(user=None, at=on(day).at))
    batches = []
    for part in award.parts.select_related("region", "award__claim"):
        batch = sent(part, day=day)
        paper = Voucher(voucher or f"拨{part.pk}-{batch.pk}", day, is_shared=bool(voucher))
        settle_batch(batch, voucher=paper, act=on(day, batch.released_by))
        batches.append(batch)
    return batches


def bring_back(claim: Claim, *, day: date, reason: str = "户名不符") -> None:
    """The bank returns what was paid of a claim."""
    for line in Disbursement.objects.filter(part__award__claim=claim, state=LineState.PAID).select_related("batch"):
        voucher = Voucher(f"退{line.pk}", day)
        fail_line(line, voucher=voucher, reason=reason, act=on(day, line.officer))
