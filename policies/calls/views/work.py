"""The policy administrator's work on calls: drafts, files, publication, and what may be done afterwards."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from policies.calls import selectors
from policies.calls.enums import CallState, Phase
from policies.calls.forms import (
    AmendForm,
    AttachmentForm,
    CallForm,
    CloseForm,
    ExtendForm,
    ItemForms,
    ReasonedForm,
    WithdrawForm,
)
from policies.calls.models import Call, CallAttachment
from policies.calls.permissions import publication_obstacle
from policies.calls.services.attachments import ALLOWED_WORDS, add_attachment, remove_attachment
from policies.calls.services.changes import amend_call, close_call, extend_call, publish_call, withdraw_call
from policies.calls.services.drafts import discard_call, draft_call, save_call
from policies.calls.views.public import context_of, send_attachment
from portal.access import access, officials
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region
from portal.core.actor import ActorContext
from portal.core.errors import StaleStateError, show_refusal
from portal.core.filters import choice_of
from portal.core.http import act_of, takes_files, user_of
from portal.core.numbers import whole_number
from portal.core.regions import in_trees

administrators = officials(Role.POLICY_ADMIN)


def own_call(request: HttpRequest, key: uuid.UUID) -> Call:
    """A call of a city whose policy the person administers; 404 for any other."""
    return get_object_or_404(selectors.with_items(Call.objects.workable_by(user_of(request))), key=key)


def own_city(request: HttpRequest) -> Region:
    """The city for which the person makes calls; of several, the one named in the address."""
    administered = in_trees("code", user_of(request).regions_for(Role.POLICY_ADMIN))
    cities = Region.objects.filter(administered, level=RegionLevel.CITY)
    by_code = {city.pk: city for city in cities}
    if not by_code:
        raise PermissionDenied
    return by_code[choice_of(request, "region", by_code, default=next(iter(by_code)))]


@access(administrators)
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """All calls of one's cities: drafts, then the published, the newest first."""
    user = user_of(request)
    page = selectors.worked_calls(user, after=request.GET.get("after", ""))
    context = {"drafts": selectors.drafted_calls(user), "page": page}
    return render(request, "calls/work.html", context)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new call."""
    city = own_city(request)
    return _write(request, None, city, lambda form, items: _begun(request, city, form, items))


def _begun(request: HttpRequest, city: Region, form: CallForm, items: ItemForms) -> Call:
    key = form.cleaned_data["key"] or uuid.uuid4()
    return draft_call(city, plan=form.plan(items.plans), key=key, act=act_of(request))


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Write on at a draft; a published call is amended instead."""
    found = own_call(request, key)
    if found.state != CallState.DRAFTED:
        messages.info(request, "该通知已经发布，请在通知页面选择延长、调整或撤销。")
        return redirect("calls:manage", found.key)
    return _write(request, found, found.region, lambda form, items: _saved(request, found, form, items))


def _saved(request: HttpRequest, call: Call, form: CallForm, items: ItemForms) -> Call:
    seen = form.cleaned_data["seen"]
    plan = form.plan(items.plans)
    return save_call(call, plan=plan, seen=-1 if seen is None else seen, act=act_of(request))


def _write(
    request: HttpRequest, call: Call | None, city: Region, save: Callable[[CallForm, ItemForms], Call]
) -> HttpResponse:
    """Show the form of a draft or save it; what was typed stays on the page when it cannot be saved."""
    data = request.POST if request.method == "POST" else None
    form = CallForm(data, call=call, region=city)
    rows = {row.item_id: row for row in call.items.all()} if call else {}
    items = ItemForms(data, items=list(selectors.callable_items(city)), rows=rows)
    status = 200 if data is None else 422
    if data is not None and all((form.is_valid(), items.is_valid())):
        with show_refusal(form.show_refusal) as refusal:
            saved = save(form, items)
            messages.success(request, "已保存。请预览核对后发布。")
            return redirect("calls:manage", saved.key)
        status = 409 if isinstance(refusal.error, StaleStateError) else 422
    context = {"form": form, "items": items, "call": call, "city": city}
    return render(request, "calls/edit.html", context, status=status)


