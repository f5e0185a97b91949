"""Issue notices: take the next number, freeze the content, print once, tell the applicant."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.messages import notify_members
from applications.claims.services.transitions import lock_claim
from applications.mandates.enums import Right
from portal.accounts.models import Region
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.files import keep_bytes
from portal.core.printable import named
from review.funding.awards import record_award
from review.notices.compose import Heading, document_number
from review.notices.enums import NoticeKind
from review.notices.kinds import FORMS, kinds_replaced_by, occasion_of
from review.notices.models import Notice, NoticeCounter, new_code
from review.notices.render import print_letter
from review.wordings.selectors import with_template

if TYPE_CHECKING:
    from review.notices.seals.providers import Sealed


def issue_notice(claim_id: int, *, kind: NoticeKind, act: ActorContext, occasion: int = 0) -> Notice:
    """Give a claim its notice: number and frozen content in one transaction, for a grant with its award.

    A claim has one valid notice of a kind and occasion (the step that it tells of, of kinds that come more than once):
    issuing again returns it. After it was voided the next replaces it. A number is taken under its series' lock in the
    transaction that writes the notice, so that a failure leaves no gap. Raises NoticeNotDue for a claim in another
    state.
    """
    form = FORMS[kind]
    with transaction.atomic():
        claim = lock_claim(claim_id)
        earlier = Notice.objects.filter(claim=claim, kind=kind, occasion=occasion).order_by("-pk").first()
        if earlier and not earlier.voided_at:
            return earlier
        about = occasion_of(claim, kind, occasion)
        region = about.region
        issued_on = timezone.localdate(about.at or act.at)
        if form.is_award:
            record_award(claim, act=act)
        heading = Heading(kind=kind, code=new_code(), issued_on=issued_on, region=region)
        composed = with_template(form.compose(claim, heading, about.record), region)
        # Last, so that no other worker on the same series waits while this one composes.
        sequence = take_number(region, kind, year=issued_on.year)
        number = document_number(region, form.series, year=issued_on.year, sequence=sequence)
        snapshot = replace(composed, number=number)
        notice = Notice.objects.create(
            claim=claim,
            kind=kind,
            occasion=occasion,
            region=region,
            year=issued_on.year,
            sequence=sequence,
            number=number,
            code=heading.code,
            snapshot=snapshot.to_json(),
            issued_on=issued_on,
            amount=snapshot.total,
            replaces=_replaced(claim, kind, occasion),
            created_at=act.at,
        )
        record_audit(
            act,
            action="notices.issue",
            target=notice,
            region_code=claim.region_id,
            after={"number": notice.number, "claim": claim.number, "amount": notice.amount},
        )
    return notice


def _replaced(claim: Claim, kind: NoticeKind, occasion: int) -> Notice | None:
    """The void notice that a new one stands in for: the last of its kind, or of one that told the contrary."""
    told = Notice.objects.filter(claim=claim, kind__in=kinds_replaced_by(kind), occasion=occasion)
    return told.filter(replaced_by=None).exclude(voided_at=None).order_by("-pk").first()


def print_notice(notice_id: int, *, act: ActorContext) -> bool:
    """Print and seal an issued notice, store it under its hash, tell the applicant. Returns whether this call did it.

    The page is made outside the transaction and put in place under the notice's lock: of two workers on the same
    notice the second finds it done, and a file never changes once its hash is noted. Raises RenderError, SealError.
    """
    notice = Notice.objects.get(pk=notice_id)
    if notice.rendered_at or notice.voided_at:
        return False
    # Signing takes 20 MB that most processes never need.
    from review.notices.seals.offices import provider_of  # noqa: PLC0415
    from review.notices.seals.providers import SealContext  # noqa: PLC0415

    printed = print_letter(notice.snapshot)
    sealed = provider_of(notice.region_id).seal(
        printed.content, printed.place, SealContext(notice.snapshot["issuer"], str(notice), act.at)
    )
    content = sealed.content
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).select_related("claim__item").get(pk=notice_id)
        if notice.rendered_at or notice.voided_at:
            return False
        keep_bytes(notice.path, content)
        notice.sha256, notice.size, notice.rendered_at = digest, len(content), act.at
        notice.save(update_fields=["sha256", "size", "rendered_at"])
        if FORMS[NoticeKind(notice.kind)].announced:
            _notify_applicant(notice)
        record_audit(
            act,
            action="notices.print",
            target=notice,
            region_code=notice.claim.region_id,
            after={"sha256": digest, "size": len(content)} | _signer(sealed) | _stand_ins(notice),
        )
    return True


def _signer(sealed: Sealed) -> dict[str, str]:
    """For the record: who signed, if anybody did."""
    return {"signer": sealed.signer} if sealed.signer else {}


def _stand_ins(notice: Notice) -> dict[str, str]:
    """For the record: the characters that were printed as a stand-in, where there were any."""
    return {"stand_ins": named(notice.stand_ins)} if notice.stand_ins else {}


def take_number(region: Region, series: str, *, year: int) -> int:
    """The next number of an office's series of a year, in the caller's transaction and under the series' lock.

    What fails afterwards takes the number back with it, so that there is no gap.
    """
    counter, _ = NoticeCounter.objects.get_or_create(region=region, kind=series, year=year)
    counter = NoticeCounter.objects.select_for_update().get(pk=counter.pk)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _notify_applicant(notice: Notice) -> None:
    claim = notice.claim
    notify_members(
        claim,
        "notices.ready",
        key=f"notice:{notice.pk}",
        url=reverse("notices:mine"),
        right=Right.READ,
        notice=notice.get_kind_display(),
        item=claim.item.title,
        number=claim.number,
        notice_number=notice.number,
    )
