"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.navigation import menu_for


def portal(request: HttpRequest) -> dict[str, Any]:
    """The menu for this person, unread messages, and whether this is a demonstration."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "menu": menu_for(user) if signed_in else menu_for(None),
        "unread_count": user.portal_messages.filter(read_at=None)[:100].count() if signed_in else 0,
        "demo": settings.DEMO,
        "second_factor_off": not settings.OFFICIALS_NEED_SECOND_FACTOR,
    }
