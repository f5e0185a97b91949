"""The home page: what one can get, or the next thing to do."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from applications.ledger.selectors import Balance
from applications.mandates.models import agencies_of
from applications.rights.suggestions import balances_of, rows_behind, suggestions_for
from policies.calls.selectors import next_deadlines
from policies.drafting.selectors.lists import drafts_waiting_for
from policies.published.selectors import cities_of, claimable_items, showcase
from portal.access import access, needs_second_factor, public
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.briefly_kept import briefly_kept
from portal.core.row_versions import Rows, kept, rows_version
from portal.kept_pages import NEW_KEY, render_kept
from portal.navigation import menu_for
from portal.notifications.models import Message
from review.clients.selectors import totals
from review.home import selectors
from review.recoveries.models import Recovery

_PUBLICITY_ROLES = frozenset({Role.CITY_OFFICER, Role.DECISION_MAKER, Role.DISTRICT_SECOND})
_CARDS, _CALLS = 9, 4


@access(public)
@briefly_kept
def home(request: HttpRequest) -> HttpResponse:
    """Show strangers what they can get and how, applicants and officials what waits for them."""
    if not request.user.is_authenticated:
        return _stranger(request)
    if needs_second_factor(request.user):
        # The page is public, the sums and claims in an official's queue are not.
        return redirect("mfa_activate_totp")
    if request.user.is_expert and not request.user.is_applicant:
        return redirect("panels:mine")
    return _official(request, request.user) if request.user.is_official else _applicant(request, request.user)


@access(public)
@briefly_kept
def contact(request: HttpRequest) -> HttpResponse:
    """Show whom to call, by region."""
    return render(request, "home/contact.html", {"offices": selectors.offices()})


def _stranger(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    cards = claimable_items(today)
    context = {
        "cities": cities_of(card.item.document for card in cards),
        "calls": next_deadlines(now, most=_CALLS),
        "cards": showcase(cards)[:_CARDS],
        "publicity": selectors.current_publicity(today=today),
    }
    return render(request, "home/stranger.html", context)


def _applicant(request: HttpRequest, user: User) -> HttpResponse:
    context: dict[str, Any] = {"greeting": _greeting(user)}
    if not user.is_applicant:
        return render(request, "home/applicant.html", context)
    now = timezone.now()
    version = rows_version(
        *rows_behind(user, at=now),
        Rows(Message, "user_id = %s AND read_at IS NULL", [user.pk]),
        Rows(Recovery, "applicant_id = ANY(%s)", [[m.applicant_id for m in user.active_memberships]]),
    )
    work = kept(
        f"home:{user.pk}:{timezone.localdate(now)}",
        version,
        lambda: _work(user, now),
        is_current=lambda found: balances_of(found.balances) == found.balances,
    )
    context |= {"work": work, "keys": [(form, NEW_KEY) for form in work.forms]}
    if agencies_of(user):
        # What waits for its clients is no part of the version.
        context["clients"], version = totals(user, now=now, on=timezone.localdate(now)), ""
    return render_kept(
        request, "home/applicant.html", version=version and f"{version} {work.drawn}", context=lambda: context
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """What waits for an applicant, drawn; its forms lack the visitor's token and a key, which differ each time."""

    html: SafeString
    forms: list[str]
    balances: Mapping[str, Balance]
    # Another one each time it is drawn: balances are no part of the version of its rows.
    drawn: uuid.UUID = field(default_factory=uuid.uuid4)


def _work(user: User, now: datetime) -> _Work:
    suggestions = suggestions_for(user, at=now)
    context = {
        "today": timezone.localdate(now),
        "overview": selectors.applicant_overview(user),
        "gaps": selectors.profile_gaps(user),
        "unread": selectors.unread_messages(user),
        "suggestions": suggestions,
        "user": user,
    }
    forms = [f"claim-{one.entry.item.code}-{one.applicant.pk}" for one in suggestions.found if one.call]
    return _Work(render_to_string("home/_applicant_work.html", context), forms, suggestions.balances)


def _official(request: HttpRequest, user: User) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate()
    context: dict[str, Any] = {
        "greeting": _greeting(user),
        "today": today,
        "queues": selectors.waiting_for(user),
        "unread": selectors.unread_messages(user),
        "duties": [link for link in menu_for(user) if not link.is_public],
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
