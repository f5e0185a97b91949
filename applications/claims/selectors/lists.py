"""The applicant's list of claims: filtered, newest first, page by page on a key."""

from applications.claims.enums import RELEASED, UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim, ClaimQuerySet
from applications.claims.visibility import own_side
from applications.mandates.enums import Right
from policies.published.models import SupportItem
from portal.accounts.models import User
from portal.core.paging import Page, paginate
from portal.core.searching import contains

PAGE_SIZE = 20
MOST_DRAFTS = 5

# What an applicant asks of a list, in the applicant's words.
STATE_GROUPS: dict[str, tuple[str, frozenset[ClaimStatus]]] = {
    "todo": ("需要我处理", frozenset({ClaimStatus.DRAFT, ClaimStatus.CORRECTION})),
    "review": ("办理中", UNDER_REVIEW - {ClaimStatus.CORRECTION}),
    "granted": ("已批准、已拨付或已认定", frozenset({ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED})),
    "closed": ("未获支持或已撤回", RELEASED - {ClaimStatus.DRAFT}),
}


def list_claims(
    user: User, *, state: str = "", applicant_id: int | None = None, search: str = "", after: str = ""
) -> Page[Claim]:
    """A page of the claims on which a person acts as their applicant. `after` is the cursor of the page before.

    One query, and one more for a member of an agency.
    """
    claims = own_claims(user, state=state, applicant_id=applicant_id, search=search)
    return paginate(claims, after=after, size=PAGE_SIZE)


def own_claims(user: User, *, state: str = "", applicant_id: int | None = None, search: str = "") -> ClaimQuerySet:
    """Claims on which the person acts as their applicant, narrowed, in no order."""
    claims = Claim.objects.filter(own_side(user))
    if applicant_id is not None:
        claims = claims.filter(applicant_id=applicant_id)
    if state in STATE_GROUPS:
        claims = claims.filter(status__in=STATE_GROUPS[state][1])
    for word in search.split():
        claims = claims.filter(contains(word, "number", "item__title"))
    return claims.select_related("item", "applicant", "region", "region__parent", "city", "call")


def drafts_of_item(user: User, item: SupportItem) -> list[Claim]:
    """The drafts of an item that one may fill in, the latest first, at most MOST_DRAFTS."""
    mine = own_side(user, right=Right.FILL)
    drafts = Claim.objects.filter(mine, item=item, status=ClaimStatus.DRAFT).select_related("applicant")
    return list(drafts.order_by("-saved_at")[:MOST_DRAFTS])
