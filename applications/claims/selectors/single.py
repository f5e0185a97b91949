"""One claim with the rows that its page shows beside it."""

import uuid
from collections.abc import Callable

from django.db.models import QuerySet

from applications.claims.models import Claim
from portal.core.statements import A_KEY, Lookup

_RELATED = (
    "applicant__region__parent",
    "item__document__region",
    "version",
    "call__region",
    "region__parent",
    "city",
)
# Rules are compiled once a process, and nobody reads the texts of a search beside a claim.
LONG = ("version__content", "item__search_text", "item__search_key")


def with_its_rows(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Each with its applicant, item, document, version and call, and their regions."""
    return claims.select_related(*_RELATED).defer(*LONG)


claim_by_pk = Lookup(lambda pk: with_its_rows(Claim.objects.filter(pk=pk)), A_KEY)


def claim_by_key(
    claims: QuerySet[Claim], key: uuid.UUID, *, read: Callable[[int], list[Claim]] = claim_by_pk
) -> Claim | None:
    """The claim of these that has this key, `with_its_rows`; `read` reads it where more is needed. Two queries.

    Which claims these are differs from person to person and is asked by itself, so that the joins are always the same.
    """
    pk = claims.filter(key=key).values_list("pk", flat=True).first()
    return next(iter(read(pk)), None) if pk else None
