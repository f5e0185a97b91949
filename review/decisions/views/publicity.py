"""Publicity: the public's pages, and the officers' work on lists and objections."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.claims.enums import Action
from applications.claims.permissions import party_for
from portal.access import Rule, access, officials, public
from portal.accounts.enums import Role
from portal.core import clock
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.money import ZERO, format_yuan
from portal.core.numbers import whole_number
from portal.core.paging import paginate_fixed
from portal.core.spreadsheets import workbook_response
from portal.jobs.kinds import kind_label
from review.decisions.forms.lists import ObjectionConclusionForm, ObjectionForm, PublicityForm, WithdrawForm
from review.decisions.models import PUBLICITY_ROLES, PUBLISH_KIND, Objection, PublicityEntry, PublicityList
from review.decisions.permissions import approver_in, publishing_regions
from review.decisions.selectors.publicity import (
    ENTRIES_PER_PAGE,
    awaiting_claims,
    entries_for_work,
    lists_for_work,
    public_lists,
    publicity_sheet,
    publishing_region,
    totals_of,
    with_departures,
)
from review.decisions.services.locking import involvement
from review.decisions.services.long_lists import (
    MOST_AT_ONCE,
    running_job,
    start_approval,
    start_publication,
    start_withdrawal,
)
from review.decisions.services.objections import (
    dismiss_objection,
    enter_objection,
    redecide_objection,
    uphold_objection,
)
from review.decisions.services.publicity import (
    Outcome,
    approvable,
    approve_list,
    last_day,
    publish_claims,
    withdraw_list,
)
from review.notices.qrcode import qr_data_uri

publishers = Rule("publishers", lambda user: user.is_authenticated and bool(publishing_regions(user)))
approvers = officials(Role.DECISION_MAKER, Role.DISTRICT_SECOND)
publicity_people = officials(*PUBLICITY_ROLES)
# A sheet that everybody may ask for is made once in this time.
_SHEET_SECONDS = 60


@access(public)
@require_GET
def publicity_public(request: HttpRequest) -> HttpResponse:
    """All lists that are or were published; for everybody."""
    return render(request, "review/publicity_public.html", {"lists": public_lists()})


@access(public)
@require_GET
def publicity_detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One published list; for everybody, and for the printer."""
    lists = PublicityList.objects.complete().select_related("region", "replaces", "replaced_by")
    publicity = get_object_or_404(lists, key=key)
    totals = totals_of(publicity)
    # Who prints wants the whole list.
    size = totals.count if "all" in request.GET else ENTRIES_PER_PAGE
    page, start = paginate_fixed(
        with_departures(publicity.entries.all()), after=request.GET.get("after", ""), size=size
    )
    runs = publicity.starts_on <= clock.today() <= publicity.ends_on and not publicity.withdrawn_reason
    address = settings.PUBLIC_URL + reverse("review:publicity_detail", args=[publicity.key])
    context = {
        "publicity": publicity,
        "page": page,
        "start": start,
        "totals": totals,
        "takes_objections": runs,
        "code": qr_data_uri(address),
    }
    return render(request, "review/publicity_detail.html", context)


@access(publicity_people)
@require_GET
def publicity(request: HttpRequest) -> HttpResponse:
    """The officers' overview: what waits to be published, what runs, what has ended."""
    waiting = awaiting_claims(user_of(request)).count()
    context = {
        "lists": lists_for_work(user_of(request)),
        "waiting": waiting,
        "waiting_words": f"有 {waiting} 件审定通过的申报等待公示",
        "may_publish": bool(publishing_regions(user_of(request))),
    }
    return render(request, "review/publicity.html", context)