@access(administrators)
@require_safe
def manage(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One call at work: what may be done with it now, its files, its changes."""
    return render(request, "calls/manage.html", _manage_context(request, own_call(request, key)))


def _attachment_form(call: Call, *sent: Any) -> AttachmentForm:
    return AttachmentForm(*sent, asks_reason=call.state == CallState.PUBLISHED, materials=selectors.materials_of(call))


def _manage_context(request: HttpRequest, call: Call) -> dict[str, Any]:
    return context_of(request, call) | {
        "attachment_form": _attachment_form(call),
        "allowed_words": ALLOWED_WORDS,
        "is_draft": call.state == CallState.DRAFTED,
        "obstacle": publication_obstacle(user_of(request), call),
        "may_change": call.state == CallState.PUBLISHED,
        "may_close": call.phase == Phase.OPEN,
    }


@access(administrators)
@require_safe
def preview(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A draft as everybody will see it."""
    found = own_call(request, key)
    return render(request, "calls/call.html", context_of(request, found) | {"is_preview": True})


@access(administrators)
@require_POST
def publish(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Publish a draft as it was seen."""
    found = own_call(request, key)
    with show_refusal(lambda error: messages.error(request, f"没有发布：{error}")):
        publish_call(found, seen=_seen(request), act=act_of(request))
        messages.success(request, "已发布。到开始时间自动开放，有关单位会收到消息。")
        return redirect("calls:call", found.key)
    return redirect("calls:manage", found.key)


@access(administrators)
@require_POST
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a draft away."""
    found = own_call(request, key)
    with show_refusal(request, success=f"草稿“{found.title}”已删除。"):
        discard_call(found, act=act_of(request))
        return redirect("calls:work")
    return redirect("calls:manage", found.key)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let a call close later."""

    def do(call: Call, given: dict[str, Any], act: ActorContext) -> None:
        extend_call(call, closes_at=given["closes_at"], reason=given["reason"], seen=given["seen"], act=act)

    return _change(request, key, ExtendForm, do, title="延长申报时间", done="申报时间已延长。")


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let a call close earlier."""

    def do(call: Call, given: dict[str, Any], act: ActorContext) -> None:
        close_call(call, closes_at=given["closes_at"], reason=given["reason"], seen=given["seen"], act=act)

    return _change(request, key, CloseForm, do, title="提前截止", done="已登记提前截止，有关单位会收到消息。")


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a published call back."""

    def do(call: Call, given: dict[str, Any], act: ActorContext) -> None:
        withdraw_call(call, reason=given["reason"], seen=given["seen"], act=act)

    return _change(request, key, WithdrawForm, do, title="撤销通知", done="通知已撤销，有关单位会收到消息。")


def _change(
    request: HttpRequest,
    key: uuid.UUID,
    form_class: type[ReasonedForm],
    do: Callable[[Call, dict[str, Any], ActorContext], None],
    *,
    title: str,
    done: str,
) -> HttpResponse:
    """Show the form of a change of a published call, or carry it out."""
    found = own_call(request, key)
    form = form_class(request.POST or None, initial={"seen": found.revision})
    if form.is_valid():
        with show_refusal(form.show_refusal):
            do(found, form.cleaned_data, act_of(request))
            messages.success(request, done)
            return redirect("calls:manage", found.key)
    context = {"call": found, "form": form, "title": title, "phase": found.phase}
    return render(request, "calls/change.html", context, status=422 if form.errors else 200)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Widen a published call."""
    found = own_call(request, key)
    if found.state != CallState.PUBLISHED:
        messages.info(request, f"该通知现为“{found.get_state_display()}”，不能调整。")
        return redirect("calls:manage", found.key)
    data = request.POST if request.method == "POST" else None
    form = AmendForm(data, call=found)
    rows = {row.item_id: row for row in found.items.all()}
    offered = {item.pk: item for item in selectors.callable_items(found.region)}
    offered |= {row.item_id: row.item for row in rows.values()}
    in_order = sorted(offered.values(), key=lambda item: (item.document.code, item.position))
    items = ItemForms(data, items=in_order, rows=rows, is_fixed=True)
    if data is not None and all((form.is_valid(), items.is_valid())):
        with show_refusal(form.show_refusal):
            amendment = form.amendment(items.plans)
            given = form.cleaned_data
            amend_call(found, amendment=amendment, reason=given["reason"], seen=given["seen"], act=act_of(request))
            messages.success(request, "已调整，变化和理由已在通知页面公布。")
            return redirect("calls:manage", found.key)
    context = {"call": found, "form": form, "items": items}
    return render(request, "calls/amend.html", context, status=200 if data is None else 422)


@takes_files
@access(administrators)
@require_POST
def attach(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Add a file to a call."""
    found = own_call(request, key)
    form = _attachment_form(found, request.POST, request.FILES)
    if form.is_valid():
        file, reason = form.cleaned_data["file"], form.cleaned_data.get("reason", "")
        with show_refusal(form):
            name, act = file.name or "未命名", act_of(request)
            add_attachment(found, name=name, file=file, act=act, reason=reason, material=form.material)
            messages.success(request, f"已上传“{file.name}”。")
            return redirect("calls:manage", found.key)
    context = _manage_context(request, found) | {"attachment_form": form}
    return render(request, "calls/manage.html", context, status=422)


@access(administrators)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_attachment(request: HttpRequest, key: uuid.UUID) -> HttpResponse | FileResponse:
    """A file of one's own city's call: to read it before everybody can, or (by post) to take it off a draft."""
    mine = CallAttachment.objects.filter(call__in=Call.objects.workable_by(user_of(request)))
    found = get_object_or_404(mine.select_related("call"), key=key)
    if request.method != "POST":
        return send_attachment(found)
    with show_refusal(request, success=f"已删除“{found.filename}”。"):
        remove_attachment(found, act=act_of(request))
    return redirect("calls:manage", found.call.key)


def _seen(request: HttpRequest) -> int:
    seen = whole_number(request.POST.get("seen"))
    return -1 if seen is None else seen
