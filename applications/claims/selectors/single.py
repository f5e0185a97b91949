"""One claim with the rows that its page shows beside it."""

import uuid

from django.db.models import QuerySet

from applications.claims.models import Claim
from portal.accounts.selectors import regions_by_code
from portal.core.statements import prepared

_RELATED = ("item__document", "version", "applicant", "call")
# Rules are compiled once a process, and nobody reads the texts of a search beside a claim.
_LONG = ("version__content", "item__search_text", "item__search_key")


def claim_by_key(claims: QuerySet[Claim], key: uuid.UUID) -> Claim | None:
    """The claim of these that has this key, with its applicant, item, document, version, call, and their regions.

    Three queries at most.
    """
    with prepared():
        claim = claims.select_related(*_RELATED).defer(*_LONG).filter(key=key).first()
    if claim is None:
        return None
    regions = regions_by_code()
    claim.region, claim.city = regions[claim.region_id], regions[claim.city_id]
    for row in (claim.applicant, claim.item.document, claim.call):
        if row is not None and row.region_id:
            row.region = regions[row.region_id]
    return claim
