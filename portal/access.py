"""Who may enter a view. Every view declares one rule; `ClosedByDefaultMiddleware` refuses a view without.

A rule decides about a person, not about an object: objects come through `visible_to(user)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import getclosurevars
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.wishes import remember
from portal.unsent.answers import too_late
from portal.unsent.marks import read_mark
from portal.unsent.reasons import Reason, reason_for

View = Callable[..., HttpResponseBase]

_READING = ("GET", "HEAD")
# Where in the session the page stands that an official wanted when sent to set up a second factor.
AFTER_SECOND_FACTOR = "after_second_factor"


@dataclass(frozen=True)
class Rule:
    """A named predicate over people. Rules compose with `|`."""

    name: str
    allows: Callable[[User | AnonymousUser], bool]
    # Whether registering an organisation lets a person in.
    takes_applicants: bool = False

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.name} | {other.name}",
            lambda user: self.allows(user) or other.allows(user),
            self.takes_applicants or other.takes_applicants,
        )


public = Rule("public", lambda user: True)
signed_in = Rule("signed_in", lambda user: user.is_authenticated)
applicants = Rule("applicants", lambda user: user.is_authenticated and user.is_applicant, takes_applicants=True)
# A person with no appointment: may register an organisation. Officials never apply under their official account.
private_persons = Rule("private_persons", lambda user: user.is_authenticated and not user.is_official)

# Who serves in a city's pool of experts; sees the claims of their own panels.
experts = Rule("experts", lambda user: user.is_authenticated and user.is_expert)


def officials(*roles: Role) -> Rule:
    """Officials who hold one of the roles, in whichever region."""
    wanted = frozenset(roles)
    return Rule(
        f"officials({', '.join(sorted(wanted))})",
        lambda user: user.is_authenticated and bool(wanted & user.roles),
    )


any_official = officials(*Role)


def access(rule: Rule, *, for_newcomers: bool = False) -> Callable[[View], View]:
    """Declare who may enter a view, and keep everyone else out.

    A stranger who wants to read is sent to sign in (to sign up, where the page is `for_newcomers`) and comes back; what
    a stranger sends is refused in words and kept for the person whose page sent it. A person who has no organisation
    yet is sent to register one, and goes on from there; a person without the right gets 403; an official or expert
    without a second factor is sent to set one up.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not rule.allows(request.user):
                if not request.user.is_authenticated:
                    return _send_to_sign_in(request, view, for_newcomers=for_newcomers)
                if rule.takes_applicants and private_persons.allows(request.user) and _is_read(request, view):
                    return remember(redirect("accounts:organisation_new"), request)
                raise PermissionDenied
            if rule is not public and needs_second_factor(request.user):
                if request.method == "GET":
                    request.session[AFTER_SECOND_FACTOR] = request.get_full_path()
                return redirect("mfa_activate_totp")
            return view(request, *args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded

    return decorate


def _send_to_sign_in(request: HttpRequest, view: View, *, for_newcomers: bool) -> HttpResponseBase:
    if _is_read(request, view):
        entrance = reverse("account_signup") if for_newcomers else None
        return remember(redirect_to_login(request.get_full_path(), entrance), request)
    if request.method in _READING and "HX-Request" not in request.headers:
        # An address that only takes what a form sends cannot be opened afterwards.
        return redirect("account_login")
    mark = read_mark(request)
    return too_late(request, reason_for(request, mark) or Reason.STRANGER, mark)


def _is_read(request: HttpRequest, view: View) -> bool:
    """Whether a page is being opened that can be opened again."""
    return request.method in _READING and "HX-Request" not in request.headers and _can_be_read(view)


def _can_be_read(view: View) -> bool:
    """Whether the view takes GET: Django's decorators keep the methods they let through in their closure."""
    layer: View | None = view
    while layer is not None:
        if "GET" not in getclosurevars(layer).nonlocals.get("request_method_list", ("GET",)):
            return False
        layer = getattr(layer, "__wrapped__", None)
    return True


def needs_second_factor(user: User | AnonymousUser) -> bool:
    """True for an official or expert without the second factor that the site asks of who reads others' papers."""
    return (
        settings.OFFICIALS_NEED_SECOND_FACTOR
        and user.is_authenticated
        and user.reads_others_papers
        and not user.standing.has_second_factor
    )
