"""Objections online: anybody files one and follows it by its code; the list's officers handle it."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from policies.calls.models import Call
from portal.access import access, officials, public
from portal.accounts.models import Region, User
from portal.core.errors import RefusedError, show_refusal
from portal.core.fields import LineField, TextField
from portal.core.files import file_response
from portal.core.http import act_of, takes_files, typed, user_of
from portal.core.limits import count_use
from portal.core.paging import paginate
from review.decisions.models import PUBLICITY_ROLES, PublicityEntry, PublicityList
from review.decisions.permissions import approver_in, publishing_regions
from review.objections.models import EndRule, Filing
from review.objections.services import (
    FilingDraft,
    accept_filing,
    decline_filing,
    file_objection,
    set_rule,
    state_for_author,
)

officers = officials(*PUBLICITY_ROLES)
PAGE = 50
# How often an address may ask for a code within an hour.
_ASKED, _HOUR = 30, 3600
_RECEIPT = "objection_receipt"


class FilingForm(forms.Form):
    """A signed objection."""

    name = LineField(label="姓名或单位名称", max_length=60, help_text="须实名；只有受理异议的工作人员可以看到。")
    contact = LineField(label="联系方式", max_length=60, help_text="电话或邮箱，供核实时联系。")
    text = TextField(label="异议内容", max_length=3000, rows=6, help_text="请写明事实和理由。")
    file = forms.FileField(label="附件（可不提供）", required=False, help_text="PDF、JPG 或 PNG，最大 10 MB。")


class RuleForm(forms.Form):
    """What the end of a list's days does, for an office or one of its calls."""

    region = forms.ModelChoiceField(Region.objects.none(), label="地区", empty_label=None)
    call = forms.ModelChoiceField(Call.objects.none(), label="申报通知", required=False, empty_label="全部名单")
    approves = forms.TypedChoiceField(
        label="公示期满",
        choices=(("", "请选择"), ("yes", "次日自动批准没有异议的申报"), ("no", "由人员逐份批准")),
        coerce=lambda value: value == "yes",
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.fields["region"].queryset = _approved_by(user)  # type: ignore[attr-defined]
        calls = Call.objects.visible_to(user).order_by("-pk")
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]


def _approved_by(user: User) -> Any:
    regions = Region.objects.filter(pk__in=user.regions_for(*PUBLICITY_ROLES))
    return regions.filter(pk__in=[one.pk for one in regions if one.pk in user.regions_for(approver_in(one))])


@takes_files
@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, entry: int) -> HttpResponse:
    """File an objection to one entry of a list that runs."""
    lists = PublicityList.objects.complete()
    found = get_object_or_404(
        PublicityEntry.objects.select_related("publicity__region", "claim").filter(publicity__in=lists), pk=entry
    )
    form = FilingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            filing = file_objection(found, draft=FilingDraft(**form.cleaned_data), act=act_of(request))
            request.session[_RECEIPT] = filing.code
            return redirect("objections:receipt")
    context = {"entry": found, "form": form}
    return render(request, "objections/new.html", context, status=422 if form.errors else 200)


@access(public)
@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """The code of what one has just filed."""
    code = request.session.get(_RECEIPT, "")
    return render(request, "objections/receipt.html", {"code": code})


@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Where an objection stands, by its code."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        with show_refusal(request):
            if not count_use(f"objection-code:{act_of(request).address}", limit=_ASKED, seconds=_HOUR):
                raise RefusedError("查询过于频繁，请一小时后再试。")
            code = "".join(request.POST.get("code", "").upper().split())[:16]
            filing = Filing.objects.filter(code=code).select_related("objection", "entry__publicity").first()
            if filing is None:
                raise RefusedError("没有这个查询码，请核对后重新输入。")
            state, words = state_for_author(filing)
            context = {"filing": filing, "state": state, "words": words}
    return render(request, "objections/follow.html", context)


@access(officers)
@require_GET
def filings(request: HttpRequest) -> HttpResponse:
    """What was filed against the lists of one's regions, and the rules for their end."""
    user = user_of(request)
    found = Filing.objects.visible_to(user).select_related("entry__publicity", "objection")
    approved = _approved_by(user)
    context = {
        "page": paginate(found, after=request.GET.get("after", ""), size=PAGE),
        "rules": EndRule.objects.filter(region__in=user.regions_for(*PUBLICITY_ROLES)).select_related(
            "region", "call", "set_by"
        )[:PAGE],
        "rule_form": RuleForm(user=user) if approved.exists() else None,
    }
    return render(request, "objections/list.html", context)


@access(officers)
@require_POST
def rule(request: HttpRequest) -> HttpResponse:
    """Set what the end of a list's days does."""
    form = RuleForm(request.POST, user=user_of(request))
    if not form.is_valid():
        messages.error(request, "请选择地区和期满后的办理方式。")
        return redirect("objections:list")
    with show_refusal(request, denials=True, success="公示期满规则已设定。"):
        set_rule(form.cleaned_data.pop("region"), act=act_of(request), **form.cleaned_data)
    return redirect("objections:list")


def _filing(request: HttpRequest, key: uuid.UUID) -> Filing:
    related = ("entry__publicity__region", "entry__claim", "objection", "handled_by")
    return get_object_or_404(Filing.objects.visible_to(user_of(request)).select_related(*related), key=key)


@access(officers)
@require_http_methods(["GET", "HEAD", "POST"])
def filing(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One filing with who filed it; taken up or declined."""
    found = _filing(request, key)
    may = found.entry.publicity.region_id in publishing_regions(user_of(request))
    if request.method == "POST":
        with show_refusal(request, denials=True, success="已办理。"):
            if request.POST.get("intent") == "accept":
                accept_filing(found, act=act_of(request))
            else:
                decline_filing(found, reason=typed(request, most=1000), act=act_of(request))
        return redirect("objections:filing", key=key)
    return render(request, "objections/filing.html", {"filing": found, "may_handle": may})


@access(officers)
@require_GET
def file(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The paper that came with a filing."""
    found = _filing(request, key)
    if not found.sha256:
        raise Http404
    return file_response(found.path, sha256=found.sha256, filename=found.filename, media_type=found.media_type)