@access(publishers)
@require_http_methods(["GET", "POST"])
def publicity_new(request: HttpRequest) -> HttpResponse:
    """Choose decided claims, set the period, publish."""
    region = publishing_region(user_of(request))
    claims = [claim for claim in awaiting_claims(user_of(request)) if claim.deciding_region_id == region.pk]
    chosen = {whole_number(pk) for pk in request.POST.getlist("claim")}
    if request.method == "GET":
        chosen = {claim.pk for claim in claims}
    form = PublicityForm(request.POST or None, region=region)
    ends_on, error = None, ""
    if form.is_valid():
        with show_refusal(denials=True) as refusal:
            ends_on = last_day(form.plan.starts_on, workdays=form.plan.workdays)
            if request.POST.get("intent") == "publish":
                ids = [claim.pk for claim in claims if claim.pk in chosen]
                if len(ids) > MOST_AT_ONCE:
                    made = start_publication(region, claim_ids=ids, plan=form.plan, act=act_of(request))
                else:
                    made = publish_claims(region, claim_ids=ids, plan=form.plan, act=act_of(request))
                    messages.success(request, f"已发起公示，共 {len(ids)} 件，至 {made.ends_on:%Y-%m-%d} 结束。")
                return redirect("review:publicity_work", key=made.key)
        error = str(refusal)
    context = {
        "form": form,
        "claims": claims,
        "chosen": chosen,
        "ends_on": ends_on,
        "error": error,
        "total": sum((claim.approved_amount or ZERO for claim in claims if claim.pk in chosen), ZERO),
    }
    return render(request, "review/publicity_new.html", context, status=422 if error or form.errors else 200)


def worked_list(request: HttpRequest, key: uuid.UUID) -> PublicityList:
    """A list of this person's own city."""
    return get_object_or_404(PublicityList.objects.workable_by(user_of(request)).select_related("region"), key=key)


@access(publishers)
@require_POST
def publicity_withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a list down, with a reason that the public reads."""
    found = worked_list(request, key)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        with show_refusal(form, denials=True):
            withdraw = withdraw_list if found.entries.count() <= MOST_AT_ONCE else start_withdrawal
            withdraw(found, act=act_of(request), **form.cleaned_data)
            messages.success(request, "公示已撤下，已通知申报单位。")
            return redirect("review:publicity_work", key=key)
    return _work_page(request, found, form)


@access(publicity_people)
@require_GET
def publicity_work(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One list with the state of each claim on it, its objections, and the approval at the end."""
    return _work_page(request, worked_list(request, key), WithdrawForm())


def _work_page(request: HttpRequest, found: PublicityList, form: WithdrawForm) -> HttpResponse:
    ready, job = approvable(found), running_job(found)
    context = {
        "publicity": found,
        "page": paginate_fixed(
            entries_for_work(found, user=user_of(request)), after=request.GET.get("after", ""), size=ENTRIES_PER_PAGE
        )[0],
        "ready": ready,
        "job": job,
        "is_filling": job is not None and job.kind == PUBLISH_KIND,
        "job_title": f"{kind_label(job.kind)}正在办理" if job else "",
        "total": sum((claim.approved_amount or ZERO for claim in ready), ZERO),
        "is_over": timezone.localdate() > found.ends_on,
        "withdraw_form": form,
        "may_object": found.region_id in publishing_regions(user_of(request)),
        "may_approve": found.region_id in user_of(request).regions_for(approver_in(found.region)),
    }
    return render(request, "review/publicity_work.html", context, status=422 if form.errors else 200)


