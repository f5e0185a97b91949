"""What recoveries say when an account closes."""

from portal.accounts.models import User
from portal.privacy.extension import Closing
from review.recoveries.enums import OPEN_STATES
from review.recoveries.models import Recovery


def _open_recoveries(user: User) -> list[str]:
    owned = user.memberships.filter(is_owner=True).values("applicant")
    found = Recovery.objects.filter(applicant__in=owned, state__in=sorted(OPEN_STATES)).select_related("claim")
    return [f"{one}现为“{one.applicant_label}”，请办结后再注销。" for one in found.order_by("pk")]


CLOSING = Closing(_open_recoveries)
