"""Pages of print runs, and the ZIP of one's own notices."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import access, applicants, officials
from portal.audit.security import exported_workbook
from portal.core.errors import RefusedError, show_refusal
from portal.core.files import PDF, FileChangedError, open_file
from portal.core.http import act_of, user_of
from review.notices import selectors
from review.notices.enums import NoticeEventKind, RunAction
from review.notices.forms import RunForm
from review.notices.lifecycle import record_looks
from review.notices.models import DECIDERS, Notice, PrintRun, PrintSlice
from review.notices.runs import MOST_FILES, address_sheet, change_run, in_order, start_run, zip_of

deciders = officials(*DECIDERS)
PAGE_SIZE = 20


@access(deciders)
@require_http_methods(["GET", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """The print runs of one's offices, and the form that begins another."""
    user = user_of(request)
    form = RunForm(request.POST or None, user=user)
    if form.is_bound and form.is_valid():
        notices = form.chosen(Notice.objects.kept_by(user))
        given = form.cleaned_data
        with show_refusal(form) as refusal:
            run = start_run(notices, region_code=given["region"], file_names=given["file_names"], act=act_of(request))
        if not refusal:
            return redirect("notices:run", run_id=run.pk)
    found = PrintRun.objects.visible_to(user).select_related("created_by", "region").prefetch_related("slices")
    return render(request, "notices/runs.html", {"form": form, "runs": found[:PAGE_SIZE]})


def _run(request: HttpRequest, run_id: int) -> PrintRun:
    return get_object_or_404(PrintRun.objects.visible_to(user_of(request)).select_related("region"), pk=run_id)


def _slice(request: HttpRequest, run_id: int, position: int) -> PrintSlice:
    return get_object_or_404(_run(request, run_id).slices.select_related("run"), position=position)


@access(deciders)
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: how far it is, and its bundles."""
    found = _run(request, run_id)
    slices = list(found.slices.select_related("district"))
    made = sum(piece.made_at is not None for piece in slices)
    context = {"run": found, "slices": slices, "made": made, "count": sum(len(piece.notice_ids) for piece in slices)}
    return render(request, "notices/run.html", context)


@access(deciders)
@require_POST
def run_action(request: HttpRequest, run_id: int, action: str) -> HttpResponse:
    """Pause, resume or cancel a run."""
    found = _run(request, run_id)
    if action not in {RunAction.PAUSE, RunAction.RESUME, RunAction.CANCEL}:
        raise Http404
    with show_refusal(request, success=f"已{RunAction(action).label}。"):
        change_run(found.pk, RunAction(action), act=act_of(request))
    return redirect("notices:run", run_id=found.pk)


@access(deciders)
@require_safe
@never_cache
def bundle(request: HttpRequest, run_id: int, position: int) -> HttpResponseBase:
    """A slice's bundle for the print room."""
    piece = _slice(request, run_id, position)
    if piece.made_at is None:
        raise Http404
    try:
        file = open_file(piece.path, sha256=piece.sha256)
    except (FileNotFoundError, FileChangedError):
        return _refused(request, run_id, RefusedError("合订本已缺失或被改动。请重新建立批次制作。"))
    return FileResponse(file, as_attachment=True, filename=f"{piece}.pdf", content_type=PDF)


@access(deciders)
@require_safe
@never_cache
def single_files(request: HttpRequest, run_id: int, position: int) -> HttpResponse:
    """A slice's notices as single files in a ZIP."""
    piece = _slice(request, run_id, position)
    try:
        content = zip_of(in_order(piece.notice_ids), piece.run.file_names)
    except RefusedError as error:
        return _refused(request, run_id, error)
    return _zip(content, f"{piece}.zip")


@access(deciders)
@require_POST
@never_cache
def addresses(request: HttpRequest, run_id: int) -> HttpResponse:
    """Where a run's notices are mailed to, as a workbook; who takes it is recorded, as it names people's telephones."""
    found = _run(request, run_id)
    content, bodies = address_sheet(found)
    filename = f"{found}地址清单.xlsx"
    return exported_workbook(act_of(request), content, filename, rows=len(bodies), applicants=set(bodies))


@access(applicants)
@require_safe
@never_cache
def own_files(request: HttpRequest) -> HttpResponse:
    """One's own notices as single files in a ZIP, the newest first."""
    made = selectors.own_notices(user_of(request)).filter(rendered_at__isnull=False, voided_at=None)[:MOST_FILES]
    notices = list(made)
    if not notices:
        messages.info(request, "还没有可以下载的通知书。")
        return redirect("notices:mine")
    try:
        content = zip_of(notices)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("notices:mine")
    record_looks(notices, NoticeEventKind.DOWNLOADED, act=act_of(request))
    return _zip(content, "我的通知书.zip")


def _refused(request: HttpRequest, run_id: int, error: RefusedError) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("notices:run", run_id=run_id)


def _zip(content: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    return response
