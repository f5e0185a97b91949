"""The home page: what one can get, or the next thing to do."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.utils import timezone

from applications.rights.suggestions import suggestions_for
from policies.drafting.selectors.lists import drafts_waiting_for
from policies.published.selectors import claimable_items, showcase
from portal.access import access, needs_second_factor, public
from portal.accounts.enums import Role
from review.home import selectors

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from portal.accounts.models import User

_PUBLICITY_ROLES = frozenset({Role.CITY_OFFICER, Role.DECISION_MAKER})
_CARDS = 9


@access(public)
def home(request: HttpRequest) -> HttpResponse:
    """Show strangers what they can get and how, applicants and officials what waits for them."""
    if not request.user.is_authenticated:
        return _stranger(request)
    if needs_second_factor(request.user):
        # The page is public, the sums and claims on an official's desk are not.
        return redirect("mfa_activate_totp")
    return _official(request, request.user) if request.user.is_official else _applicant(request, request.user)


@access(public)
def contact(request: HttpRequest) -> HttpResponse:
    """Show whom to call, by region."""
    return render(request, "home/contact.html", {"offices": selectors.offices()})


@access(public)
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept about people and why."""
    return render(request, "home/privacy.html")


def _stranger(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "cards": showcase(claimable_items(today))[:_CARDS],
        "publicity": selectors.current_publicity(today=today),
    }
    return render(request, "home/stranger.html", context)


def _applicant(request: HttpRequest, user: User) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {"greeting": _greeting(user), "today": today}
    if user.is_applicant:
        context |= {
            "desk": selectors.applicant_desk(user),
            "gaps": selectors.profile_gaps(user),
            "unread": selectors.unread_messages(user),
            "suggestions": _suggested(user),
        }
    return render(request, "home/applicant.html", context)


def _suggested(user: User) -> dict[str, Any]:
    """What one's applicants may claim, each with a key under which its button begins one claim."""
    found = suggestions_for(user, at=timezone.now())
    return {
        "rows": [{"suggestion": suggestion, "key": uuid.uuid4()} for suggestion in found.found],
        "is_register_empty": found.is_register_empty,
    }


def _official(request: HttpRequest, user: User) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate()
    context: dict[str, Any] = {
        "greeting": _greeting(user),
        "today": today,
        "desks": selectors.waiting_for(user),
        "unread": selectors.unread_messages(user),
    }
    if _PUBLICITY_ROLES & user.roles:
        context |= {
            "shows_publicity": True,
            "awaiting_publicity": selectors.awaiting_publicity(user),
            "ending": selectors.publicity_ending(user, today=today),
            "objections": selectors.open_objections(user),
        }
    if Role.FINANCE in user.roles:
        context["unpaid"] = selectors.unpaid_for(user)
    if {Role.AUDITOR, Role.SYSTEM_ADMIN} & user.roles:
        context |= {"shows_replay": True, "replay": selectors.latest_replay()}
    if Role.AUDITOR in user.roles:
        context |= {"shows_audit": True, "records": selectors.recent_records(user), "head": selectors.chain_head()}
    if Role.SYSTEM_ADMIN in user.roles:
        context["machinery"] = selectors.machinery(now=now)
    if Role.POLICY_ADMIN in user.roles:
        context |= {
            "shows_policies": True,
            "documents": selectors.documents_in_care(user),
            "policy_drafts": drafts_waiting_for(user),
        }
    return render(request, "home/official.html", context)


def _greeting(user: User) -> str:
    return f"{user.name}，您好"
