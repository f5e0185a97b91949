"""An office's pages on what messages say: all kinds, and one kind by one channel."""

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
from portal.core.http import act_of, typed, user_of
from portal.notifications import selectors
from portal.notifications.enums import Channel
from portal.notifications.forms import TextForm
from portal.notifications.kinds import FIELDS, MESSAGE_KINDS, MessageKind, Text
from portal.notifications.models import MessageText
from portal.notifications.texts import propose_text, refuse_bad, refuse_text, release_text, sms_parts, tried

administrators = officials(Role.POLICY_ADMIN)
_Place = tuple[Region, MessageKind, Channel]


@access(administrators)
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """Every kind of message of one of the person's offices, with the versions of its texts."""
    regions = selectors.regions_worded_by(user_of(request))
    chosen = next((each for each in regions if each.pk == request.GET.get("region")), regions[0])
    versions, waiting = selectors.versions_of(chosen.pk)
    kinds = [
        (
            kind,
            [(channel, versions.get((kind.code, channel)), (kind.code, channel) in waiting) for channel in Channel],
        )
        for kind in MESSAGE_KINDS.values()
    ]
    return render(request, "notifications/texts.html", {"regions": regions, "region": chosen, "kinds": kinds})


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, region: str, kind: str, channel: str) -> HttpResponse:
    """One text: that in force, the one that waits, earlier versions; try a text on data, or propose it."""
    place = _place(request, region, kind, channel)
    current = selectors.current_text(place[0].pk, *place[1:])
    form = TextForm(request.POST or None, initial={"subject": current.subject, "body": current.body})
    previews: list[dict[str, Any]] = []
    if form.is_valid():
        wanted = Text(form.cleaned_data["subject"], form.cleaned_data["body"])
        with show_refusal(form, denials=True):
            if request.POST.get("intent") == "preview":
                refuse_bad(place[1], place[2], wanted)
                shown = wanted if wanted.body else place[1].default(place[2])
                previews = [_preview(place, shown, hardest=hardest) for hardest in (False, True)]
            else:
                propose_text(*place, text=wanted, key=form.cleaned_data["key"], act=act_of(request))
                messages.success(request, "已提出，由另一位政策管理人员发布后用于新的消息。")
                return redirect("notifications:text", region, kind, channel)
    rows = list(
        MessageText.objects.of(place[0].pk, kind, channel).select_related("proposed_by", "decided_by").order_by("-pk")
    )
    waiting = next((row for row in rows if row.is_open), None)
    context = {
        "region": place[0],
        "kind": place[1],
        "channel": place[2],
        "form": form,
        "previews": previews,
        "waiting": waiting,
        "difference": compared(_joined(current.subject, current.body), _joined(waiting.subject, waiting.body))
        if waiting
        else None,
        "is_own": bool(waiting and waiting.proposed_by_id in user_of(request).account_ids),
        "versions": [row for row in rows if not row.is_open],
        "default": place[1].default(place[2]),
        "fields": {name: FIELDS[name] for name in place[1].fields},
    }
    return render(request, "notifications/text.html", context, status=422 if form.errors else 200)


@access(administrators)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Release a proposed text as a second person, or do not take it."""
    found = get_object_or_404(MessageText.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, denials=True):
        if request.POST.get("decision") == "release":
            release_text(found.pk, act=act_of(request))
            messages.success(request, "已发布，用于从现在起的消息；已有的消息不变。")
        else:
            refuse_text(found.pk, reason=typed(request, most=200), act=act_of(request))
            messages.success(request, "已记为不采纳。")
    return redirect("notifications:text", found.region_id, found.kind, found.channel)


def _place(request: HttpRequest, region: str, kind: str, channel: str) -> _Place:
    found = next((each for each in selectors.regions_worded_by(user_of(request)) if each.pk == region), None)
    if found is None or kind not in MESSAGE_KINDS or channel not in Channel:
        raise Http404
    return found, MESSAGE_KINDS[kind], Channel(channel)


def _preview(place: _Place, shown: Text, *, hardest: bool) -> dict[str, Any]:
    said = tried(place[1], shown, hardest=hardest)
    label = "内容最多的消息" if hardest else "一般的消息"
    return {"label": label, "text": said, "sms": sms_parts(said.body) if place[2] == Channel.SMS else None}


def _joined(subject: str, body: str) -> str:
    return f"{subject}\n{body}".strip()
