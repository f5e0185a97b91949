"""What views take from a request and hand on."""

from django.http import HttpRequest
from django.utils import timezone

from portal.act import Act


def act_of(request: HttpRequest) -> Act:
    """The deed that this request is: its user, now, from its address."""
    user = request.user if request.user.is_authenticated else None
    return Act(user=user, at=timezone.now(), address=request.META.get("REMOTE_ADDR", ""))
