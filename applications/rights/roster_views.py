"""Rosters of offices: the list with the form that takes another, the template, and taking one out of use."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.services.imports import build_template
from applications.claims.views.imports import read_sent, show_notes
from applications.rights.forms import RosterForm
from applications.rights.models import ROSTER_READERS, ROSTER_ROLES, Roster
from applications.rights.rosters import (
    MAX_ROWS,
    RosterPlan,
    roster_item,
    roster_kinds,
    rosters_for,
    take_roster,
    withdraw_roster,
)
from policies.facts.tables import without_faults
from portal.access import access, officials
from portal.accounts.enums import RegionLevel
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files, typed, user_of
from portal.core.spreadsheets import workbook_response


@access(officials(*ROSTER_READERS))
@require_safe
def rosters(request: HttpRequest) -> HttpResponse:
    """The rosters of the person's regions, and the kinds of which another can be sent in."""
    kinds = roster_kinds()
    rows = [(roster, kinds.get(roster.kind)) for roster in rosters_for(user_of(request))]
    context = {"rows": rows, "kinds": kinds.values(), "may_send": bool(_regions(request))}
    return render(request, "rights/rosters.html", context)


@takes_files
@access(officials(*ROSTER_ROLES))
@require_http_methods(["GET", "HEAD", "POST"])
def roster_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Send a roster of one kind in; nothing is taken over while a cell is wrong."""
    event = roster_kinds().get(kind)
    if event is None:
        raise Http404
    is_sent = request.method == "POST"
    form = RosterForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, event=event, regions=_regions(request)
    )
    context: dict[str, Any] = {"event": event, "form": form, "most": MAX_ROWS}
    if is_sent and form.is_valid():
        given = form.cleaned_data
        with show_refusal(form, denials=True):
            reading = read_sent(roster_item(event), form, context, act=act_of(request), is_complete=True, most=MAX_ROWS)
            lines = without_faults(reading, "表格中有错误，没有收下任何内容。请按单元格修改后重新上传。")
            plan = RosterPlan(
                given["region"],
                event,
                given.get("which") or "",
                given["title"],
                given["source"],
                given["as_of"],
                given["replaces_papers"],
            )
            roster = take_roster(plan, lines=lines, key=given["key"], act=act_of(request))
            messages.success(request, f"名册已收下，共 {roster.count} 行；下次测算时生效。")
            show_notes(request, reading)
            return redirect("rights:rosters")
    return render(request, "rights/roster_new.html", context, status=422 if form.errors else 200)


@access(officials(*ROSTER_ROLES))
@require_safe
def roster_template(_request: HttpRequest, kind: str) -> HttpResponse:
    """The xlsx template of a roster of one kind."""
    event = roster_kinds().get(kind)
    if event is None:
        raise Http404
    return workbook_response(build_template(roster_item(event)), f"名册模板 {event.label}.xlsx")


@access(officials(*ROSTER_ROLES))
@require_POST
def roster_withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a roster out of use, with a reason."""
    roster = get_object_or_404(Roster.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, success="名册已停用，今后的测算不再采用。", denials=True):
        withdraw_roster(roster, reason=typed(request, most=200), act=act_of(request))
    return redirect(f"{reverse('rights:rosters')}#roster-{roster.pk}")


def _regions(request: HttpRequest) -> list[str]:
    """The cities in which the person sends rosters in."""
    held = [a.region for a in user_of(request).active_appointments if a.role in ROSTER_ROLES]
    return [region.pk for region in held if region.level == RegionLevel.CITY]
