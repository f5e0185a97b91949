"""An office's pages on its messages to the applicants of a call."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import access, officials
from portal.core.errors import show_refusal
from portal.core.http import act_of, typed, user_of
from review.bulletins.forms import BulletinForm
from review.bulletins.models import WRITERS, Bulletin
from review.bulletins.selectors import page_of_bulletins, people_of
from review.bulletins.services import refuse_bulletin, release_bulletin, write_bulletin

writers = officials(*WRITERS)


@access(writers)
@require_safe
def bulletins(request: HttpRequest) -> HttpResponse:
    """The bulletins of the person's regions, with how far each is sent."""
    user = user_of(request)
    page = page_of_bulletins(user, after=request.GET.get("after", ""))
    return render(request, "bulletins/list.html", {"page": page, "own_ids": user.account_ids})


@access(writers)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a bulletin: see how many people it reaches, then put it before a second person."""
    form = BulletinForm(request.POST or None, user=user_of(request))
    count = None
    if form.is_valid():
        draft = form.draft()
        count = people_of(draft.call, draft.region, draft.recipients).count()
        if request.POST.get("intent") == "propose":
            with show_refusal(form, denials=True):
                write_bulletin(draft, key=form.cleaned_data["key"], act=act_of(request))
                messages.success(request, f"已提出，由另一位工作人员发布后发给 {count} 人。")
                return redirect("bulletins:list")
    context = {"form": form, "count": count}
    return render(request, "bulletins/new.html", context, status=422 if form.errors else 200)


@access(writers)
@require_http_methods(["GET", "HEAD"])
def bulletin(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One bulletin: what it says, how many people it reaches, who wrote and who released it."""
    seen = Bulletin.objects.visible_to(user_of(request)).select_related("call", "region__parent", "written_by")
    found = get_object_or_404(seen, key=key)
    context = {
        "bulletin": found,
        "count": people_of(found.call, found.region, found.recipients).count(),
        "is_own": found.written_by_id in user_of(request).account_ids,
    }
    return render(request, "bulletins/bulletin.html", context)


@access(writers)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Release a bulletin as a second person, or do not take it."""
    found = get_object_or_404(Bulletin.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, denials=True):
        if request.POST.get("decision") == "release":
            release_bulletin(found.pk, act=act_of(request))
            messages.success(request, "已发布，正在后台发送。")
        else:
            refuse_bulletin(found.pk, reason=typed(request, most=200), act=act_of(request))
            messages.success(request, "已记为不采纳。")
    return redirect("bulletins:bulletin", key)
