"""What one's organisations may get: the list, one filled claim to confirm, and the draft to complete."""

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.forms.entry import shown_facts
from applications.claims.selectors.problems import group_problems
from applications.claims.services.submission import ClaimIncompleteError
from applications.entitled.models import Entitlement
from applications.entitled.selectors import own_entitlements
from applications.entitled.services.confirming import Offer, begin_draft, confirm, offer_of
from policies.calls.enums import Phase
from policies.facts.values import facts_of
from policies.published.wording import as_shown
from portal.access import access, applicants
from portal.core.errors import show_refusal
from portal.core.http import act_of, arrived_at, user_of


@access(applicants)
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """What the person's organisations may confirm, complete, or have just missed."""
    rows = own_entitlements(user_of(request), at=timezone.now())
    return render(request, "entitled/offers.html", {"rows": rows})


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the filled claim; posting it with the commitment submits it. Pressed twice, it is submitted once."""
    found = _own(request, key)
    if request.method != "POST":
        return _page(request, found)
    act = replace(act_of(request), at=arrived_at(request))
    problems: list[Any] = []
    with show_refusal(request) as refusal:
        try:
            done = confirm(
                found, act=act, seen=request.POST.get("seen", ""), commitment=request.POST.get("commitment") == "on"
            )
        except ClaimIncompleteError as error:
            problems = group_problems(error.problems)
        else:
            if done is not None:
                messages.success(request, f"申报已提交，编号 {done.claim.number}，由{done.claim.holder}办理。")
            found.refresh_from_db()
    if refusal or problems:
        return _page(request, found, problems=problems, status=409 if refusal else 422)
    assert found.claim is not None  # noqa: S101 - confirmed now or before
    return redirect("applications:claim", found.claim.key)


@access(applicants)
@require_POST
def draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin the draft, filled in with what is held, to be changed or completed."""
    found = _own(request, key)
    with show_refusal(request):
        claim = begin_draft(found, act=act_of(request))
        return redirect("applications:edit", claim.key)
    return redirect("entitled:offer", found.key)


def _own(request: HttpRequest, key: uuid.UUID) -> Entitlement:
    """An entitlement of one of the person's own organisations; 404 for any other."""
    user = user_of(request)
    own = [membership.applicant_id for membership in user.active_memberships]
    rows = Entitlement.objects.visible_to(user).filter(applicant_id__in=own)
    related = ("applicant__region__parent", "item__document__region", "call", "claim")
    return get_object_or_404(rows.select_related(*related), key=key)


def _page(
    request: HttpRequest, found: Entitlement, *, problems: list[Any] | None = None, status: int = 200
) -> HttpResponse:
    if found.claim is not None:
        return redirect("applications:claim", found.claim.key)
    act = act_of(request)
    is_open = found.call.phase_at(act.at) == Phase.OPEN
    offered = offer_of(found, act=act) if is_open else Offer(found, None)
    suggestion = offered.finding.suggestion if offered.finding else None
    lines = []
    if suggestion is not None:
        facts = facts_of(suggestion.rules)
        for number, holding in enumerate(suggestion.holdings, start=1):
            lines.append(
                {"number": number, "facts": shown_facts(facts, holding.facts), "is_attested": holding.is_attested}
            )
    context = {
        "entitlement": found,
        "applicant": found.applicant,
        "call": found.call,
        "is_open": is_open,
        "finding": offered.finding,
        "digest": offered.digest,
        "lines": lines,
        "answer": as_shown(suggestion.answer.as_dict(), suggestion.rules) if suggestion else None,
        "problems": problems or [],
    }
    return render(request, "entitled/offer.html", context, status=status)
