"""Who a bulletin reaches, and which a person sees."""

from django.db.models import QuerySet

from applications.claims.models import Claim
from policies.calls.models import Call
from portal.accounts.models import Region, User
from portal.core.paging import Page, paginate
from portal.core.regions import in_trees, same_branch
from review.bulletins.enums import STATUSES
from review.bulletins.models import WRITERS, Bulletin

PAGE_SIZE = 30


def people_of(call: Call, region: Region, recipients: str) -> QuerySet[User]:
    """Everybody who acts for an applicant with such a claim under the call in the region, each once, by id."""
    claims = Claim.objects.filter(in_trees("region__code", [region.pk]), call=call, status__in=STATUSES[recipients])
    members = User.objects.filter(memberships__applicant__in=claims.values("applicant_id"), is_active=True)
    return members.distinct().order_by("pk")


def regions_written_for(user: User) -> list[Region]:
    """The regions for which a person writes: their own and those below."""
    return list(
        Region.objects.filter(in_trees("code", user.regions_for(*WRITERS))).select_related("parent").order_by("code")
    )


def calls_written_about(user: User) -> list[Call]:
    """The published calls under which claims of the person's regions can be, the newest first."""
    codes = user.regions_for(*WRITERS)
    calls = Call.objects.exclude(state="draft").select_related("region").order_by("-pk")
    return [call for call in calls if any(same_branch(call.region_id, code) for code in codes)]


def page_of_bulletins(user: User, *, after: str = "") -> Page[Bulletin]:
    """A page of the bulletins that a person sees, the newest first."""
    rows = Bulletin.objects.visible_to(user).select_related("call", "region__parent", "written_by", "decided_by")
    return paginate(rows, after=after, size=PAGE_SIZE)
