"""The auditors' pages: the record, one entry of it, and the workbook."""

import tempfile
from contextlib import ExitStack

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.differences import differences_of, object_type_label
from portal.audit.forms import RecordFilterForm, SecurityFilterForm
from portal.audit.models import AuditRecord
from portal.audit.selectors import page_of_events, page_of_records, region_names
from portal.audit.services import export_records
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of

auditors = officials(Role.AUDITOR)


@access(auditors)
def record_list(request: HttpRequest) -> HttpResponseBase:
    """Show the records of the auditor's region, newest first."""
    form = RecordFilterForm(request.GET, user=user_of(request))
    narrowed = form.to_filter()
    page = page_of_records(user_of(request), narrowed=narrowed, after=request.GET.get("after", ""))
    names = region_names({record.region_code for record in page.rows if record.region_code})
    rows = [
        {
            "record": record,
            "type": object_type_label(record.target_type),
            "region": names.get(record.region_code, record.region_code),
        }
        for record in page.rows
    ]
    history = object_type_label(narrowed.object_type) if narrowed.object_type and narrowed.object_id else ""
    context = {
        "form": form,
        "rows": rows,
        "page": page,
        "history": history,
        "history_label": page.rows[0].target_label if history and page.rows else "",
        "narrowed": narrowed.words,
    }
    return render(request, "audit/records.html", context)


@access(auditors)
def security_events(request: HttpRequest) -> HttpResponseBase:
    """Show the security events of the auditor's region, newest first."""
    form = SecurityFilterForm(request.GET, user=user_of(request))
    page = page_of_events(user_of(request), narrowed=form.to_filter(), after=request.GET.get("after", ""))
    names = region_names({event.region_code for event in page.rows if event.region_code})
    rows = [(event, names.get(event.region_code, event.region_code)) for event in page.rows]
    context = {"form": form, "rows": rows, "page": page}
    return render(request, "audit/security.html", context)


@access(auditors)
def record_detail(request: HttpRequest, sequence: int) -> HttpResponseBase:
    """Show one record with what changed, and its place in the chain."""
    record = get_object_or_404(
        AuditRecord.objects.visible_to(user_of(request)).select_related("actor"), sequence=sequence
    )
    names = region_names({record.region_code})
    context = {
        "record": record,
        "type": object_type_label(record.target_type),
        "region": names.get(record.region_code, record.region_code),
        "differences": differences_of(record),
    }
    return render(request, "audit/record.html", context)


@access(auditors)
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Hand out what the filter shows as a workbook; a POST, as the export itself is put on record."""
    form = RecordFilterForm(request.POST, user=user_of(request))
    if not form.is_valid():
        messages.error(request, "筛选条件有误，没有导出。请改正后再试。")
        return redirect("audit:records")
    act = act_of(request)
    # The response closes the file when it is sent; whatever goes wrong before closes it here.
    with show_refusal(request), ExitStack() as unsent:
        file = unsent.enter_context(tempfile.TemporaryFile(suffix=".xlsx"))
        export_records(AuditRecord.objects.visible_to(user_of(request)), narrowed=form.to_filter(), file=file, act=act)
        file.seek(0)
        name = f"审计记录-{timezone.localtime(act.at):%Y%m%d-%H%M}.xlsx"
        response = FileResponse(file, as_attachment=True, filename=name)
        unsent.pop_all()
        return response
    return redirect("audit:records")
