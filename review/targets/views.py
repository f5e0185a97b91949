"""Pages of targets and programmes: everybody reads them, officials of the region enter what was measured and done."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from policies.published.models import PolicyDocument
from portal.access import access, officials, public
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number
from portal.core.spreadsheets import workbook_response
from review.targets.charts import attainment_chart, course_chart, verdict_chart, year_chart, year_charts
from review.targets.forms import CorrectionForm, MeasurementForm, ProgressForm
from review.targets.models import Measurement
from review.targets.permissions import RECORDERS, recordable_documents
from review.targets.programmes import Task, duty_of, plan_codes, progress_history, read_board, read_task
from review.targets.selectors import (
    Aim,
    find_aim,
    may_record,
    measured_text,
    measurement_history,
    platform_figures,
    read_dashboard,
    read_dashboards,
    recordable_items,
    standings_of,
    target_documents,
)
from review.targets.services import (
    adopt_platform_figure,
    correct_measurement,
    days_of,
    record_measurement,
    report_progress,
)
from review.targets.xlsx_export import dashboard_sheet

recorders = officials(*RECORDERS)


@access(public)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The documents that set targets and how far each is, and the plans."""
    today = timezone.localdate()
    dashboards = read_dashboards(target_documents(), on=today)
    context = {
        "entries": [(dashboard, verdict_chart(dashboard)) for dashboard in dashboards],
        "plans": PolicyDocument.objects.filter(code__in=plan_codes()).order_by("code"),
    }
    return render(request, "targets/index.html", context)


@access(public)
@require_GET
def dashboard(request: HttpRequest, code: str) -> HttpResponse:
    """One document's targets by year: what was measured, whether it is met, what is missing."""
    document = get_object_or_404(target_documents(), code=code)
    today = timezone.localdate()
    found = read_dashboard(document, on=today)
    aims = {standing.aim.item.code: standing.aim for standing in found.standings}
    context = {
        "document": document,
        "dashboard": found,
        "counts": verdict_chart(found),
        "attainment": attainment_chart(found),
        "charts": year_charts(found),
        "platform": platform_figures(aims.values(), on=today),
        "is_plan": code in plan_codes(),
        "may_record": may_record(request.user, document),
    }
    return render(request, "targets/dashboard.html", context)


@access(public)
@require_GET
def dashboard_export(_request: HttpRequest, code: str) -> HttpResponse:
    """The dashboard as a sheet."""
    document = get_object_or_404(target_documents(), code=code)
    today = timezone.localdate()
    return workbook_response(
        dashboard_sheet(read_dashboard(document, on=today)), f"目标进展-{code}-{today:%Y%m%d}.xlsx"
    )


@access(public)
@require_GET
def target(request: HttpRequest, code: str) -> HttpResponse:
    """One target: what it asks, how it stands in each year, what the portal counts, and every value ever entered."""
    aim = _aim_or_404(code)
    today = timezone.localdate()
    standings = standings_of(aim, on=today)
    figures = platform_figures([aim], on=today)
    page = measurement_history(aim, after=request.GET.get("after", ""))
    context = {
        "aim": aim,
        "document": aim.item.document,
        "standings": standings,
        "figures": [(year, figure) for (_, year), figure in figures.items()],
        "chart": year_chart(aim.goal.title, standings) if aim.goal.is_yearly else course_chart(aim, page.rows),
        "page": page,
        "may_record": may_record(request.user, aim.item.document),
        "key": uuid.uuid4(),
    }
    return render(request, "targets/target.html", context)


def _aim_or_404(code: str) -> Aim:
    aim = find_aim(code)
    if aim is None:
        raise Http404
    return aim


