"""An organisation's papers: handed in by its members, checked by the district's acceptance officers."""

import uuid

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, applicants, officials, private_persons
from portal.accounts.models import Applicant
from portal.accounts.views.applicants import own_applicant
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, takes_files, user_of
from portal.core.regions import in_trees
from portal.core.wishes import safe_next
from portal.ownership.enums import CHECKERS, CONFIRMERS
from portal.ownership.forms import OpinionForm, PapersForm
from portal.ownership.models import OrganisationPaper
from portal.ownership.selectors import (
    SHOWN_AT_MOST,
    check_page,
    contests_for,
    is_disputed,
    last_check,
    papers_of,
    waiting_organisations,
)
from portal.ownership.services.papers import check_organisation, hand_in_papers
from portal.ownership.vouchers import enabled_vouchers


@takes_files
@access(applicants)
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one's organisation's verification, and hand in its papers."""
    applicant = own_applicant(request, pk)
    sent = request.method == "POST"
    form = PapersForm(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        with show_refusal(form):
            hand_in_papers(applicant, files=form.files_sent, act=act_of(request))
            messages.success(request, "材料已提交，注册地受理人员核验后会通知您。")
            return redirect("ownership:papers", pk=pk)
    context = {
        "applicant": applicant,
        "papers": papers_of(applicant),
        "check": last_check(applicant),
        "disputed": is_disputed(applicant.pk),
        "form": None if applicant.is_verified else form,
        "vouchers": {} if applicant.is_verified else enabled_vouchers(),
    }
    return render(request, "ownership/papers.html", context, status=422 if form.errors else 200)


@access(private_persons | officials(*CONFIRMERS))
@require_GET
def paper(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The bytes of one paper, in place."""
    found = get_object_or_404(OrganisationPaper.objects.visible_to(user_of(request)), key=key)
    return file_response(
        found.path,
        sha256=found.sha256,
        filename=found.filename,
        media_type=found.media_type,
        as_attachment="download" in request.GET,
    )


@access(officials(*CONFIRMERS))
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits in one's districts: papers to be checked, and contests."""
    user = user_of(request)
    context = {
        "organisations": waiting_organisations(user)[: SHOWN_AT_MOST + 1],
        "contests": contests_for(user, open_ones=True)[: SHOWN_AT_MOST + 1],
        "limit": SHOWN_AT_MOST,
        "shown": f":{SHOWN_AT_MOST}",
        "ended": contests_for(user, open_ones=False)[:50],
    }
    return render(request, "ownership/desk.html", context)


@access(officials(*CHECKERS))
@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an organisation with its papers, and conclude on them."""
    here = in_trees("region__code", user_of(request).regions_for(*CHECKERS))
    shown = get_object_or_404(Applicant.objects.filter(here).select_related("region__parent"), pk=pk)
    form = OpinionForm(request.POST or None)
    back = safe_next(request)
    if request.method == "POST" and form.is_valid():
        confirm = request.POST.get("decision") == "confirm"
        data = form.cleaned_data
        with show_refusal(form):
            check_organisation(shown, seen=data["seen"], confirm=confirm, reason=data["reason"], act=act_of(request))
            messages.success(request, f"{shown.name}：{'主体已核验。' if confirm else '材料已驳回，对方会收到意见。'}")
            return redirect(back or reverse("ownership:desk"))
        shown.refresh_from_db()
    context = {**check_page(shown), "form": form, "back": back}
    return render(request, "ownership/organisation.html", context, status=422 if form.errors else 200)
