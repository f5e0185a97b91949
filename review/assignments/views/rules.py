"""The rules of assignment of an administrator's regions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import access, officials
from portal.accounts.enums import DISTRICT_ROLES, ROLE_LEVELS, Role
from portal.accounts.selectors import managed_regions
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from review.assignments.forms import RuleForm
from review.assignments.models import Rule
from review.assignments.selectors.load import STAGE_OF_ROLE
from review.assignments.services.rules import officers_at, write_rule

administrators = officials(Role.SYSTEM_ADMIN)


@access(administrators)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every stage of the administrator's regions with its rules."""
    regions = list(managed_regions(user_of(request)))
    found: dict[tuple[str, str], list[Rule]] = {}
    for one in Rule.objects.filter(region__in=regions).select_related("item").prefetch_related("members__officer"):
        found.setdefault((one.region_id, one.status), []).append(one)
    places = [
        (region, stage, Role(role), found.get((region.pk, stage), []))
        for region in regions
        for role, stage in STAGE_OF_ROLE.items()
        if region.level in ROLE_LEVELS[role] and (role not in DISTRICT_ROLES or region.parent_id)
    ]
    return render(request, "assignments/rules.html", {"places": places})


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, region: str, status: str) -> HttpResponse:
    """Write the rule of a stage, for one item or for all."""
    where = get_object_or_404(managed_regions(user_of(request)), pk=region)
    if status not in STAGE_OF_ROLE.values():
        raise Http404("status")
    officers = officers_at(where, status)
    standing = Rule.objects.filter(region=where, status=status).prefetch_related("members")
    edited = next((one for one in standing if str(one.item_id or "") == request.GET.get("item", "")), None)
    initial = {"way": edited.way, "item": edited.item_id, "is_active": edited.is_active} if edited else {}
    initial |= {f"weight_{one.officer_id}": one.weight for one in edited.members.all()} if edited else {}
    form = RuleForm(request.POST or None, officers=officers, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with show_refusal(form, denials=True):
            write_rule(
                where,
                status=status,
                item=data["item"],
                way=data["way"],
                weights=form.weights,
                is_active=data["is_active"],
                act=act_of(request),
            )
            messages.success(request, "分派规则已保存，用于此后到达的申报。")
            return redirect("assignments:rules")
    stage = next(stage for stage in STAGE_OF_ROLE.values() if stage == status)
    context = {"region": where, "stage": stage, "form": form, "officers": officers}
    return render(request, "assignments/rule.html", context, status=422 if form.errors else 200)
