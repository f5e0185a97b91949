"""Panels for those who form them, decide on them and audit them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import access, officials
from portal.core import clock
from portal.core.errors import RefusedError, show_refusal
from portal.core.files import PDF, file_response
from portal.core.http import act_of, typed, user_of
from portal.core.paging import paginate
from review.panels.drawing import Candidate, draw, in_order
from review.panels.enums import PanelState, SeatState
from review.panels.forms import PanelForm, ReopenForm
from review.panels.models import ORGANISERS, READERS, Entry, Panel
from review.panels.selectors.results import scores_of
from review.panels.services.forming import (
    PanelPlan,
    cancel_panel,
    draw_members,
    fill_seats,
    form_panel,
    replace_member,
)
from review.panels.services.judging import close_scoring, open_scoring, prolong

PAGE = 50


def _panel(request: HttpRequest, key: uuid.UUID) -> Panel:
    found = Panel.objects.visible_to(user_of(request)).select_related("region__parent", "scheme", "made_by")
    return get_object_or_404(found, key=key)


@access(officials(*READERS))
@require_GET
def panels(request: HttpRequest) -> HttpResponse:
    """The panels of one's regions, the newest first."""
    user = user_of(request)
    found = Panel.objects.visible_to(user).select_related("region", "scheme")
    page = paginate(found, after=request.GET.get("after", ""), size=PAGE)
    return render(request, "panels/list.html", {"page": page, "forms_panels": bool(user.roles & {*ORGANISERS})})


@access(officials(*ORGANISERS))
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Form a panel for claims that wait for one."""
    form = PanelForm(request.POST or None, user=user_of(request))
    if form.is_valid() and form.region is not None:
        given = form.cleaned_data
        with show_refusal(form, denials=True):
            plan = PanelPlan(given["title"], given["scheme"], given["size"], given["score_until"], given["needs"])
            claims = [claim.pk for claim in given["claims"]]
            made = form_panel(form.region, claim_ids=claims, plan=plan, act=act_of(request))
            messages.success(request, "评审已组建，请抽取专家。")
            return redirect("panels:panel", key=made.key)
    return render(request, "panels/new.html", {"form": form}, status=422 if form.errors else 200)


@access(officials(*READERS))
@require_GET
def panel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One panel: its claims, its members and how far they are; scores only once all are in."""
    found, user = _panel(request, key), user_of(request)
    seats = list(found.seats.select_related("expert__user").prefetch_related("conflicts__entry"))
    is_in = found.state in (PanelState.SCORED, PanelState.CONFIRMED)
    seen = set(Entry.objects.visible_to(user).filter(panel=found).values_list("pk", flat=True))
    context: dict[str, Any] = {
        "panel": found,
        "scheme": found.scheme,
        "seats": seats,
        "names": {seat.pk: seat.expert.user.name for seat in seats},
        "organises": found.region_id in user.regions_for(*ORGANISERS),
        "is_over": found.score_until < clock.today(),
        "is_full": sum(seat.state != SeatState.LEFT for seat in seats) >= found.size,
        "handed_in": sum(seat.state == SeatState.HANDED_IN for seat in seats),
    }
    if is_in:
        rows = sorted(scores_of(found), key=lambda one: (one.entry.rank or 0, one.entry.position))
        context["scores"] = [one for one in rows if one.entry.pk in seen]
    else:
        entries = found.entries.filter(pk__in=seen).select_related("claim__applicant", "claim__item")
        context["entries"] = entries
    return render(request, "panels/panel.html", context)


@access(officials(*ORGANISERS))
@require_POST
def take_step(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Draw, replace a member, open, prolong, end or cancel, as `intent` says."""
    found, act = _panel(request, key), act_of(request)
    with show_refusal(request, denials=True, success="已办理。"):
        reason = typed(request, most=200)
        match request.POST.get("intent"):
            case "draw":
                draw_members(found, act=act)
            case "open":
                open_scoring(found, act=act)
            case "replace":
                seats = found.seats.all()
                replace_member(get_object_or_404(seats, key=_uuid(request.POST.get("seat"))), reason=reason, act=act)
            case "fill":
                fill_seats(found, act=act)
            case "prolong":
                form = ReopenForm({"until": request.POST.get("until"), "reason": "-"})
                if not form.is_valid():
                    raise RefusedError("请填写新的截止日期。")
                prolong(found, until=form.cleaned_data["until"], act=act)
            case "close":
                close_scoring(found, act=act)
            case "cancel":
                cancel_panel(found, reason=reason, act=act)
            case _:
                raise RefusedError("请选择要办理的事项。")
    return redirect("panels:panel", key=key)


def _uuid(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise Http404 from None


@access(officials(*READERS))
@require_GET
def draws(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Each draw with the whole pool, and the same drawn again from the kept seed."""
    found = _panel(request, key)
    rows = []
    for one in found.draws.select_related("by"):
        pool = [Candidate.read(each) for each in one.pool]
        seated = [each for each in pool if each.key in one.seated]
        again = draw(pool, seed=one.seed, size=found.size, needs=found.needs, seated=seated) or []
        chosen = set(one.drawn)
        order = in_order(pool, one.seed)
        rows.append(
            {
                "draw": one,
                "is_same": [each.key for each in again] == one.drawn,
                "order": [(number, each, each.key in chosen) for number, each in enumerate(order, start=1)],
                "barred": [each for each in pool if each.barred],
            }
        )
    return render(request, "panels/draws.html", {"panel": found, "draws": rows})


@access(officials(*READERS))
@require_GET
def report(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The report of a finished panel."""
    found = _panel(request, key)
    if not found.report_sha256:
        raise Http404
    return file_response(
        found.path,
        sha256=found.report_sha256,
        filename=f"{found.title}专家评审报告.pdf",
        media_type=PDF,
        as_attachment=False,
    )
