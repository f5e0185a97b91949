"""What every page knows."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.accounts.models import User
from portal.display.choices import chosen_display
from portal.navigation import arrange_menu, footer_links, frame_links, menu_for
from portal.notifications.selectors import unread_count
from portal.unsent.marks import mark_for, owner_code


def current_role_label(user: User) -> str:
    """The person's first office or applicant in one line, and how many more there are; empty without any."""
    roles = [str(a) for a in user.active_appointments] or [m.applicant.name for m in user.active_memberships]
    if not roles:
        return ""
    return roles[0] if len(roles) == 1 else f"{roles[0]} 等 {len(roles)} 项"


def portal(request: HttpRequest) -> dict[str, Any]:
    """The menu for this person, who they are, unread messages, and whether this is a demonstration.

    What costs something is worked out where a template asks for it: a part of a page has no frame.
    """
    # An error page may be rendered before anybody was looked up.
    user: User | AnonymousUser | None = getattr(request, "user", None)
    known = user if user is not None and user.is_authenticated else None
    return {
        "menu": lambda: arrange_menu(menu_for(known, path=request.path)),
        "links": frame_links,
        "footer": footer_links,
        "user_role": lambda: current_role_label(known) if known else "",
        "unread_count": cache(lambda: unread_count(known) if known else 0),
        "demo": settings.DEMO,
        # Tags read these two as well, which call nothing.
        "page_mark": SimpleLazyObject(lambda: mark_for(request)),
        "page_owner": SimpleLazyObject(lambda: owner_code(request)),
        "display": chosen_display(request),
        "second_factor_off": not settings.OFFICIALS_NEED_SECOND_FACTOR,
    }
