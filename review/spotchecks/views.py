"""Samples of conclusions: the list, a drawing, one sample with its rates and its sheet, and a second look."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, officials
from portal.accounts.persons import same_person
from portal.audit.security import exported_workbook
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from portal.core.spreadsheets import Cell, Column, Kind, Sheet, build_book
from review.decisions.selectors.claim_review import ClaimReview
from review.spotchecks.enums import CaseState
from review.spotchecks.forms import GiveBackForm, JudgeForm, SampleForm
from review.spotchecks.models import DRAWERS, READERS, Case, Sample
from review.spotchecks.selectors import agreements, cases_of, judge_problem, may_end, running_look
from review.spotchecks.services import SamplePlan, draw_sample, give_back, judge_case, take_case

PAGE_SIZE = 50
readers = officials(*READERS)
_CASES = [
    Column("序号", Kind.COUNT, 8),
    Column("申报编号", width=18),
    Column("申报单位", width=30),
    Column("环节", width=12),
    Column("状态", width=10),
    Column("原结论", width=12),
    Column("原金额（元）", Kind.MONEY, 16),
    Column("复核结论", width=12),
    Column("复核金额（元）", Kind.MONEY, 16),
    Column("说明", width=40),
    Column("复核人", width=12),
]
_RATES = [
    Column("办理环节", width=24),
    Column("已复核", Kind.COUNT, 10),
    Column("一致", Kind.COUNT, 10),
    Column("一致率（置信区间）", width=30),
]


@access(readers)
@require_http_methods(["GET", "HEAD", "POST"])
def samples(request: HttpRequest) -> HttpResponse:
    """The samples of one's regions, and the form that draws another."""
    user = user_of(request)
    regions = user.regions_for(*DRAWERS)
    form = SampleForm(request.POST or None, regions=list(regions)) if regions else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = dict(form.cleaned_data)
        with show_refusal(form):
            made = draw_sample(given.pop("region"), SamplePlan(**given), act=act_of(request))
            messages.success(request, f"已从 {made.population} 条意见中抽取 {made.size} 件。")
            return redirect("spotchecks:sample", key=made.key)
    rows = Sample.objects.visible_to(user).filter(inspects=False).select_related("region", "drawn_by")
    page = paginate(rows, after=request.GET.get("after", ""), size=PAGE_SIZE)
    status = 422 if form is not None and form.errors else 200
    return render(request, "spotchecks/samples.html", {"page": page, "form": form}, status=status)


@access(readers)
@require_GET
def sample(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One sample: how it was drawn, how often second looks agree by office, and its conclusions."""
    user = user_of(request)
    found = get_object_or_404(Sample.objects.visible_to(user).select_related("region", "drawn_by"), key=key)
    cases = cases_of(found, user)
    context = {
        "sample": found,
        "cases": cases,
        "rates": agreements(cases, confidence=found.confidence),
        "judged": sum(case.state != CaseState.OPEN for case in cases),
    }
    return render(request, "spotchecks/sample.html", context)


@access(readers)
@require_GET
def sheet(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A sample as a workbook: its cases, of open ones without conclusions, and the rates by office."""
    user = user_of(request)
    found = get_object_or_404(Sample.objects.visible_to(user).select_related("region"), key=key)
    cases = cases_of(found, user)
    note = (
        f"{found}；{found.get_source_display()} {found.population} 条，"
        f"置信水平 {found.confidence}%，误差 {found.margin}%，抽取 {found.size} 件，"
        f"随机种子 {found.seed}（按“种子:意见序号”的 SHA-256 由小到大取）"
    )
    rates: list[list[Cell]] = [
        [one.office, one.judged, one.agreed, one.words] for one in agreements(cases, confidence=found.confidence)
    ]
    book = build_book(
        [Sheet("抽查件", _CASES, [_row(case) for case in cases], note), Sheet("一致率", _RATES, rates, note)]
    )
    return exported_workbook(act_of(request), book, f"复核抽查{found.since:%Y%m%d}.xlsx", rows=len(cases))


def _row(case: Case) -> list[Cell]:
    decision, claim = case.decision, case.decision.claim
    shown = [case.position, claim.number, claim.applicant.name, decision.get_stage_display(), case.get_state_display()]
    if case.state == CaseState.OPEN:
        return [*shown, "", None, "", None, "", ""]
    judge = case.judged_by.name if case.judged_by else ""
    return [
        *shown,
        decision.label,
        decision.amount,
        case.get_conclusion_display(),
        case.amount,
        case.words,
        judge,
    ]


@access(readers)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A drawn claim to take and to conclude on anew, without the first conclusion; then both beside each other."""
    user = user_of(request)
    rows = Case.objects.visible_to(user).select_related(
        "sample", "judged_by", "decision__claim__item", "decision__claim__applicant", "decision__claim__region"
    )
    found = get_object_or_404(rows, key=key)
    look = running_look(found)
    is_mine = look is not None and same_person(user, look.officer_id)
    problem = judge_problem(user, found) if found.state == CaseState.OPEN else ""
    if look is not None and not is_mine:
        problem = problem or f"该抽查件已由{look.officer.name}领取。"
    back_form = GiveBackForm() if look is not None and may_end(user, look) else None
    form = JudgeForm() if is_mine and not problem else None
    sent = request.POST.get("intent")
    if request.method == "POST" and sent == "take":
        with show_refusal(denials=True) as refusal:
            take_case(found, act=act_of(request))
            return redirect("spotchecks:case", key=found.key)
        problem = str(refusal)
    elif request.method == "POST" and sent == "give_back" and back_form is not None:
        back_form = GiveBackForm(request.POST)
        with show_refusal(back_form, denials=True):
            if back_form.is_valid():
                give_back(found, act=act_of(request), **back_form.cleaned_data)
                messages.success(request, "已交回，由其他人员复核。")
                return redirect("spotchecks:sample", key=found.sample.key)
    elif request.method == "POST" and form is not None:
        form = JudgeForm(request.POST)
        if form.is_valid():
            with show_refusal(form):
                done = judge_case(found, act=act_of(request), **form.cleaned_data)
                messages.success(request, f"已登记，结果：{done.get_state_display()}。")
                return redirect("spotchecks:case", key=found.key)
    is_refused = any(each is not None and each.errors for each in (form, back_form))
    context = {
        "case": found,
        "claim": found.decision.claim,
        "form": form,
        "back_form": back_form,
        "look": look,
        "problem": problem,
        "claim_review": ClaimReview(found.decision.claim, user=user),
    }
    return render(request, "spotchecks/case.html", context, status=422 if is_refused else 200)
