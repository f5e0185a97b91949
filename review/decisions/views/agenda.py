"""The agenda of a meeting: what stands for decision against the money, what each would get, and its decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.security import exported_workbook
from portal.core.errors import StaleStateError, show_refusal
from portal.core.http import act_of, user_of
from review.decisions.forms.lists import MinutesForm
from review.decisions.selectors.agenda import Agenda, agendas_of
from review.decisions.selectors.agenda_sheet import agenda_sheet
from review.decisions.services.bulk import decide_agenda
from review.decisions.views.publicity import sum_words
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures

deciders = officials(Role.DECISION_MAKER)


@access(deciders)
@require_GET
def agendas(request: HttpRequest) -> HttpResponse:
    """All claims before this person's decision, by call, with their totals against the calls' money and the budgets."""
    found = agendas_of(user_of(request))
    own = user_of(request).regions_for(Role.DECISION_MAKER)
    lines = BudgetLine.objects.filter(region_id__in=own, year=timezone.localdate().year).select_related(
        "region__parent"
    )
    return render(request, "review/agendas.html", {"agendas": found, "figures": line_figures(lines.order_by("pk"))})


@access(deciders)
@require_http_methods(["GET", "POST"])
def agenda(request: HttpRequest, key: str) -> HttpResponse:
    """One call's agenda; posted, its sums are decided as they were shown."""
    found = _agenda(request, key)
    form = MinutesForm(request.POST or None)
    if form.is_valid():
        with show_refusal(form, denials=True):
            if request.POST.get("seen") != found.seen:
                raise StaleStateError("名单或余额在本页打开后有变化，金额已重新计算。请核对后再次确认。")
            outcomes = decide_agenda(found, minutes=form.minutes, act=act_of(request))
            done = [outcome for outcome in outcomes if not outcome.problem]
            messages.success(request, f"已审定支持 {sum_words(done)}。")
            for outcome in outcomes:
                if outcome.problem:
                    messages.warning(request, f"{outcome.claim.number} 未审定：{outcome.problem}")
            return redirect("review:agendas")
    context = {"agenda": found, "form": form}
    return render(request, "review/agenda.html", context, status=422 if form.errors else 200)


@access(deciders)
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
    for found in agendas_of(user_of(request)):
        if found.key == key:
            return found
    raise Http404
