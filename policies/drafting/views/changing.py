"""Deeds on a draft: its sections' order, the shortcuts, and its way to publication."""

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from policies.drafting.forms import IssueForm, ReadingsForm, ReasonForm, SumsForm
from policies.drafting.models import PolicyDraft
from policies.drafting.services.decisions import propose, publish, return_draft, take_back
from policies.drafting.services.drafts import move_section, remove_section, withdraw
from policies.drafting.services.shortcuts import choose_readings, enter_sums, record_issue
from policies.drafting.views.common import found_draft, frame, revision_of, to_draft, writers
from portal.access import access
from portal.core.errors import show_refusal
from portal.core.http import act_of
from portal.core.numbers import whole_number


@access(writers)
@require_POST
def arrange(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Put a section one place up or down, or take it off, as the button says: `up:3`, `down:3`, `drop:3`."""
    draft = found_draft(request, key)
    verb, _, number = request.POST.get("action", "").partition(":")
    index = whole_number(number)
    if index is None or verb not in ("up", "down", "drop"):
        return HttpResponseBadRequest()
    revision, act = revision_of(request), act_of(request)
    with show_refusal(request, success="已删除这一段。" if verb == "drop" else ""):
        if verb == "drop":
            remove_section(draft, index, revision=revision, act=act)
        else:
            move_section(draft, index, to=index + (-1 if verb == "up" else 1), revision=revision, act=act)
    return to_draft(draft)


@access(writers)
def issue(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Record the issue of a document that is a draft."""
    draft = found_draft(request, key)
    head = draft.sections[0].get("document") or {}
    initial = {
        "title": _issued(head.get("title")),
        "short_title": _issued(head.get("short_title")),
        "issuer": _issued(head.get("issuer")),
        "number": head.get("number", ""),
    }
    form = IssueForm(request.POST if request.method == "POST" else None, initial=initial)
    lead = "填写文号和日期，文件由征求意见稿改为现行有效；发布后，各事项即可申报。"
    return _shortcut(
        request,
        draft,
        form,
        lambda: record_issue(draft, form.issue, revision=revision_of(request), act=act_of(request)),
        title="记录印发",
        lead=lead,
    )


@access(writers)
def sums(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Enter the sums that another document names."""
    draft = found_draft(request, key)
    form = SumsForm(request.POST if request.method == "POST" else None, draft=draft)
    return _shortcut(
        request,
        draft,
        form,
        lambda: enter_sums(draft, form.sums, form.parent, revision=revision_of(request), act=act_of(request)),
        title="录入金额",
        lead="本文件没有写明金额的事项，按上位文件填写；留空的仍由审定决定。",
        template="drafting/sums.html",
    )


@access(writers)
def readings(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Choose the document's readings where its words leave them open."""
    draft = found_draft(request, key)
    form = ReadingsForm(request.POST if request.method == "POST" else None, draft=draft)
    return _shortcut(
        request,
        draft,
        form,
        lambda: choose_readings(draft, form.readings, revision=revision_of(request), act=act_of(request)),
        title="选定读法",
        lead="文件措辞留有余地的地方，本系统怎样理解、依据什么。改动只对本文件有效，随拟订一起发布。",
        template="drafting/readings.html",
    )


def _shortcut(
    request: HttpRequest,
    draft: PolicyDraft,
    form: forms.Form,
    deed: Callable[[], object],
    *,
    title: str,
    lead: str,
    template: str = "drafting/shortcut.html",
) -> HttpResponse:
    if form.is_valid():
        with show_refusal(request, success=f"已{title}，请核对改动后提请发布。"):
            deed()
            return redirect("drafting:changes", draft.key)
    context = frame(request, draft, tab="draft") | {"form": form, "title": title, "lead": lead}
    return render(request, template, context)


def _issued(words: object) -> str:
    """A draft document's title or issuer as it will be called when issued."""
    text = str(words or "")
    return text.replace("（征求意见稿）", "").replace("（征求意见）", "")


@access(writers)
@require_POST
def decide(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Do what the pressed button says: propose, take back, withdraw, return or publish."""
    draft = found_draft(request, key)
    act, revision = act_of(request), revision_of(request)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "propose": (lambda: propose(draft, revision=revision, act=act), "已提请发布，等待另一位政策管理人员核对。"),
        "take_back": (lambda: take_back(draft, act=act), "已收回，可以继续修改。"),
        "withdraw": (lambda: withdraw(draft, reason=reason, act=act), "已撤回该拟订。"),
        "return": (lambda: return_draft(draft, reason=reason, act=act), "已退回起草人修改。"),
        "publish": (lambda: publish(draft, revision=revision, act=act), "已发布。"),
    }
    action = request.POST.get("action", "")
    if action in ("withdraw", "return") and not reason:
        messages.error(request, "请写明理由（不超过 200 字），让起草人知道为什么。")
    elif action in deeds:
        deed, success = deeds[action]
        with show_refusal(request, success=success):
            deed()
    return to_draft(draft)
