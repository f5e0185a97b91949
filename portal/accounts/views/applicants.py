"""Register, show and change the bodies one acts for."""

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from portal.access import access, applicants, private_persons
from portal.accounts.applicant_forms import IndividualForm, OrganisationForm, details_form
from portal.accounts.models import Applicant
from portal.accounts.selectors import own_overrides, owner_of
from portal.accounts.services.applicants import (
    RegisteredError,
    register_individual,
    register_organisation,
    request_override,
    update_applicant,
)
from portal.audit.selectors import readings_of
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.wishes import go_on, safe_next, wanted


def own_applicant(request: HttpRequest, pk: int) -> Applicant:
    """The applicant, where the person acts for it; 404 otherwise."""
    return get_object_or_404(
        Applicant.objects.visible_to(user_of(request)).select_related("region__parent", "tax_region__parent"), pk=pk
    )


def owns(request: HttpRequest, applicant: Applicant) -> bool:
    """Whether the person is the applicant's owner."""
    return any(m.applicant_id == applicant.pk and m.is_owner for m in user_of(request).active_memberships)


@access(private_persons)
def organisation(request: HttpRequest) -> HttpResponse:
    """Lead to the one body a person acts for, list several, or lead to the registration."""
    memberships = user_of(request).active_memberships
    waiting = own_overrides(user_of(request))
    if len(memberships) == 1 and not waiting:
        return redirect("accounts:organisation_detail", pk=memberships[0].applicant_id)
    if not memberships and not waiting:
        return redirect("accounts:organisation_new")
    return render(request, "accounts/organisations.html", {"memberships": memberships, "overrides": waiting})


@access(private_persons)
@rate_limit(action="register_applicant")
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Register a body, or ask for an exception for its code."""
    initial = {"contact_name": user_of(request).name, "contact_phone": user_of(request).phone}
    form = OrganisationForm(request.POST or None, initial=initial)
    form.consult(request.POST.get("uscc", ""), on=timezone.localdate())
    contestable = False
    if request.method == "POST" and not form.asks_register and form.is_valid():
        data = form.cleaned_data
        act = act_of(request)
        with show_refusal(form) as refusal:
            if form.asks_override:
                request_override(
                    kind=data["kind"],
                    uscc=data["uscc"],
                    details=form.details(),
                    reason=data["override_reason"],
                    act=act,
                )
                messages.success(request, "例外申请已提交，注册地受理人员核对后会通知您。登记内容已保存，无需重填。")
                return redirect("accounts:organisation")
            made = register_organisation(
                kind=data["kind"], uscc=data["uscc"], details=form.details(), act=act, sources=form.sources()
            )
            messages.success(request, f"{made.name}已登记，您是负责人。")
            return go_on(request, reverse("accounts:organisation_detail", args=[made.pk]))
        contestable = isinstance(refusal.error, RegisteredError)
    context = {"form": form, "wanted": wanted(request), "contestable": contestable}
    return render(request, "accounts/organisation_new.html", context)


@access(private_persons)
@rate_limit(action="register_applicant")
def individual_new(request: HttpRequest) -> HttpResponse:
    """Register oneself as an individual."""
    user = user_of(request)
    initial = {"name": user.name, "contact_name": user.name, "contact_phone": user.phone, "account_name": user.name}
    form = IndividualForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            made = register_individual(
                resident_id=form.cleaned_data["resident_id"], details=form.details(), act=act_of(request)
            )
            messages.success(request, f"{made.name}已登记为个人申报人。")
            return go_on(request, reverse("accounts:organisation_detail", args=[made.pk]))
    return render(request, "accounts/individual_new.html", {"form": form, "wanted": wanted(request)})


@access(applicants)
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a body's details, and what a claim still needs of them."""
    applicant = own_applicant(request, pk)
    context = {"applicant": applicant, "owner": owner_of(applicant), "is_owner": owns(request, applicant)}
    return render(request, "accounts/organisation.html", context)


@access(applicants)
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a body's details; the service lets only the owner."""
    applicant = own_applicant(request, pk)
    back = safe_next(request)
    form = details_form(applicant, request.POST or None)
    form.consult(applicant.uscc or "", on=timezone.localdate())
    if not form.asks_register and form.is_valid():
        reason = form.cleaned_data["change_reason"]
        with show_refusal(form):
            waits = update_applicant(
                applicant, details=form.details(), act=act_of(request), reason=reason, sources=form.sources()
            )
            waiting = "名称、地区或收款账户的变更已提交，经受理或财务人员确认后生效；其他信息已保存。"
            messages.success(request, waiting if waits else "信息已保存。")
            return redirect(back or reverse("accounts:organisation_detail", args=[applicant.pk]))
    whose = {"applicant": applicant, "owner": owner_of(applicant), "is_owner": owns(request, applicant)}
    context = {**whose, "form": form, "back": back}
    return render(request, "accounts/organisation_edit.html", context)


@access(applicants)
def readings(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who saw the body's numbers in full or exported its data; for all who act for it."""
    applicant = own_applicant(request, pk)
    page = readings_of(applicant.pk, after=request.GET.get("after", ""))
    return render(request, "accounts/readings.html", {"applicant": applicant, "page": page})
