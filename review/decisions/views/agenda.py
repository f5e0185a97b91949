"""The agenda of a meeting: what stands for decision against the money, what each would get, and its decision."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications.claims.models import Claim
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.security import exported_workbook
from portal.core.errors import StaleStateError, show_refusal
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number
from portal.core.paging import Page, paginate
from review.decisions.forms.lists import MinutesForm, ScoresForm
from review.decisions.models import ClaimScore
from review.decisions.selectors.agenda import MEETING_READERS, Agenda, agenda_of, agendas_of, scored_calls, with_names
from review.decisions.selectors.agenda_sheet import agenda_sheet
from review.decisions.services.bulk import agenda_job, decide_agenda, start_agenda
from review.decisions.services.long_lists import MOST_AT_ONCE
from review.decisions.services.scores import enter_scores
from review.decisions.views.publicity import tell_outcomes
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures

readers = officials(*MEETING_READERS)
PAGE = 100


@access(readers)
@require_GET
def agendas(request: HttpRequest) -> HttpResponse:
    """All claims before the decision, by call, with their totals against the calls' money and the budgets."""
    found = agendas_of(user_of(request))
    own = user_of(request).regions_for(*MEETING_READERS)
    lines = BudgetLine.objects.filter(region_id__in=own, year=timezone.localdate().year).select_related(
        "region__parent"
    )
    return render(request, "review/agendas.html", {"agendas": found, "figures": line_figures(lines.order_by("pk"))})


@access(readers)
@require_http_methods(["GET", "POST"])
def agenda(request: HttpRequest, key: str) -> HttpResponse:
    """One call's agenda; posted by who decides there, its sums are decided as they were shown."""
    found = _agenda(request, key)
    region_id = found.rows[0].claim.deciding_region_id
    may_decide = region_id in user_of(request).regions_for(Role.DECISION_MAKER)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied("只有该地区的审定人员可以审定。")
    form = MinutesForm(request.POST or None)
    if form.is_valid():
        with show_refusal(form, denials=True):
            if request.POST.get("seen") != found.seen:
                raise StaleStateError("名单或余额在本页打开后有变化，金额已重新计算。请核对后再次确认。")
            if len(found.rows) > MOST_AT_ONCE:
                start_agenda(found, minutes=form.minutes, act=act_of(request))
                return redirect("review:agenda", key=key)
            outcomes = decide_agenda(found, minutes=form.minutes, act=act_of(request))
            tell_outcomes(request, outcomes, done="已审定支持", left="未审定")
            return redirect("review:agendas")
    start = whole_number(request.GET.get("after", "")) or 0
    shown = with_names(found.rows[start : start + PAGE])
    more = str(start + PAGE) if len(found.rows) > start + PAGE else ""
    context = {
        "agenda": found,
        "page": Page(list(enumerate(shown, start=start + 1)), more, str(start) if start else ""),
        "money_ends": found.money_ends,
        "form": form,
        "may_decide": may_decide,
        "job": agenda_job(found, user=user_of(request)),
    }
    return render(request, "review/agenda.html", context, status=422 if form.errors else 200)


@access(readers)
@require_GET
def agenda_export(request: HttpRequest, key: str) -> HttpResponse:
    """The agenda as a workbook for the meeting."""
    found = _agenda(request, key)
    return exported_workbook(
        act_of(request),
        agenda_sheet(found, made_by=user_of(request).name),
        f"审定议程-{timezone.localdate():%Y%m%d}.xlsx",
        rows=len(found.rows),
        filters=str(found.call or "无申报通知"),
        applicants=(row.claim.applicant_id for row in found.rows),
    )


def _agenda(request: HttpRequest, key: str) -> Agenda:
    found = agenda_of(user_of(request), key)
    if found is None:
        raise Http404
    return found


@access(officials(Role.CITY_OFFICER))
@require_http_methods(["GET", "POST"])
def scores(request: HttpRequest) -> HttpResponse:
    """Enter what a panel gave the claims of a call whose money goes by rank."""
    user = user_of(request)
    form = ScoresForm(request.POST or None, user=user, initial={"call": request.GET.get("call")})
    if form.is_valid():
        with show_refusal(form, denials=True):
            given = form.cleaned_data
            count = enter_scores(given["call"], table=given["table"], paper=given["paper"], act=act_of(request))
            messages.success(request, f"已登记 {count} 件的评审得分。")
            return redirect("review:scores")
    seen = ClaimScore.objects.filter(claim__in=Claim.objects.visible_to(user), claim__call__in=scored_calls(user))
    page = paginate(
        seen.select_related("claim__applicant", "claim__call", "entered_by"),
        after=request.GET.get("after", ""),
        size=PAGE,
    )
    context = {"form": form, "page": page, "has_calls": scored_calls(user).exists()}
    return render(request, "review/scores.html", context, status=422 if form.errors else 200)