@access(approvers)
@require_POST
def publicity_approve(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Approve everything on the list that nobody's objection holds back."""
    found = worked_list(request, key)
    with show_refusal(request):
        if len(approvable(found)) > MOST_AT_ONCE:
            start_approval(found, act=act_of(request))
            return redirect("review:publicity_work", key=key)
        outcomes = approve_list(found, act=act_of(request))
        tell_outcomes(request, outcomes, done="已批准", left="未批准", after="；通知书正在后台制作。")
    return redirect("review:publicity_work", key=key)


def tell_outcomes(request: HttpRequest, outcomes: list[Outcome], *, done: str, left: str, after: str = "。") -> None:
    """Say how many claims were carried through, where any were, and of each other why not."""
    through = [outcome for outcome in outcomes if not outcome.problem]
    if through:
        messages.success(request, f"{done} {sum_words(through)}{after}")
    for outcome in outcomes:
        if outcome.problem:
            messages.warning(request, f"{outcome.claim.number} {left}：{outcome.problem}")


def sum_words(outcomes: list[Outcome]) -> str:
    """How many claims were carried through and for how much: `3 件，其中认定 1 件，资助合计 5,000.00 元`."""
    titles = sum(1 for outcome in outcomes if outcome.amount is None)
    total = sum((outcome.amount for outcome in outcomes if outcome.amount is not None), ZERO)
    words = [f"{len(outcomes)} 件"]
    if titles:
        words.append(f"其中认定 {titles} 件（不涉及资金）")
    if titles < len(outcomes) or not outcomes:
        words.append(f"合计 {format_yuan(total)} 元")
    return "，".join(words)


@access(public)
@require_GET
def publicity_export(_request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The list as a sheet, for everybody: it holds what the page shows, so that nobody's copy is on record."""
    found = get_object_or_404(PublicityList.objects.complete(), key=key)
    name = f"review:publicity-sheet:{found.pk}"
    content = cache.get(name)
    if content is None:
        content = publicity_sheet(found)
        cache.set(name, content, _SHEET_SECONDS)
    return workbook_response(content, f"公示名单-{found.starts_on:%Y%m%d}.xlsx")


@access(publishers)
@require_http_methods(["GET", "POST"])
def objection_new(request: HttpRequest, key: uuid.UUID, entry: int) -> HttpResponse:
    """Record a signed objection to one entry of a list."""
    found = worked_list(request, key)
    target = get_object_or_404(PublicityEntry.objects.select_related("claim", "publicity"), publicity=found, pk=entry)
    form = ObjectionForm(request.POST or None)
    if form.is_valid():
        with show_refusal(form, denials=True):
            made = enter_objection(
                target,
                objector=form.who,
                text=form.cleaned_data["text"],
                received_on=form.cleaned_data["received_on"],
                act=act_of(request),
            )
            messages.success(request, f"异议已登记，该申报暂停公示程序，请在 {made.due_on:%Y-%m-%d} 前核实。")
            return redirect("review:objection", pk=made.pk)
    context = {"publicity": found, "entry": target, "form": form}
    return render(request, "review/objection_new.html", context, status=422 if form.errors else 200)


_OBJECTION_ENDS = {
    "uphold": (uphold_objection, "已认定异议成立，申报不予支持。"),
    "redecide": (redecide_objection, "已认定异议部分成立，申报退回重新审定。"),
    "dismiss": (dismiss_objection, "已认定异议不成立，恢复公示程序。"),
}


@access(publicity_people)
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection, and the conclusion of its verification."""
    related = ("entry__publicity", "entry__claim__applicant", "entry__claim__item", "entered_by", "decided_by")
    found = get_object_or_404(Objection.objects.visible_to(user_of(request)).select_related(*related), pk=pk)
    form = ObjectionConclusionForm(request.POST or None)
    if form.is_valid():
        decide, done = _OBJECTION_ENDS.get(request.POST.get("intent", ""), _OBJECTION_ENDS["dismiss"])
        with show_refusal(form, denials=True):
            decide(found.pk, conclusion=form.cleaned_data["conclusion"], act=act_of(request))
            messages.success(request, done)
            return redirect("review:publicity_work", key=found.entry.publicity.key)
    claim = found.entry.claim
    context = {
        "objection": found,
        "form": form,
        "may_decide": party_for(user_of(request), claim, Action.DISMISS_OBJECTION) is not None,
        "obstacle": involvement(user_of(request), claim),
    }
    return render(request, "review/objection.html", context, status=422 if form.errors else 200)
