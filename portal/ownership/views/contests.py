"""Contests for an organisation: filed, answered, decided."""

import uuid
from typing import Any

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, officials, private_persons
from portal.accounts.areas import covers
from portal.core.errors import RefusedError, show_refusal
from portal.core.http import act_of, takes_files, user_of
from portal.ownership.enums import CHECKERS, CONFIRMERS, ContestAction, ContestState
from portal.ownership.forms import AnswerForm, ContestForm, OpinionForm, ProposalForm
from portal.ownership.models import Contest
from portal.ownership.selectors import own_contests
from portal.ownership.services.contests import (
    answer_contest,
    confirm_result,
    file_contest,
    propose_result,
    return_proposal,
    withdraw_contest,
)


@takes_files
@access(private_persons)
@rate_limit(action="register_applicant")
@require_http_methods(["GET", "POST"])
def contest_new(request: HttpRequest) -> HttpResponse:
    """File a contest."""
    form = ContestForm(request.POST or None, request.FILES or None, initial={"uscc": request.GET.get("uscc", "")[:24]})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with show_refusal(form):
            made = file_contest(uscc=data["uscc"], reason=data["reason"], files=form.files_sent, act=act_of(request))
            messages.success(request, "异议已提交，现负责人答复后由主管部门处理，结果会通知您。")
            return redirect("ownership:contest", key=made.key)
    return render(request, "ownership/contest_new.html", {"form": form}, status=422 if form.errors else 200)


@access(private_persons)
@require_GET
def contests(request: HttpRequest) -> HttpResponse:
    """The contests that one filed, or has to answer."""
    return render(request, "ownership/contests.html", {"contests": own_contests(user_of(request))[:50]})


@takes_files
@access(private_persons | officials(*CONFIRMERS))
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One contest; each side and each officer does what is theirs to do."""
    user = user_of(request)
    related = ("applicant__region__parent", "filed_by", "holder", "proposed_by", "decided_by")
    shown = get_object_or_404(Contest.objects.visible_to(user).select_related(*related), key=key)
    forms = _forms(request)
    action = request.POST.get("action", "")
    if request.method == "POST":
        form = forms.get(action)
        if form is None or form.is_valid():
            with show_refusal(form or request, denials=True):
                messages.success(request, _carry_out(request, shown, action, form))
                return redirect("ownership:contest", key=key)
        shown.refresh_from_db()
    papers = list(shown.papers.visible_to(user).select_related("uploaded_by"))
    context = {
        "contest": shown,
        "is_officer": covers(user, shown.region_code, *CONFIRMERS),
        "filed_papers": [paper for paper in papers if paper.uploaded_by_id == shown.filed_by_id],
        "holder_papers": [paper for paper in papers if paper.uploaded_by_id == shown.holder_id],
        "may": {str(one): True for one in _may(user, shown)},
        "forms": forms,
    }
    failed = any(form.is_bound and form.errors for form in forms.values())
    return render(request, "ownership/contest.html", context, status=422 if failed else 200)


def _may(user: Any, shown: Contest) -> list[ContestAction]:
    """What this person may do with the contest as it stands; the services ask again."""
    may: list[ContestAction] = []
    if shown.state in (ContestState.FILED, ContestState.ANSWERED):
        may += [ContestAction.ANSWER] if user.pk == shown.holder_id else []
        may += [ContestAction.WITHDRAW] if user.pk == shown.filed_by_id else []
        may += [ContestAction.PROPOSE] if covers(user, shown.region_code, *CHECKERS) else []
    if shown.state == ContestState.PROPOSED and covers(user, shown.region_code, *CONFIRMERS):
        may += [ContestAction.CONFIRM, ContestAction.RETURN]
    return may


def _forms(request: HttpRequest) -> dict[str, Any]:
    """The forms by the action that their button sends, that one filled in which was sent."""
    kinds = {ContestAction.ANSWER: AnswerForm, ContestAction.PROPOSE: ProposalForm, ContestAction.RETURN: OpinionForm}
    sent = request.POST.get("action", "")
    return {
        str(action): kind(request.POST if sent == action else None, request.FILES if sent == action else None)
        for action, kind in kinds.items()
    }


def _carry_out(request: HttpRequest, shown: Contest, action: str, form: Any) -> str:
    act, data = act_of(request), form.cleaned_data if form else {}
    match action:
        case ContestAction.ANSWER:
            answer_contest(shown, text=data["text"], files=form.files_sent, act=act)
            return "答复已提交。"
        case ContestAction.WITHDRAW:
            withdraw_contest(shown, act=act)
            return "异议已撤回。"
        case ContestAction.PROPOSE:
            propose_result(shown, result=data["result"], opinion=data["opinion"], act=act)
            return "处理意见已提交，由另一名人员复核。"
        case ContestAction.RETURN:
            return_proposal(shown, reason=data["reason"], act=act)
            return "处理意见已退回。"
        case ContestAction.CONFIRM:
            confirm_result(shown, act=act)
            return "已确认，结果即时生效，双方会收到通知。"
    raise RefusedError("请重新选择要办理的操作。")
