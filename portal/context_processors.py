"""What every page knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from portal.navigation import arrange_menu, menu_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from portal.accounts.models import User


def seat_of(user: User) -> str:
    """As whom a person is here, in one line: the first office or applicant, and how many more there are."""
    seats = [str(a) for a in user.active_appointments] or [m.applicant.name for m in user.active_memberships]
    if not seats:
        return ""
    return seats[0] if len(seats) == 1 else f"{seats[0]} 等 {len(seats)} 项"


def portal(request: HttpRequest) -> dict[str, Any]:
    """The menu for this person, who they are, unread messages, and whether this is a demonstration."""
    # An error page may be rendered before anybody was looked up.
    user: User | AnonymousUser | None = getattr(request, "user", None)
    known = user if user is not None and user.is_authenticated else None
    return {
        "menu": arrange_menu(menu_for(known, path=request.path)),
        "user_seat": seat_of(known) if known else "",
        "unread_count": known.portal_messages.filter(read_at=None)[:100].count() if known else 0,
        "demo": settings.DEMO,
        "second_factor_off": not settings.OFFICIALS_NEED_SECOND_FACTOR,
    }
