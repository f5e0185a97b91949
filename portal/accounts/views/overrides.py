"""Acceptance officers let codes pass that fail their check, or do not."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from portal.access import access, officials
from portal.accounts.enums import ApplicantKind, Role
from portal.accounts.forms import ReasonForm
from portal.accounts.models import OverrideRequest
from portal.accounts.selectors import overrides_for
from portal.accounts.services.applicants import decide_override
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of


@access(officials(Role.ACCEPTANCE))
def overrides(request: HttpRequest) -> HttpResponse:
    """List the requests of one's districts."""
    context = {
        "pending": overrides_for(user_of(request), pending=True),
        "decided": overrides_for(user_of(request), pending=False),
    }
    return render(request, "accounts/overrides.html", context)


@access(officials(Role.ACCEPTANCE))
def override(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one request with what the check says, and decide it."""
    found = OverrideRequest.objects.visible_to(user_of(request))
    asked = get_object_or_404(found.select_related("region__parent", "requested_by", "decided_by"), public_id=public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        approve = request.POST.get("decision") == "approve"
        with show_refusal(request):
            decide_override(asked, approve=approve, reason=form.cleaned_data["reason"], act=act_of(request))
            messages.success(request, "已同意，单位已登记。" if approve else "已办理：不同意，申请人会收到您的意见。")
            return redirect("accounts:overrides")
    context = {"asked": asked, "kind": ApplicantKind(asked.details["kind"]).label, "form": form}
    return render(request, "accounts/override.html", context)
