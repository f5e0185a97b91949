"""Whose turn it is: desks, the next claim, and the search over everything one sees."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.filters import choice_of
from portal.core.http import user_of
from review.decisions.enums import Stage
from review.decisions.forms.lists import ClaimFilterForm, ClaimSearchForm, MinutesForm
from review.decisions.selectors.queue import (
    COUNT_LIMIT,
    DUTIES,
    Desk,
    blocked_here,
    claims_for,
    desks_of,
    next_claim,
    overdue_before,
    page_of,
)

reviewers = officials(*(Role(role) for role in DUTIES))
readers = officials(*(Role(role) for role in DUTIES), Role.AUDITOR, Role.FINANCE)


def chosen_desk(request: HttpRequest) -> Desk | None:
    """The desk named in the address, or the first of this person's."""
    desks = desks_of(user_of(request))
    if not desks:
        return None
    wanted = choice_of(request, "desk", {desk.key for desk in desks}, default=desks[0].key)
    return next(desk for desk in desks if desk.key == wanted)


@access(reviewers)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The claims on one desk, those that have waited longest first."""
    desk = chosen_desk(request)
    form = ClaimFilterForm(request.GET)
    tabs = [
        (each, min(each.claims(user_of(request)).order_by()[: COUNT_LIMIT + 1].count(), COUNT_LIMIT + 1))
        for each in desks_of(user_of(request))
    ]
    context: dict[str, Any] = {"desk": desk, "tabs": tabs, "form": form, "limit": COUNT_LIMIT}
    if desk is not None:
        claims = form.as_filter().apply(desk.claims(user_of(request)))
        page = page_of(claims, after=request.GET.get("after", ""), oldest_first=True)
        context |= {
            "page": page,
            "narrowed": any(request.GET.get(name) for name in form.fields),
            "blocked": blocked_here(user_of(request), page.rows, desk.stage),
            "overdue_before": overdue_before(),
            "minutes_form": MinutesForm() if desk.stage == Stage.FINAL else None,
        }
    return render(request, "review/queue.html", context)


@access(reviewers)
@require_GET
def take_next(request: HttpRequest) -> HttpResponse:
    """Go to the claim that has waited longest and that this person may conclude."""
    desk = chosen_desk(request)
    claim = next_claim(user_of(request), desk) if desk else None
    if claim is None:
        messages.info(request, "这里没有等待您办理的申报了。")
        return redirect(f"{reverse('review:queue')}?desk={desk.key}" if desk else "review:queue")
    return redirect("review:claim", key=claim.key)


@access(readers)
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """Search all claims that one sees."""
    form = ClaimSearchForm(request.GET, user=user_of(request))
    found = form.as_filter().apply(claims_for(user_of(request)))
    page = page_of(found, after=request.GET.get("after", ""))
    return render(request, "review/claims.html", {"form": form, "page": page, "overdue_before": overdue_before()})
