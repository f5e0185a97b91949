"""What items ask after the approval, and inspections drawn by sample."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.regions import in_trees
from review.followup.forms import InspectionForm, PlanForm
from review.followup.models import READERS, Plan
from review.followup.services.plans import add_plan, draw_inspections, retire_plan
from review.spotchecks.models import DRAWERS, Sample
from review.spotchecks.services import SamplePlan

administrators = officials(Role.POLICY_ADMIN)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """What the items of one's regions ask, and the form for more."""
    user = user_of(request)
    form = PlanForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        labels = given.pop("fields_text").splitlines()
        with show_refusal(form, denials=True):
            add_plan(given.pop("item"), fields=labels, act=act_of(request), **given)
            messages.success(request, "已添加。此后批准的申报到期前会自动提出要求。")
            return redirect("followup:plans")
    areas = in_trees("item__document__region__code", user.regions_for(Role.POLICY_ADMIN))
    rows = Plan.objects.filter(areas, retired_at=None).select_related("item").order_by("item", "months")
    context = {"form": form, "plans": rows}
    return render(request, "followup/plans.html", context, status=422 if form.errors else 200)


@access(administrators)
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask it of no further claim."""
    areas = in_trees("item__document__region__code", user_of(request).regions_for(Role.POLICY_ADMIN))
    plan = get_object_or_404(Plan.objects.filter(areas).select_related("item__document"), pk=pk)
    with show_refusal(request, success="已停用，已提出的要求不变。", denials=True):
        retire_plan(plan, act=act_of(request))
    return redirect("followup:plans")


@access(officials(*READERS))
@require_http_methods(["GET", "HEAD", "POST"])
def inspections(request: HttpRequest) -> HttpResponse:
    """The drawn samples of claims to visit, and the form that draws another."""
    user = user_of(request)
    regions = list(user.regions_for(*DRAWERS))
    form = InspectionForm(request.POST or None, regions=regions) if regions else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = dict(form.cleaned_data)
        where = {name: given.pop(name) for name in ("region", "item", "due_on")}
        with show_refusal(form, denials=True):
            made = draw_inspections(where.pop("region"), SamplePlan(**given), act=act_of(request), **where)
            messages.success(request, f"已从 {made.population} 件中抽取 {made.size} 件，申报单位会收到通知。")
            return redirect(f"{reverse('followup:matters')}?sample={made.key}")
    samples = Sample.objects.visible_to(user).filter(inspects=True).select_related("region", "drawn_by")
    status = 422 if form is not None and form.errors else 200
    return render(request, "followup/inspections.html", {"samples": samples[:50], "form": form}, status=status)
