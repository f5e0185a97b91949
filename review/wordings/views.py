"""An office's pages on the wording of its notices: all parts, one part, and a notice to look at."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.models import Region
from portal.core.compared_text import compared
from portal.core.errors import show_refusal
from portal.core.files import PDF
from portal.core.http import act_of, user_of
from portal.notifications.selectors import regions_worded_by
from review.notices.enums import NoticeKind
from review.wordings import selectors
from review.wordings.enums import Part, parts_of
from review.wordings.forms import WordingForm
from review.wordings.language import FIELDS
from review.wordings.models import Wording
from review.wordings.services import preview, propose_wording, refuse_wording, release_wording

administrators = officials(Role.POLICY_ADMIN)


@access(administrators)
@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    """Every kind of notice of one of the person's offices, with the versions of its parts."""
    regions = regions_worded_by(user_of(request))
    chosen = next((each for each in regions if each.pk == request.GET.get("region")), regions[0])
    context = {"regions": regions, "region": chosen, "kinds": selectors.places_of(chosen)}
    return render(request, "wordings/list.html", context)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, region: str, kind: str, part: str) -> HttpResponse:
    """One part: the text in force, the one that waits, earlier versions; try a text on paper, or propose it."""
    place = _place(request, region, kind, part)
    current = selectors.current_text(place[0].pk, *place[1:])
    form = WordingForm(request.POST or None, initial={"text": current, "key": uuid.uuid4()})
    if form.is_valid():
        intent, text = request.POST.get("intent", ""), form.cleaned_data["text"]
        with show_refusal(form, denials=True):
            if intent in ("sample", "hardest"):
                content = preview(*place, text, hardest=intent == "hardest")
                return HttpResponse(content, content_type=PDF, headers={"Content-Disposition": "inline"})
            propose_wording(*place, text=text, key=form.cleaned_data["key"], act=act_of(request))
            messages.success(request, "已提出，由另一位政策管理人员发布后用于新的通知书。")
            return redirect("wordings:part", region, kind, part)
    return _part_page(request, place, form, current)


def _part_page(
    request: HttpRequest, place: tuple[Region, NoticeKind, Part], form: WordingForm, current: str
) -> HttpResponse:
    rows = list(Wording.objects.of(place[0].pk, *place[1:]).select_related("proposed_by", "decided_by"))
    waiting = next((row for row in rows if row.is_open), None)
    context: dict[str, Any] = {
        "region": place[0],
        "kind": place[1],
        "part": place[2],
        "form": form,
        "current": current,
        "waiting": waiting,
        "difference": compared(current, waiting.text) if waiting else None,
        "is_own": bool(waiting and waiting.proposed_by_id in user_of(request).account_ids),
        "versions": [row for row in rows if not row.is_open],
        "fields": FIELDS,
    }
    return render(request, "wordings/part.html", context, status=422 if form.errors else 200)


@access(administrators)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Release a proposed text as a second person, or do not take it."""
    found = get_object_or_404(Wording.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, denials=True):
        if request.POST.get("decision") == "release":
            release_wording(found.pk, act=act_of(request))
            messages.success(request, "已发布，用于从现在起编号的通知书；已有的通知书不变。")
        else:
            refuse_wording(found.pk, reason=request.POST.get("reason", "")[:200], act=act_of(request))
            messages.success(request, "已记为不采纳。")
    return redirect("wordings:part", found.region_id, found.kind, found.part)


def _place(request: HttpRequest, region: str, kind: str, part: str) -> tuple[Region, NoticeKind, Part]:
    found = next((each for each in regions_worded_by(user_of(request)) if each.pk == region), None)
    if found is None or kind not in NoticeKind or part not in parts_of(NoticeKind(kind)):
        raise Http404
    return found, NoticeKind(kind), Part(part)
