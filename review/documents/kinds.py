"""The register of papers besides notices: how each kind is found for a person, named and printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Max
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.permissions import mandate_of
from applications.mandates.models import Mandate
from applications.mandates.selectors import with_scope
from policies.engine.model import content_hash
from portal.accounts.models import User
from review.appropriations.models import Appropriation
from review.checks.models import FindingAnswer
from review.decisions.models import Decision, PublicityList
from review.decisions.selectors.agenda import agenda_of
from review.decisions.selectors.minutes import minutes_of
from review.documents.claim_form import RELATED, print_claim_form
from review.documents.contents import agenda_paper, appropriation_document, minutes_paper, publicity_document
from review.documents.enums import DocumentKind
from review.documents.mandate import print_mandate
from review.documents.meeting import print_meeting
from review.documents.official import print_document


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to print: what names its file, how many rows it lists, whose claims it shows, and how it is printed.

    `mark` names what it says, where it is kept once printed: a paper of the same kind and mark is the same paper. A row
    of it takes as long to print as `weight` rows of a list.
    """

    name: str
    rows: int
    applicants: tuple[int, ...]
    printed: Callable[[], bytes]
    mark: str = ""
    weight: int = 1


def _publicity(_user: Any, key: str) -> Paper | None:
    found = PublicityList.objects.complete().select_related("region__parent", "replaces").filter(key=key).first()
    if found is None:
        return None
    name, rows = found.number or found.title, found.entries.count()
    mark = content_hash([key, found.withdrawn_reason])
    return Paper(name, rows, (), lambda: print_document(publicity_document(found)), mark=mark)


def _appropriation(user: User, key: str) -> Paper | None:
    related = ("region__parent", "line", "allocation")
    found = Appropriation.objects.visible_to(user).select_related(*related).filter(key=key).first()
    if found is None:
        return None
    return Paper(str(found), found.lines.count(), (), lambda: print_document(appropriation_document(found)))


def _agenda(user: User, key: str, *, number: int | None = None, signer: str = "") -> Paper | None:
    found = agenda_of(user, key)
    if found is None:
        return None
    region, applicants = found.rows[0].claim.deciding_region, tuple(row.claim.applicant_id for row in found.rows)
    today = timezone.localdate()
    name = f"{found.call or '无申报通知'} {today:%Y%m%d}"
    paper = partial(agenda_paper, found, region=region, dated=today, number=number, signer=signer)
    mark = content_hash([region.pk, today.isoformat(), number, signer, found.seen])
    return Paper(name, len(found.rows), applicants, lambda: print_document(paper()), mark)


def _meeting(user: User, key: str, *, volume: int = 1) -> Paper | None:
    found = agenda_of(user, key)
    if found is None or not 0 < volume <= len(found.volumes):
        return None
    first, last = found.volumes[volume - 1]
    rows = found.rows[first - 1 : last]
    region, today, ids = rows[0].claim.deciding_region, timezone.localdate(), [row.claim.pk for row in rows]
    written = [
        Decision.objects.filter(claim__in=ids).aggregate(last=Max("pk"))["last"],
        FindingAnswer.objects.filter(finding__claim__in=ids).aggregate(last=Max("pk"))["last"],
    ]
    return Paper(
        name=f"{found.call or '无申报通知'} {today:%Y%m%d}" + f" 第{volume}册" * (len(found.volumes) > 1),
        rows=len(rows),
        applicants=tuple(row.claim.applicant_id for row in rows),
        printed=lambda: print_meeting(agenda_paper(found, region=region, dated=today), rows, first=first, user=user),
        mark=content_hash([user.pk, region.pk, today.isoformat(), volume, found.seen, written]),
        weight=50,
    )


def _minutes(user: User, key: str) -> Paper | None:
    found = minutes_of(int(key), user)
    if found is None or not found.decided:
        return None
    applicants = tuple(one.claim.applicant_id for one in found.decided)
    mark = content_hash([found.region.pk, found.number, [[one.pk, str(one.amount)] for one in found.decided]])
    name = f"{found.number} {found.held_on:%Y%m%d}"
    return Paper(name, len(found.decided), applicants, lambda: print_document(minutes_paper(found)), mark)


def _claim_form(user: User, key: str) -> Paper | None:
    found = Claim.objects.visible_to(user).select_related(*RELATED).filter(key=key).first()
    if found is None:
        return None
    name = found.number or found.item.title
    for_agency = mandate_of(user, found) is not None
    return Paper(
        name, found.lines.count(), (found.applicant_id,), lambda: print_claim_form(found, for_agency=for_agency)
    )


def _mandate(user: User, key: str) -> Paper | None:
    found = with_scope(Mandate.objects.visible_to(user)).filter(key=key).first()
    if found is None:
        return None
    return Paper(found.number, 1, (found.principal_id, found.agency_id), lambda: print_mandate(found))


# How a paper of each kind is found for a person, and what is written on it besides: None for what they may not see, or
# what is not there.
FORMS: dict[DocumentKind, Callable[..., Paper | None]] = {
    DocumentKind.PUBLICITY: _publicity,
    DocumentKind.APPROPRIATION: _appropriation,
    DocumentKind.AGENDA: _agenda,
    DocumentKind.MEETING: _meeting,
    DocumentKind.MINUTES: _minutes,
    DocumentKind.CLAIM_FORM: _claim_form,
    DocumentKind.MANDATE: _mandate,
}
