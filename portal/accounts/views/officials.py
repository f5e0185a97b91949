"""System administrators' pages: who holds which office, appoint, revoke."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.forms import AppointForm, OfficialsFilter, SearchForm
from portal.accounts.models import Appointment
from portal.accounts.selectors import (
    appointment_history,
    appointments_listed,
    managed_regions,
    people_managed_by,
    search_users,
)
from portal.accounts.services.officials import appoint_official, revoke_appointment
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of

LISTED_AT_MOST = 200


@access(officials(Role.SYSTEM_ADMIN))
def officials_list(request: HttpRequest) -> HttpResponse:
    """List the officials of one's regions, by region and role."""
    form = OfficialsFilter(request.GET or None, regions=managed_regions(user_of(request)))
    chosen = {name: value or "" for name, value in form.asked().items()}
    found = appointments_listed(user_of(request), region=chosen.get("region", ""), role=chosen.get("role", ""))
    listed = list(found[: LISTED_AT_MOST + 1])
    context = {
        "form": form,
        "appointments": listed[:LISTED_AT_MOST],
        "more": len(listed) > LISTED_AT_MOST,
        "limit": LISTED_AT_MOST,
        "filtered": any(chosen.values()),
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
            appointment = appoint_official(person, role=data["role"], region=data["region"], act=act_of(request))
            messages.success(request, f"{person.name}已任{appointment}。")
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
@require_POST
def appointment_revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End an appointment."""
    found = Appointment.objects.visible_to(user_of(request)).select_related("user", "region__parent")
    appointment = get_object_or_404(found, public_id=public_id)
    with show_refusal(request, success=f"{appointment.user.name}的任职“{appointment}”已结束。"):
        revoke_appointment(appointment, act=act_of(request))
    return redirect("accounts:official", pk=appointment.user_id)
