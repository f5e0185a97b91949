"""Requests to change a payee: an applicant's own, and those that officers decide."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from applications.payees.models import OFFICERS, PayeeRequest
from applications.payees.selectors import changes_of, requests_for
from applications.payees.services import decide_request, withdraw_request
from portal.access import access, applicants, officials
from portal.accounts.forms import ReasonForm
from portal.core.errors import RefusedError
from portal.core.http import act_of, user_of

officers = officials(*OFFICERS)


@access(officers)
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """The requests of the officer's regions."""
    user = user_of(request)
    context = {"pending": requests_for(user, pending=True), "decided": requests_for(user, pending=False)}
    return render(request, "payees/requests.html", context)


@access(applicants)
@require_GET
def own_requests(request: HttpRequest) -> HttpResponse:
    """The requests of the applicants that the person acts for."""
    own = [m.applicant_id for m in user_of(request).active_memberships]
    found = PayeeRequest.objects.filter(applicant_id__in=own).select_related("applicant", "requested_by")[:50]
    return render(request, "payees/own.html", {"requests": found})


@access(officers | applicants)
@require_http_methods(["GET", "POST"])
def payee_request(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One request; an officer confirms or refuses it, a member takes it back."""
    user = user_of(request)
    related = ("applicant", "requested_by", "decided_by")
    asked = get_object_or_404(PayeeRequest.objects.visible_to(user).select_related(*related), key=key)
    may_decide = PayeeRequest.objects.decidable_by(user).filter(pk=asked.pk).exists()
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        try:
            if request.POST.get("decision") == "withdraw":
                withdraw_request(asked, act=act_of(request))
                messages.success(request, "申请已撤回，资料未变更。")
                return redirect("payees:request", key=key)
            if form.is_valid():
                confirm = request.POST.get("decision") == "confirm"
                decide_request(asked, confirm=confirm, reason=form.cleaned_data["reason"], act=act_of(request))
                messages.success(request, "已确认，变更即时生效。" if confirm else "已办理：不同意变更。")
                return redirect("payees:requests")
        except RefusedError as error:
            messages.error(request, str(error))
    context = {"asked": asked, "changes": changes_of(asked), "may_decide": may_decide, "form": form}
    return render(request, "payees/request.html", context, status=422 if form.errors else 200)
