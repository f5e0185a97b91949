"""Decide several claims in one meeting: a dry run first, then the decision."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from applications.claims.models import Claim
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.http import act_of, user_of
from portal.core.money import ZERO
from review.decisions.enums import Stage
from review.decisions.forms.lists import MinutesForm
from review.decisions.selectors.queue import queues_of
from review.decisions.services.bulk import decide_claims, rehearse_decisions
from review.decisions.views.publicity import sum_words

MOST_AT_ONCE = 200


def chosen_claims(request: HttpRequest) -> list[Claim]:
    """The ticked claims that are in this person's queue of final decisions."""
    keys = request.POST.getlist("claim")[:MOST_AT_ONCE]
    queues = [work for work in queues_of(user_of(request)) if work.stage == Stage.FINAL]
    return [
        claim
        for work in queues
        for claim in work.claims(user_of(request))
        .filter(pk__in=[key for key in keys if key.isdecimal()])
        .select_related("applicant", "item", "region", "city")
        .order_by("submitted_at", "id")
    ]


@access(officials(Role.DECISION_MAKER))
@require_POST
def decide_many(request: HttpRequest) -> HttpResponse:
    """Show what deciding the ticked claims would do; with `intent=decide`, do it."""
    claims = chosen_claims(request)
    if not claims:
        messages.warning(request, "请先勾选要审定的申报（可能已由他人办理）。")
        return redirect("review:queue")
    form = MinutesForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "claims": claims}
        return render(request, "review/bulk.html", context, status=422)
    act = act_of(request)
    if request.POST.get("intent") == "decide":
        outcomes = decide_claims(claims, minutes=form.minutes, act=act)
        done = [outcome for outcome in outcomes if not outcome.problem]
        messages.success(request, f"已审定支持 {sum_words(done)}。")
        for outcome in outcomes:
            if outcome.problem:
                messages.warning(request, f"{outcome.claim.number} 未审定：{outcome.problem}")
        return redirect("review:queue")
    outcomes = rehearse_decisions(claims, minutes=form.minutes, act=act)
    ready = [outcome for outcome in outcomes if not outcome.problem]
    context = {
        "form": form,
        "claims": claims,
        "outcomes": outcomes,
        "ready": ready,
        "refused": [outcome for outcome in outcomes if outcome.problem],
        "ready_words": sum_words(ready),
        "total": sum((outcome.amount for outcome in ready if outcome.amount is not None), ZERO),
    }
    return render(request, "review/bulk.html", context)
