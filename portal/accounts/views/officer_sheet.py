"""Appoint officials from a sheet: upload, look at what it would do, confirm."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.services.officer_sheet import (
    COLUMNS,
    MOST_ROWS,
    appoint_officers,
    read_officers,
    rehearse_officers,
)
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files
from portal.core.sheet_reading import MAX_BYTES, read_book
from portal.core.sheet_rows import SheetRow, kept_rows, rows_kept

# Where the rows lie in the session between look and confirmation.
_KEPT = "officer_sheet"


class OfficerSheetForm(forms.Form):
    """A sheet of people to appoint."""

    file = forms.FileField(label="人员表格（xlsx、xls 或 csv）")


@takes_files
@access(officials(Role.SYSTEM_ADMIN))
@require_http_methods(["GET", "HEAD", "POST"])
def officer_sheet(request: HttpRequest) -> HttpResponse:
    """Upload a sheet and see row by row what it would do; with `intent=appoint`, do it."""
    rows: list[SheetRow] = []
    if request.method == "POST" and request.POST.get("intent") == "appoint":
        return _appoint(request)
    form = OfficerSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form, denials=True):
            rows = read_officers(read_book(form.cleaned_data["file"].read(MAX_BYTES + 1)))
            kept = kept_rows(rows)
            rehearse_officers(rows, act=act_of(request))
            request.session[_KEPT] = kept
    context = {
        "form": form,
        "rows": rows,
        "ready": [row for row in rows if row.outcome],
        "faulty": [row for row in rows if row.faults],
        "columns": [(label, is_needed) for label, is_needed in COLUMNS.values()],
        "most": MOST_ROWS,
    }
    return render(request, "accounts/officer_sheet.html", context, status=422 if form.errors else 200)


def _appoint(request: HttpRequest) -> HttpResponse:
    kept = request.session.pop(_KEPT, "")
    if not kept:
        messages.warning(request, "请先上传表格并核对。")
        return redirect("accounts:officer_sheet")
    rows = rows_kept(kept)
    with show_refusal(request, denials=True):
        appoint_officers(rows, act=act_of(request))
        done = [row for row in rows if row.outcome]
        messages.success(request, f"已办理 {len(done)} 行；新的任职待安全管理员确认。")
        for row in rows:
            if row.faults:
                words = "；".join(f"{fault.address} {fault.words}".strip() for fault in row.faults)
                messages.warning(request, f"第 {row.number} 行未办理：{words}")
    return redirect("accounts:officials")
