"""Districts' rates: the public list, and the policy administrators' work."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from policies.rates import selectors
from policies.rates.forms import RateForm
from policies.rates.models import DistrictRate
from policies.rates.services import confirm_rate, propose_rate, refuse_rate
from portal.access import access, officials, public
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.core.errors import show_refusal
from portal.core.http import act_of, typed, user_of
from portal.core.regions import in_trees

administrators = officials(Role.POLICY_ADMIN)


@access(public)
@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """List what districts give where the documents leave it to them."""
    context = {"rates": selectors.public_rates(), "items": selectors.rateable_items()}
    return render(request, "rates/list.html", context)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest) -> HttpResponse:
    """List the rates of one's cities, and enter another."""
    user = user_of(request)
    regions = Region.objects.filter(in_trees("code", user.regions_for(Role.POLICY_ADMIN))).order_by("code")
    data = request.POST if request.method == "POST" else None
    form = RateForm(data, items=selectors.rateable_items(), regions=regions)
    if form.is_valid():
        with show_refusal(form):
            propose_rate(form.plan(), key=form.cleaned_data["key"], act=act_of(request))
            messages.success(request, "已登记，待另一位政策管理人员确认后生效。")
            return redirect("rates:work")
    context = {"form": form, "rates": selectors.worked_rates(user), "accounts": user.account_ids}
    return render(request, "rates/work.html", context, status=200 if data is None else 422)


@access(administrators)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Confirm an entered rate as a second person, or do not take it."""
    rate = get_object_or_404(DistrictRate.objects.workable_by(user_of(request)), key=key)
    with show_refusal(request):
        if request.POST.get("decision") == "confirm":
            confirm_rate(rate.pk, act=act_of(request))
            messages.success(request, "已确认，按适用日期生效。")
        else:
            refuse_rate(rate.pk, reason=typed(request, most=300), act=act_of(request))
            messages.success(request, "已记为不采纳。")
    return redirect("rates:work")
