"""The pool of experts: its list, the sheet that fills it, and the end of a service."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.enums import RegionLevel
from portal.accounts.models import Region, User
from portal.core import clock
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files, typed, user_of
from portal.core.paging import paginate
from portal.core.searching import says
from portal.core.sheet_reading import MAX_BYTES, read_book
from portal.core.sheet_rows import SheetRow, kept_rows, rows_kept
from portal.experts.models import KEEPER, READERS, Expert
from portal.experts.services import (
    COLUMNS,
    MOST_ROWS,
    end_service,
    read_experts,
    rehearse_experts,
    take_in_experts,
)

PAGE = 50
# Where the rows and their pool lie in the session between look and confirmation.
_KEPT = "expert_sheet"


class ExpertSheetForm(forms.Form):
    """A sheet of experts, and the city whose pool takes them."""

    region = forms.ModelChoiceField(Region.objects.none(), label="专家库", empty_label=None)
    file = forms.FileField(label="专家表格（xlsx、xls 或 csv）")

    def __init__(self, data: Any = None, files: Any = None, *, user: User) -> None:
        super().__init__(data, files)
        mine = Region.objects.filter(pk__in=user.regions_for(KEEPER), level=RegionLevel.CITY)
        self.fields["region"].queryset = mine  # type: ignore[attr-defined]


@access(officials(*READERS))
@require_GET
def experts(request: HttpRequest) -> HttpResponse:
    """The pool, the newest first; `q` finds names, employers and fields."""
    user = user_of(request)
    found = Expert.objects.visible_to(user).select_related("user", "region")
    wanted = " ".join(request.GET.get("q", "").split())[:60]
    if wanted:
        pks = [one.pk for one in found if says(wanted, one.user.name, one.employer, one.title, *one.fields)]
        found = found.filter(pk__in=pks)
    page = paginate(found, after=request.GET.get("after", ""), size=PAGE)
    today = clock.today()
    context = {
        "page": page.map(lambda one: (one, one.is_serving(today))),
        "wanted": wanted,
        "keeps": KEEPER in user.roles,
    }
    return render(request, "experts/list.html", context)


@takes_files
@access(officials(KEEPER))
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """Upload a sheet and see row by row what it would do; with `intent=take_in`, do it."""
    user, rows = user_of(request), list[SheetRow]()
    if request.method == "POST" and request.POST.get("intent") == "take_in":
        return _take_in(request)
    form = ExpertSheetForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form, denials=True):
            region = form.cleaned_data["region"]
            rows = read_experts(read_book(form.cleaned_data["file"].read(MAX_BYTES + 1)))
            kept = kept_rows(rows)
            rehearse_experts(rows, region=region, act=act_of(request))
            request.session[_KEPT] = [region.pk, kept]
    context = {
        "form": form,
        "rows": rows,
        "ready": [row for row in rows if row.outcome],
        "faulty": [row for row in rows if row.faults],
        "columns": [(label, is_needed) for label, is_needed in COLUMNS.values()],
        "most": MOST_ROWS,
    }
    return render(request, "experts/sheet.html", context, status=422 if form.errors else 200)


def _take_in(request: HttpRequest) -> HttpResponse:
    kept = request.session.pop(_KEPT, None)
    if not kept:
        messages.warning(request, "请先上传表格并核对。")
        return redirect("experts:sheet")
    region, rows = get_object_or_404(Region, pk=kept[0]), rows_kept(kept[1])
    with show_refusal(request, denials=True):
        take_in_experts(rows, region=region, act=act_of(request))
        messages.success(request, f"已办理 {sum(bool(row.outcome) for row in rows)} 行。")
        for row in rows:
            if row.faults:
                words = "；".join(f"{fault.address} {fault.words}".strip() for fault in row.faults)
                messages.warning(request, f"第 {row.number} 行未办理：{words}")
    return redirect("experts:list")


@access(officials(KEEPER))
@require_POST
def end(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """End an expert's service, with the reason."""
    found = get_object_or_404(Expert.objects.visible_to(user_of(request)), key=key)
    with show_refusal(request, denials=True, success="专家已出库。"):
        end_service(found, reason=typed(request, most=200), act=act_of(request))
    return redirect("experts:list")
