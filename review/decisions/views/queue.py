"""Whose turn it is: queues, the next claim, and the search over everything one sees."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.claims.models import Claim
from applications.claims.views.common import as_uuid
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.filters import choice_of
from portal.core.http import act_of, user_of
from review.assignments.selectors.desks import with_desk
from review.decisions.enums import Stage
from review.decisions.forms.lists import ClaimFilterForm, ClaimSearchForm, MinutesForm
from review.decisions.selectors.queue import (
    COUNT_LIMIT,
    DUTIES,
    WorkQueue,
    blocked_here,
    claims_for,
    marks_here,
    overdue_before,
    page_of,
    queues_of,
)
from review.decisions.services.following import take_following
from review.desk.models import SavedFilter

reviewers = officials(*(Role(role) for role in DUTIES))
# Stages that end with a report of their own on each claim.
ONE_BY_ONE = frozenset({Stage.AUDIT, Stage.PANEL})
credit_checkers = officials(*(Role(role) for role in DUTIES), Role.FINANCE)
readers = officials(*(Role(role) for role in DUTIES), Role.AUDITOR, Role.FINANCE)


def chosen_queue(request: HttpRequest, queues: list[WorkQueue]) -> WorkQueue | None:
    """The work queue named in the address, or the first of this person's."""
    if not queues:
        return None
    wanted = choice_of(request, "desk", {work.key for work in queues}, default=queues[0].key)
    return next(work for work in queues if work.key == wanted)


def list_query(request: HttpRequest) -> str:
    """The queue and the filters that a claim was opened from, as a query; empty where it was opened by itself."""
    names = {"desk", *ClaimFilterForm.base_fields} if request.GET.get("desk") else set()
    kept = {name: value for name, value in request.GET.items() if name in names and value}
    return urlencode(kept)


def claim_address(claim: Claim, query: str) -> str:
    """A claim's page, opened from a list, at its top."""
    return f"{reverse('review:claim', args=[claim.key])}{'?' if query else ''}{query}#claim-title"


@access(reviewers)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The claims of one work queue, those that have waited longest first; opened plainly, by the default filter."""
    saved = list(SavedFilter.objects.filter(user=user_of(request)))
    default = next((each for each in saved if each.is_default), None)
    if default and not request.GET:
        return redirect(f"{reverse('review:queue')}?{default.query}")
    queues = queues_of(user_of(request))
    work = chosen_queue(request, queues)
    form = ClaimFilterForm(request.GET)
    tabs = [
        (each, min(each.claims(user_of(request)).order_by()[: COUNT_LIMIT + 1].count(), COUNT_LIMIT + 1))
        for each in queues
    ]
    context: dict[str, Any] = {"work": work, "tabs": tabs, "form": form, "limit": COUNT_LIMIT, "saved": saved}
    if work is not None:
        asked = form.as_filter()
        here = work.suspended(user_of(request)) if asked.suspended else work.claims(user_of(request))
        page = page_of(with_desk(asked.apply(here)), after=request.GET.get("after", ""), oldest_first=True)
        context |= {
            "page": page,
            "narrowed": any(request.GET.get(name) for name in form.fields),
            "marks": marks_here(page.rows),
            "blocked": blocked_here(user_of(request), page.rows, work.stage),
            "overdue_before": overdue_before(),
            "today": timezone.localdate(),
            "unanswered": work.unanswered(user_of(request)).order_by()[: COUNT_LIMIT + 1].count(),
            "is_one_by_one": work.stage in ONE_BY_ONE,
            "minutes_form": MinutesForm() if work.stage == Stage.FINAL else None,
        }
    return render(request, "review/queue.html", context)


@access(reviewers)
@require_GET
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the claim that has waited longest, of those that this person may conclude and nobody has; or the one beside.

    On from a claim, or back: what one took and leaves is everybody's again.
    """
    work = chosen_queue(request, queues_of(user_of(request)))
    if work is None:
        return redirect("review:queue")
    user, query = user_of(request), list_query(request)
    chosen = ClaimFilterForm(request.GET).as_filter()
    key = as_uuid(request.GET.get("from", ""))
    beside = claims_for(user).filter(key=key).first() if key else None
    back = request.GET.get("way") == "back"
    claim = take_following(work, act=act_of(request), chosen=chosen, beside=beside, back=back)
    if claim is None:
        messages.info(request, "这里没有等待您办理的其他申报了。" if beside else "这里没有等待您办理的申报了。")
        return redirect(f"{reverse('review:queue')}?{query or f'desk={work.key}'}")
    return redirect(claim_address(claim, query or f"desk={work.key}"))


@access(readers)
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """Search all claims that one sees."""
    form = ClaimSearchForm(request.GET, user=user_of(request))
    found = form.as_filter().apply(claims_for(user_of(request)))
    page = page_of(found, after=request.GET.get("after", ""))
    return render(request, "review/claims.html", {"form": form, "page": page, "today": timezone.localdate()})
