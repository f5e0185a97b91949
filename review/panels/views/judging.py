"""An expert's pages: their panels, what they declare, the claims they score, and the chair's confirmation."""

import uuid
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from applications.claims.views.evidence import VIEWER_POLICY
from portal.access import access, experts
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, typed, user_of
from review.panels.enums import PanelState, SeatState
from review.panels.forms import OpinionForm, ReopenForm, ScoreForm
from review.panels.models import Entry, Seat
from review.panels.selectors.papers import files_of, paper_of
from review.panels.selectors.results import scores_of
from review.panels.services.confirming import confirm
from review.panels.services.judging import declare, hand_in, reopen, save_sheet, withdraw_from


def _seat(request: HttpRequest, key: uuid.UUID) -> Seat:
    found = Seat.objects.visible_to(user_of(request)).select_related("panel__scheme", "panel__region", "expert__user")
    return get_object_or_404(found, key=key)


def _entries(seat: Seat) -> QuerySet[Entry]:
    """The claims that the member scores, once the papers are open to them."""
    if seat.state not in (SeatState.READY, SeatState.HANDED_IN) or seat.panel.state != PanelState.SCORING:
        return Entry.objects.none()
    return seat.panel.entries.scored_by(seat).select_related("claim__applicant", "claim__item")


@access(experts)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """One's panels, the newest first."""
    found = Seat.objects.visible_to(user_of(request)).select_related("panel").order_by("-pk")[:100]
    return render(request, "panels/mine.html", {"seats": found})


@access(experts)
@require_GET
def seat(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One panel: what to declare, the claims to score, and for its chair the result."""
    return _seat_page(request, _seat(request, key))


def _seat_page(request: HttpRequest, found: Seat, opinion: OpinionForm | None = None) -> HttpResponse:
    panel = found.panel
    context: dict[str, Any] = {"seat": found, "panel": panel, "scheme": panel.scheme}
    if found.state == SeatState.INVITED:
        # By name, in their order: neither item nor number says which paper is whose.
        named = panel.entries.select_related("claim__applicant").order_by("claim__applicant__name", "key")
        context["named"] = named
    sheets = {sheet.entry_id: sheet for sheet in found.sheets.all()}
    context["entries"] = [(entry, sheets.get(entry.pk)) for entry in _entries(found)]
    context["is_whole"] = bool(context["entries"]) and all(sheet for _, sheet in context["entries"])
    if found.is_chair and panel.state == PanelState.SCORED:
        context["scores"] = sorted(scores_of(panel), key=lambda one: (one.entry.rank or 0, one.entry.position))
        context["opinion"] = opinion or OpinionForm()
    return render(request, "panels/seat.html", context, status=422 if opinion else 200)


@access(experts)
@require_POST
def declaration(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Declare conflicts, or that there are none."""
    found = _seat(request, key)
    keys = {str(entry.key): entry.pk for entry in found.panel.entries.all()}
    with show_refusal(request, denials=True, success="回避申报已提交。"):
        named = [one for one in request.POST.getlist("entry") if one in keys]
        conflicts = {keys[one]: typed(request, f"reason_{one}", most=200, label="回避的理由") for one in named}
        if "promise" not in request.POST:
            messages.error(request, "请勾选承诺后提交。")
            return redirect("panels:seat", key=key)
        declare(found, conflicts=conflicts, act=act_of(request))
    return redirect("panels:seat", key=key)


@access(experts)
@require_POST
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Say that one cannot act."""
    with show_refusal(request, denials=True, success="您已退出该评审。"):
        withdraw_from(_seat(request, key), reason=typed(request, most=200, label="不能参加的原因"), act=act_of(request))
    return redirect("panels:mine")


@access(experts)
@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest, key: uuid.UUID, entry: uuid.UUID) -> HttpResponse:
    """A claim's paper and one's points on it; saved as often as one wants until handing in."""
    found = _seat(request, key)
    one = get_object_or_404(_entries(found), key=entry)
    sheet = found.sheets.filter(entry=one).first()
    criteria = found.panel.scheme.criterion_rows
    form = ScoreForm(request.POST or None, criteria=criteria, sheet=sheet)
    if form.is_valid():
        with show_refusal(form, denials=True):
            save_sheet(
                found,
                one,
                points=form.points,
                comment=form.cleaned_data["comment"],
                revision=form.cleaned_data["revision"],
                act=act_of(request),
            )
            messages.success(request, f"第 {one.position} 件评分已保存。")
            following = _entries(found).exclude(sheets__seat=found).order_by("position").first()
            if following is None:
                return redirect("panels:seat", key=key)
            return redirect("panels:score", key=key, entry=following.key)
    context = {
        "seat": found,
        "panel": found.panel,
        "entry": one,
        "paper": paper_of(one, found.panel.scheme),
        "form": form,
        "is_open": found.state == SeatState.READY,
    }
    return render(request, "panels/score.html", context, status=422 if form.errors else 200)


@csp_replace(VIEWER_POLICY)
@access(experts)
@require_safe
def file(request: HttpRequest, key: uuid.UUID, entry: uuid.UUID, evidence: uuid.UUID) -> FileResponse:
    """A file of a claim that one scores, where the scheme gives files."""
    found = _seat(request, key)
    one = get_object_or_404(_entries(found), key=entry)
    for each in files_of(one, found.panel.scheme):
        if each.key == evidence:
            stored = each.file
            name = each.filename if found.panel.scheme.shows_names else f"{one.position}-{each.requirement}"
            response = file_response(
                stored.path, sha256=stored.sha256, filename=name, media_type=stored.media_type, as_attachment=False
            )
            response["Cache-Control"] = "private, no-store"
            return response
    raise Http404


@access(experts)
@require_POST
def give_in(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Hand in all one's scores."""
    with show_refusal(request, denials=True, success="评分已提交，感谢您的评审。"):
        hand_in(_seat(request, key), act=act_of(request))
    return redirect("panels:seat", key=key)


@access(experts)
@require_POST
def result(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The chair confirms the result, or gives the scores back."""
    found = _seat(request, key)
    if request.POST.get("intent") == "reopen":
        form = ReopenForm(request.POST)
        with show_refusal(request, denials=True, success="评分已退回各位专家复核。"):
            if not form.is_valid():
                messages.error(request, "请填写退回的原因和新的截止日期。")
                return redirect("panels:seat", key=key)
            reopen(found, act=act_of(request), **form.cleaned_data)
        return redirect("panels:seat", key=key)
    opinion = OpinionForm(request.POST)
    if not opinion.is_valid():
        return _seat_page(request, found, opinion)
    with show_refusal(opinion, denials=True):
        confirm(found, opinion=opinion.cleaned_data["opinion"], act=act_of(request))
        messages.success(request, "评审结果已确认，报告已生成。")
    if opinion.errors:
        return _seat_page(request, found, opinion)
    return redirect("panels:seat", key=key)
