"""Turn what an applicant is entitled to into a claim: confirmed and submitted at once, or as a draft to complete."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.drafts import lock_editable
from applications.claims.services.submission import Submitted, submit_claim
from applications.entitled.enums import Verdict
from applications.entitled.finding import Finding, find
from applications.entitled.models import Entitlement
from applications.rights.services import start_claim_from_holdings
from applications.rights.suggestions import Suggester
from policies.calls.selectors import calls_ahead
from policies.engine import content_hash
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError


@dataclass(frozen=True, slots=True)
class Offer:
    """What an entitlement comes to at this moment; `digest` tells whether a page shows this or an earlier one."""

    entitlement: Entitlement
    finding: Finding | None

    @property
    def digest(self) -> str:
        """SHA-256 of what would be claimed, and for how much."""
        suggestion = self.finding.suggestion if self.finding else None
        if suggestion is None:
            return ""
        return content_hash([[dict(one.facts) for one in suggestion.holdings], str(suggestion.amount)])


def offer_of(entitlement: Entitlement, *, act: ActorContext) -> Offer:
    """What the entitlement comes to now: what is held may have changed since it was computed."""
    suggester = Suggester([entitlement.applicant])
    entry = next((one for one in suggester.items if one.item.pk == entitlement.item_id and one.is_claimable), None)
    if entry is None:
        return Offer(entitlement, None)
    book = calls_ahead(act.at, region_code=entitlement.applicant.region_id)
    return Offer(entitlement, find(suggester, entitlement.applicant, entry, entitlement.call, book=book, at=act.at))


def confirm(entitlement: Entitlement, *, act: ActorContext, seen: str, commitment: bool) -> Submitted | None:
    """Submit the filled claim as the page showed it (`seen`), with the commitment; None where it is submitted already.

    Raises StaleStateError where anything changed since, ClaimIncompleteError without the commitment or where something
    is missing, RefusedError where the call is over. Nothing is written then.
    """
    with transaction.atomic():
        row = _lock(entitlement)
        if row.claim_id:
            return None
        offer = offer_of(row, act=act)
        if offer.finding is None or offer.finding.suggestion is None:
            raise RefusedError("按现在的台账和名册，这一项已经不能申报，请查看原因。")
        if offer.digest != seen:
            raise StaleStateError("您查看之后，台账、名册或金额有了变化。请重新核对本页，再确认。")
        claim = _begin(row, offer.finding, act=act)
        done = submit_claim(claim, act=act, revision=lock_editable(claim, act=act).revision, commitment=commitment)
        row.claim, row.verdict = done.claim, Verdict.CLAIMED
        row.save(update_fields=["claim", "verdict"])
        return done


def begin_draft(entitlement: Entitlement, *, act: ActorContext) -> Claim:
    """A draft filled in with what is held, to be completed; pressed twice, it is one. Raises RefusedError."""
    with transaction.atomic():
        row = _lock(entitlement)
        if draft := Claim.objects.filter(key=row.key, applicant=row.applicant_id, status=ClaimStatus.DRAFT).first():
            return draft
        offer = offer_of(row, act=act)
        if offer.finding is None or offer.finding.suggestion is None:
            raise RefusedError("按现在的台账和名册，这一项已经不能申报，请查看原因。")
        return _begin(row, offer.finding, act=act)


def _lock(entitlement: Entitlement) -> Entitlement:
    rows = Entitlement.objects.select_for_update(of=("self",))
    related = ("applicant__region__parent", "item__document__region", "call")
    return rows.select_related(*related).get(pk=entitlement.pk)


def _begin(row: Entitlement, finding: Finding, *, act: ActorContext) -> Claim:
    """The claim has the entitlement's own key, unless an earlier one of that key was withdrawn."""
    holdings = finding.suggestion.holdings if finding.suggestion else []
    key = uuid.uuid4() if Claim.objects.filter(key=row.key).exists() else row.key
    return start_claim_from_holdings(row.applicant, item=row.item, holdings=holdings, key=key, act=act, call=row.call)
