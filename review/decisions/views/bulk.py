"""Conclude several claims of a queue at once: a dry run first, then the conclusions."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from applications.claims.models import Claim
from portal.access import access
from portal.core.http import act_of, user_of
from portal.core.money import ZERO
from portal.core.numbers import whole_number
from portal.jobs.models import Job
from review.decisions.enums import Stage
from review.decisions.forms.lists import ClaimFilterForm, MinutesForm
from review.decisions.selectors.queue import WorkQueue, queues_of
from review.decisions.services.bulk import (
    BULK_KIND,
    MOST_AT_ONCE,
    conclude_claims,
    rehearse_conclusions,
    start_conclusions,
)
from review.decisions.views.publicity import sum_words, tell_outcomes
from review.decisions.views.queue import chosen_queue, list_query, reviewers

DEEDS = {
    Stage.ACCEPTANCE: "受理",
    Stage.DISTRICT_FIRST: "支持并报送复核",
    Stage.DISTRICT_SECOND: "确认初审意见",
    Stage.CITY: "支持并报送审定",
    Stage.FINAL: "审定支持",
}


def chosen_claims(request: HttpRequest, work: WorkQueue) -> list[Claim]:
    """The ticked claims of the queue, or with `whole` all that its filters leave; the oldest of too many."""
    claims = work.claims(user_of(request))
    if "whole" in request.POST:
        claims = ClaimFilterForm(request.GET).as_filter().apply(claims)
    else:
        keys = [key for text in request.POST.getlist("claim") if (key := whole_number(text)) is not None]
        claims = claims.filter(pk__in=keys[: settings.BULK_MAX_CLAIMS])
    rows = claims.select_related("applicant", "item", "region", "city").order_by("submitted_at", "id")
    found = list(rows[: settings.BULK_MAX_CLAIMS + 1])
    if len(found) > settings.BULK_MAX_CLAIMS:
        messages.info(request, f"一次最多办理 {settings.BULK_MAX_CLAIMS} 件，以下是等待最久的；办完后请再选一次。")
    return found[: settings.BULK_MAX_CLAIMS]


@access(reviewers)
@require_POST
def decide_many(request: HttpRequest) -> HttpResponse:
    """Show what concluding the chosen claims would do; with `intent=decide`, do it."""
    work = chosen_queue(request, queues_of(user_of(request)))
    claims = chosen_claims(request, work) if work and work.stage in DEEDS else []
    if work is None or not claims:
        messages.warning(request, "请先勾选要办理的申报（可能已由他人办理）。")
        return redirect("review:queue")
    stage, act = work.stage, act_of(request)
    form = MinutesForm(request.POST) if stage == Stage.FINAL else None
    context: dict[str, Any] = {"form": form, "claims": claims, "work": work, "deed": DEEDS[stage]}
    if form and not form.is_valid():
        return render(request, "review/bulk.html", context, status=422)
    minutes = form.minutes if form else None
    if request.POST.get("intent") == "decide":
        if len(claims) > MOST_AT_ONCE:
            job = start_conclusions(claims, stage=stage, act=act, minutes=minutes)
            return redirect("review:bulk_progress", pk=job.pk)
        outcomes = conclude_claims(claims, stage=stage, act=act, minutes=minutes)
        tell_outcomes(request, outcomes, done=f"已{DEEDS[stage]}", left="未办理")
        return redirect(f"{reverse('review:queue')}?{list_query(request) or f'desk={work.key}'}")
    outcomes = rehearse_conclusions(claims, stage=stage, act=act, minutes=minutes)
    ready = [outcome for outcome in outcomes if not outcome.problem]
    context |= {
        "outcomes": outcomes,
        "ready": ready,
        "refused": [outcome for outcome in outcomes if outcome.problem],
        "ready_words": sum_words(ready),
        "total": sum((outcome.amount for outcome in ready if outcome.amount is not None), ZERO),
    }
    return render(request, "review/bulk.html", context)


@access(reviewers)
@require_GET
def bulk_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the conclusion of many claims is, for who started it."""
    job = get_object_or_404(Job, pk=pk, kind=BULK_KIND)
    if job.payload.get("user_id") != user_of(request).pk:
        raise Http404("bulk")
    title = f"批量{Stage(job.payload['stage']).label}"
    return render(request, "review/bulk_progress.html", {"job": job, "title": title})
