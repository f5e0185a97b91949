"""Lists of drafts."""

from policies.drafting.enums import OVER, DraftState
from policies.drafting.models import PolicyDraft
from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.paging import Page, paginate

PAGE_SIZE = 30


def page_of_drafts(user: User, *, over: bool = False, after: str = "") -> Page[PolicyDraft]:
    """A page of the drafts a person may see, the newest first: those under way, or those that are over. One query."""
    found = PolicyDraft.objects.visible_to(user).select_related("created_by", "proposed_by", "decided_by")
    found = (found.filter(state__in=OVER) if over else found.exclude(state__in=OVER)).defer(
        "sections", "source", "marks"
    )
    return paginate(found, after=after, size=PAGE_SIZE)


def drafts_waiting_for(user: User) -> list[PolicyDraft]:
    """Proposed drafts that this person may decide, and their own that were returned to them. One query."""
    own = PolicyDraft.objects.filter(in_area(user, "region_code", Role.POLICY_ADMIN))
    theirs = own.filter(state=DraftState.PROPOSED).exclude(authors=user)
    returned = own.filter(state=DraftState.RETURNED, proposed_by=user)
    return list(
        (theirs | returned)
        .distinct()
        .select_related("proposed_by")
        .defer("sections", "source", "marks")
        .order_by("proposed_at")[:10]
    )
