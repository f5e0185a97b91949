"""An office's pages on the templates of its notices: all kinds, one kind, and a notice to look at."""

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
from portal.core.http import act_of, typed, user_of
from portal.notifications.selectors import regions_worded_by
from review.notices.enums import NoticeKind
from review.wordings import selectors
from review.wordings.enums import Trial
from review.wordings.fields import fields_for
from review.wordings.forms import WordingForm
from review.wordings.language import needed_fields, needed_words, standard
from review.wordings.models import Wording
from review.wordings.services import preview, propose_wording, refuse_wording, release_wording

administrators = officials(Role.POLICY_ADMIN)


@access(administrators)
@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    """Every kind of notice of one of the person's offices, with the version of its template."""
    regions = regions_worded_by(user_of(request))
    chosen = next((each for each in regions if each.pk == request.GET.get("region")), regions[0])
    context = {"regions": regions, "region": chosen, "places": selectors.places_of(chosen)}
    return render(request, "wordings/list.html", context)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, region: str, kind: str) -> HttpResponse:
    """One kind: the template in force, the one that waits, earlier versions; try a text on paper, or propose it."""
    place = _place(request, region, kind)
    current = selectors.current_text(place[0].pk, place[1])
    form = WordingForm(request.POST or None, initial={"text": current, "key": uuid.uuid4()})
    is_trial = request.POST.get("intent", "") in Trial
    if form.is_valid():
        text = form.cleaned_data["text"]
        with show_refusal(form, denials=True):
            if is_trial:
                content = preview(*place, text, Trial(request.POST["intent"]))
                return HttpResponse(content, content_type=PDF, headers={"Content-Disposition": "inline"})
            propose_wording(*place, text=text, key=form.cleaned_data["key"], act=act_of(request))
            messages.success(request, "已提出，由另一位政策管理人员发布后用于新的通知书。")
            return redirect("wordings:template", region, kind)
    if is_trial:
        return render(request, "wordings/no_preview.html", {"form": form}, status=422)
    return _template_page(request, place, form, current)


def _template_page(
    request: HttpRequest, place: tuple[Region, NoticeKind], form: WordingForm, current: str
) -> HttpResponse:
    region, kind = place
    waiting = Wording.objects.of(region.pk, kind).waiting().select_related("proposed_by").first()
    needed = needed_fields(kind)
    context: dict[str, Any] = {
        "region": region,
        "kind": kind,
        "form": form,
        "trials": (Trial.SAMPLE, Trial.HARDEST),
        "waiting": waiting,
        "difference": compared(current, waiting.text or standard(kind)) if waiting else None,
        "is_own": bool(waiting and waiting.proposed_by_id in user_of(request).account_ids),
        "versions": selectors.versions_of(region.pk, kind),
        "fields": [(name, label, name in needed) for name, label in fields_for(kind).items()],
        "needed_words": needed_words(kind),
    }
    return render(request, "wordings/template.html", context, status=422 if form.errors else 200)


@access(administrators)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Release a proposed template as a second person, or do not take it."""
    found = get_object_or_404(Wording.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, denials=True):
        if request.POST.get("decision") == "release":
            release_wording(found.pk, act=act_of(request))
            messages.success(request, "已发布，用于从现在起编号的通知书；已有的通知书不变。")
        else:
            refuse_wording(found.pk, reason=typed(request, most=200), act=act_of(request))
            messages.success(request, "已记为不采纳。")
    return redirect("wordings:template", found.region_id, found.kind)


def _place(request: HttpRequest, region: str, kind: str) -> tuple[Region, NoticeKind]:
    found = next((each for each in regions_worded_by(user_of(request)) if each.pk == region), None)
    if found is None or kind not in NoticeKind:
        raise Http404
    return found, NoticeKind(kind)
