"""Administrators' pages: who holds which office; appoint, confirm, revoke."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.enums import ADMINISTRATORS, THREE_OFFICES, Role
from portal.accounts.forms import AppointForm, ConfirmForm, OfficialsFilter, SearchForm, StaffNumberForm
from portal.accounts.models import Appointment
from portal.accounts.selectors import (
    appointment_findings,
    appointment_history,
    appointments_listed,
    managed_regions,
    people_managed_by,
    search_users,
    security_admins_over,
)
from portal.accounts.services.identity import awaits_identity, confirm_number
from portal.accounts.services.officials import (
    appoint_official,
    confirm_appointment,
    revoke_appointment,
    set_staff_number,
)
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.regions import in_trees

LISTED_AT_MOST = 200
administrators = officials(*sorted(ADMINISTRATORS))


@access(administrators)
def officials_list(request: HttpRequest) -> HttpResponse:
    """List the officials of one's regions, by region and role."""
    form = OfficialsFilter(request.GET or None, regions=managed_regions(user_of(request), *ADMINISTRATORS))
    chosen = {name: value or "" for name, value in form.asked().items()}
    found = appointments_listed(user_of(request), region=chosen.get("region", ""), role=chosen.get("role", ""))
    listed = list(found[: LISTED_AT_MOST + 1])
    context = {
        "form": form,
        "appointments": listed[:LISTED_AT_MOST],
        "more": len(listed) > LISTED_AT_MOST,
        "limit": LISTED_AT_MOST,
        "filtered": any(chosen.values()),
        "appoints": Role.SYSTEM_ADMIN in user_of(request).roles,
    }
    return render(request, "accounts/officials.html", context)


@access(officials(Role.SYSTEM_ADMIN))
def users(request: HttpRequest) -> HttpResponse:
    """Look for a person to appoint."""
    form = SearchForm(request.GET or None)
    found = search_users(form.cleaned_data["q"], admin=user_of(request)) if form.is_bound and form.is_valid() else None
    return render(request, "accounts/users.html", {"form": form, "found": found})


@access(officials(Role.SYSTEM_ADMIN))
def official(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's offices, and appoint them to another."""
    person = get_object_or_404(people_managed_by(user_of(request)), pk=pk)
    form = AppointForm(request.POST or None, regions=managed_regions(user_of(request)))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with show_refusal(form):
            made = appoint_official(
                person,
                role=data["role"],
                region=data["region"],
                number=data["number"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                act=act_of(request),
            )
            said = f"拟任{person.name}为{made}，经安全管理员确认后生效。"
            if not security_admins_over(data["region"]):
                said += "本地区尚无安全管理员，请运维人员任命后办理。"
            messages.success(request, said)
            return redirect("accounts:official", pk=person.pk)
    context = {
        "person": person,
        "is_self": person.pk == user_of(request).pk,
        "memberships": person.active_memberships,
        "appointments": appointment_history(person, admin=user_of(request)),
        "form": form,
    }
    return render(request, "accounts/official.html", context)


@access(officials(Role.SYSTEM_ADMIN))
@require_http_methods(["GET", "POST"])
def staff_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct an official's staff number."""
    person = get_object_or_404(people_managed_by(user_of(request)), pk=pk)
    form = StaffNumberForm(request.POST or None, initial={"staff_number": person.staff_number or ""})
    if request.method == "POST" and form.is_valid():
        with show_refusal(form, denials=True):
            set_staff_number(person, number=form.cleaned_data["staff_number"], act=act_of(request))
            messages.success(request, f"{person.name}的工号已登记。")
            return redirect("accounts:official", pk=pk)
    context = {"person": person, "form": form}
    return render(request, "accounts/staff_number.html", context, status=422 if form.errors else 200)


@access(officials(Role.SECURITY_ADMIN))
def appointment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show an appointment, and confirm it, or who holds it, with the number read from the person's card."""
    related = ("user", "region__parent", "appointed_by", "confirmed_by")
    found = Appointment.objects.visible_to(user_of(request)).select_related(*related)
    shown = get_object_or_404(found, public_id=public_id)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            if shown.confirmed_at:
                confirm_number(shown, number=form.cleaned_data["number"], act=act_of(request))
                messages.success(request, f"{shown.user.name}的证件号码已核验。")
            else:
                confirm_appointment(shown, number=form.cleaned_data["number"], act=act_of(request))
                messages.success(request, f"{shown.user.name}的任职“{shown}”已确认并生效。")
            return redirect("accounts:officials")
    context = {"appointment": shown, "form": form, "awaits_identity": awaits_identity(shown, shown.user)}
    return render(request, "accounts/appointment.html", context)


@access(officials(*sorted(THREE_OFFICES)))
def findings(request: HttpRequest) -> HttpResponse:
    """List who holds duties that exclude each other, or is of unknown identity."""
    regions = user_of(request).regions_for(*THREE_OFFICES)
    found = appointment_findings(Appointment.objects.filter(in_trees("region__code", regions)))
    return render(request, "accounts/findings.html", {"findings": found})


@access(administrators)
@require_POST
def appointment_revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End an appointment."""
    found = Appointment.objects.visible_to(user_of(request)).select_related("user", "region__parent")
    ended = get_object_or_404(found, public_id=public_id)
    with show_refusal(request, success=f"{ended.user.name}的任职“{ended}”已结束。"):
        revoke_appointment(ended, act=act_of(request))
    appoints = Role.SYSTEM_ADMIN in user_of(request).roles
    return redirect("accounts:official", pk=ended.user_id) if appoints else redirect("accounts:officials")
