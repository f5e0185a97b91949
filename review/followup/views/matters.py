"""Matters that follow a decision, for both sides: the list, one matter with its steps and forms, and its files."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import access, applicants, officials
from portal.accounts.areas import covers
from portal.accounts.enums import Role
from portal.core import clock
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, takes_files, typed, user_of
from portal.core.paging import paginate
from review.decisions.views.claim import claim_or_404
from review.followup.enums import Act
from review.followup.forms import ActForm, CreditForm, MatterFilterForm, MatterForm
from review.followup.models import OFFICERS, READERS, CreditRecord, FollowUp, FollowUpFile
from review.followup.permissions import involvement_problem, open_acts, party_of
from review.followup.services.matters import advance, begin_matter
from review.followup.services.plans import enter_credit_record, repair_credit_record
from review.followup.workflow import APPLICANT

PAGE_SIZE = 50
readers = officials(*READERS) | applicants
officers = officials(*OFFICERS)


def _wanted(request: HttpRequest, form: MatterFilterForm) -> QuerySet[FollowUp]:
    asked = form.asked()
    rows = FollowUp.objects.visible_to(user_of(request))
    for name in ("kind", "state"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    today = clock.today()
    if asked.get("late") == "yes":
        rows = rows.late(today)
    elif asked.get("late") == "soon":
        rows = rows.open().filter(due_on__gte=today, due_on__lte=today + timedelta(days=30))
    sample = request.GET.get("sample", "")
    if sample:
        try:
            rows = rows.filter(sample__key=uuid.UUID(sample))
        except ValueError:
            rows = rows.none()
    return rows.select_related("claim__applicant", "claim__item", "region")


@access(readers)
@require_GET
def matters(request: HttpRequest) -> HttpResponse:
    """What is asked of one's bodies, or what an official handles, the newest first."""
    user = user_of(request)
    form = MatterFilterForm(request.GET)
    page = paginate(_wanted(request, form), after=request.GET.get("after", ""), size=PAGE_SIZE)
    context = {"form": form, "page": page, "is_office": user.is_official}
    return render(request, "followup/matters.html", context)


@takes_files
@access(readers)
@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One matter: what is asked, its steps, and what this person may do to it."""
    user = user_of(request)
    rows = FollowUp.objects.visible_to(user).select_related(
        "claim__item", "claim__applicant", "region", "sample", "recovery", "opened_by"
    )
    found = get_object_or_404(rows, key=key)
    forms = [ActForm(found, action) for action in open_acts(user, found)]
    status = 200
    if request.method == "POST":
        status = 422
        sent = request.POST.get("action", "")
        place = next((place for place, form in enumerate(forms) if form.action == sent), None)
        if place is None:
            messages.warning(request, "该事项已由他人办理，或者不由您办理，请查看最新情况。")
        else:
            form = forms[place] = ActForm(found, Act(sent), request.POST)
            if form.is_valid():
                with show_refusal(form, denials=True):
                    step = form.step(request.FILES.getlist("files"))
                    advance(found.pk, form.action, step, act=act_of(request))
                    messages.success(request, f"已办理：{form.action.label}。")
                    return redirect("followup:matter", key=key)
    is_office = party_of(user, found) != APPLICANT
    records = found.credit_records.select_related("entered_by", "repaired_by") if is_office else []
    context = {
        "matter": found,
        "claim": found.claim,
        "forms": forms,
        "events": found.events.prefetch_related("files").order_by("-pk"),
        "is_office": is_office,
        "involved": involvement_problem(user, found) if is_office and found.is_dispute else "",
        "records": records,
        "credit_form": CreditForm() if _may_record(request, found) else None,
    }
    return render(request, "followup/matter.html", context, status=status)


def _may_record(request: HttpRequest, found: FollowUp) -> bool:
    return covers(user_of(request), found.region_id, Role.CITY_OFFICER, Role.DECISION_MAKER)


@access(readers)
@require_GET
def file(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """Hand out a file that came with a step."""
    found = get_object_or_404(FollowUpFile.objects.visible_to(user_of(request)), key=key)
    return file_response(found.path, sha256=found.sha256, filename=found.filename, media_type=found.media_type)


@access(officers)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin a matter on a claim."""
    claim = claim_or_404(request, key)
    form = MatterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form, denials=True):
            made = begin_matter(claim, form.matter, act=act_of(request))
            messages.success(request, "已登记。" if made.is_dispute else "已登记，申报单位会收到通知。")
            return redirect("followup:matter", key=made.key)
    return render(request, "followup/new.html", {"claim": claim, "form": form}, status=422 if form.errors else 200)


@access(officials(Role.CITY_OFFICER, Role.DECISION_MAKER))
@require_POST
def credit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Enter a breach found in a matter."""
    found = get_object_or_404(FollowUp.objects.visible_to(user_of(request)).select_related("claim"), key=key)
    form = CreditForm(request.POST)
    if form.is_valid():
        with show_refusal(request, success="已登记信用记录。", denials=True):
            enter_credit_record(found, act=act_of(request), **form.cleaned_data)
    else:
        messages.error(request, "；".join(f"{form[name].label}：{errors[0]}" for name, errors in form.errors.items()))
    return redirect("followup:matter", key=key)


@access(officials(Role.CITY_OFFICER, Role.DECISION_MAKER))
@require_POST
def repair(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """End a record of credit before its day."""
    rows = CreditRecord.objects.visible_to(user_of(request)).select_related("followup")
    found = get_object_or_404(rows, key=key)
    with show_refusal(request, success="已修复。", denials=True):
        repair_credit_record(found, reason=typed(request, most=300), act=act_of(request))
    return redirect("followup:matter", key=found.followup.key)