@access(recorders)
@require_http_methods(["GET", "POST"])
def measure(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a measured value of a target."""
    aim = _aim_or_404(get_object_or_404(recordable_items(user_of(request)), code=code).code)
    if aim.goal.is_restated:
        return redirect("targets:measure", code=aim.goal.measured_as)
    form = MeasurementForm(request.POST or None, goal=aim.goal)
    if form.is_valid():
        with show_refusal(form):
            row = record_measurement(code, form.reading, key=form.cleaned_data["key"], act=act_of(request))
            messages.success(request, f"已登记“{aim.goal.title}”：{measured_text(row, aim.goal.unit)}。")
            return redirect("targets:target", code=code)
    return _entry_page(request, form, aim, title="登记实测值")


@access(recorders)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Replace a measured value, with the reason. Both stay on record."""
    row = get_object_or_404(Measurement.objects.recordable_by(user_of(request)).select_related("item"), key=key)
    aim = _aim_or_404(row.item.code)
    form = CorrectionForm(request.POST or None, goal=aim.goal, row=row)
    if form.is_valid():
        entered = form.cleaned_data
        with show_refusal(form):
            correct_measurement(
                row.pk, form.replacement, reason=entered["reason"], key=entered["key"], act=act_of(request)
            )
            messages.success(request, "已更正，原来的数值仍留在历次实测中。")
            return redirect("targets:target", code=aim.item.code)
    return _entry_page(request, form, aim, title="更正实测值")


def _entry_page(request: HttpRequest, form: MeasurementForm, aim: Aim, *, title: str) -> HttpResponse:
    first, last = days_of(aim, aim.goal.years[0])[0], days_of(aim, aim.goal.years[-1])[1]
    context = {"form": form, "aim": aim, "title": title, "first": first, "last": last}
    return render(request, "targets/measurement_form.html", context, status=422 if form.errors else 200)


@access(recorders)
@require_POST
def adopt(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Enter what the portal counts as a measured value, at one click."""
    item = get_object_or_404(recordable_items(user_of(request)), code=code)
    with show_refusal(request):
        row = adopt_platform_figure(item.code, year=year, key=_key_of(request), act=act_of(request))
        messages.success(request, f"已采用平台数据，数据时点为 {row.measured_on.isoformat()}。")
    return redirect("targets:target", code=code)


def _key_of(request: HttpRequest) -> uuid.UUID:
    """The key of the page's form; a new one where it was lost or bent."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


@access(public)
@require_GET
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """A plan: its phases on a line of time, who answers for what, and how far each duty is."""
    document = get_object_or_404(PolicyDocument.objects.select_related("region"), code=code)
    board = read_board(document, on=timezone.localdate())
    if board is None:
        raise Http404
    context = {
        "document": document,
        "board": board,
        "has_targets": document.items.filter(kind="target").exists(),
        "may_record": may_record(request.user, document),
    }
    return render(request, "targets/programme.html", context)


@access(public)
@require_GET
def progress(request: HttpRequest, code: str, rule: str) -> HttpResponse:
    """All that was reported of a phase or duty."""
    document = get_object_or_404(PolicyDocument, code=code)
    task = _task_or_404(request, document, rule)
    page = progress_history(task, document, after=request.GET.get("after", ""))
    context = {
        "document": document,
        "task": task,
        "page": page,
        "may_record": may_record(request.user, document),
    }
    return render(request, "targets/progress.html", context)


@access(recorders)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, code: str, rule: str) -> HttpResponse:
    """Report the progress of a phase or duty; of a yearly one, that of the year asked for."""
    document = get_object_or_404(PolicyDocument.objects.filter(recordable_documents(user_of(request))), code=code)
    task = _task_or_404(request, document, rule)
    form = ProgressForm(request.POST or None, task=task)
    if form.is_valid():
        entered = form.cleaned_data
        with show_refusal(form):
            report_progress(code, rule, form.report, seen=entered["seen"], key=entered["key"], act=act_of(request))
            messages.success(request, f"已登记“{task.duty.row.title}”的进展。")
            return redirect(f"{reverse('targets:programme', args=[code])}#{rule}")
    context = {"form": form, "document": document, "task": task}
    return render(request, "targets/progress_form.html", context, status=422 if form.errors else 200)


def _task_or_404(request: HttpRequest, document: PolicyDocument, rule: str) -> Task:
    """The phase or duty of an address, in the year that is asked for."""
    duty = duty_of(document.code, rule)
    year = whole_number(request.GET.get("year"))
    if duty is None or year not in duty.years:
        raise Http404
    return read_task(document, duty, year=year, on=timezone.localdate())
