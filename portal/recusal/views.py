"""Pages on recusals: one's own affiliations and declarations; for supervisors and auditors those of their regions."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.enums import SEPARATE_DUTIES, Role
from portal.core import clock
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from portal.recusal.enums import SUPERVISORS
from portal.recusal.forms import AffiliationForm, LiftForm
from portal.recusal.models import Affiliation, Recusal
from portal.recusal.services import add_affiliation, lift_recusal

PAGE_SIZE = 50


@access(officials(*sorted(SEPARATE_DUTIES), Role.AUDITOR))
@require_http_methods(["GET", "HEAD", "POST"])
def recusals(request: HttpRequest) -> HttpResponse:
    """What one declared and entered, and the recusals that one supervises or audits; enter an affiliation."""
    user = user_of(request)
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form, denials=True):
            add_affiliation(act=act_of(request), **form.cleaned_data)
            return redirect("recusal:list")
    rows = Recusal.objects.visible_to(user).select_related("user", "applicant__region", "lifted_by")
    own = Recusal.objects.filter(user__in=user.account_ids, is_found=False).select_related("applicant")
    context = {
        "form": form,
        "affiliations": Affiliation.objects.filter(user__in=user.account_ids),
        "own": own,
        "page": paginate(rows, after=request.GET.get("after", ""), size=PAGE_SIZE),
        "reads_all": bool(user.roles & {*SUPERVISORS, Role.AUDITOR}),
        "lifts": bool(user.roles & set(SUPERVISORS)),
        "works": bool(user.roles & SEPARATE_DUTIES),
        "today": clock.today(),
    }
    return render(request, "recusal/list.html", context, status=422 if form.errors else 200)


@access(officials(*SUPERVISORS))
@require_POST
def lift(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Lift a recusal as a second person, with a reason."""
    found = get_object_or_404(Recusal.objects.visible_to(user_of(request)), key=key)
    form = LiftForm(request.POST)
    with show_refusal(request, denials=True, success="回避已解除，已记录。"):
        lift_recusal(found, reason=form.cleaned_data["reason"] if form.is_valid() else "", act=act_of(request))
    return redirect("recusal:list")
