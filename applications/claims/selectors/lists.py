"""The applicant's list of claims: filtered, newest first, page by page on a key."""

from django.db.models import Q

from applications.claims.enums import RELEASED, UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim, ClaimQuerySet
from policies.published.models import SupportItem
from portal.accounts.models import User
from portal.core.paging import Page, paginate

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
    """Claims of the person's own organisations. `after` is the cursor of the page before; a bad one is the first page.

    One query.
    """
    claims = own_claims(user, state=state, applicant_id=applicant_id, search=search)
    return paginate(claims, after=after, size=PAGE_SIZE)


def own_claims(user: User, *, state: str = "", applicant_id: int | None = None, search: str = "") -> ClaimQuerySet:
    """Claims of the person's own organisations, narrowed, in no order."""
    own = [membership.applicant_id for membership in user.active_memberships]
    claims = Claim.objects.visible_to(user).filter(applicant_id__in=own)
    if applicant_id is not None:
        claims = claims.filter(applicant_id=applicant_id)
    if state in STATE_GROUPS:
        claims = claims.filter(status__in=STATE_GROUPS[state][1])
    for word in search.split():
        claims = claims.filter(Q(number__icontains=word) | Q(item__title__icontains=word))
    return claims.select_related("item", "applicant", "region", "region__parent", "city", "call")


def drafts_of_item(user: User, item: SupportItem) -> list[Claim]:
    """The drafts of an item that one's organisations have begun, the latest first, at most MOST_DRAFTS."""
    own = [membership.applicant_id for membership in user.active_memberships]
    drafts = Claim.objects.filter(applicant__in=own, item=item, status=ClaimStatus.DRAFT).select_related("applicant")
    return list(drafts.order_by("-saved_at")[:MOST_DRAFTS])
