"""Pages of simulations: the list, asking for one, waiting for it, its report, and two reports side by side."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.catalogue import draft_catalogue
from policies.engine import CatalogueError
from policies.published.selectors import published_catalogue
from portal.access import access, officials
from portal.accounts.models import Region, User
from portal.audit.security import exported_workbook
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from review.whatif import charts
from review.whatif.comparison import compared
from review.whatif.enums import ChangeKind, RunState
from review.whatif.forms.changes import DraftForm, IssueForm, ItemForm, ReadingsForm
from review.whatif.forms.looks import CompareForm, ReportForm
from review.whatif.forms.scope import RunForm
from review.whatif.models import SimulationRun
from review.whatif.permissions import READERS, RUNNERS, may_run, running_city
from review.whatif.report import SHOWN_MOVERS, Report, shown_ids
from review.whatif.selectors import (
    calls_of,
    catalogue_in_force,
    comparable_runs,
    last_run_of,
    open_choices,
    page_of_runs,
    region_names,
    run_choices,
    standing_of,
    standings_of,
    visible_numbers,
)
from review.whatif.services.runs import cancel_run, find_earlier, start_run
from review.whatif.xlsx_export import report_book

runners = officials(*RUNNERS)
readers = officials(*READERS)


def _city(user: User) -> Region:
    """The city in which the person simulates."""
    city = running_city(user)
    if city is None:
        raise Http404
    return city


@access(readers)
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """The simulations of one's city, newest first."""
    user = user_of(request)
    page = page_of_runs(user, after=request.GET.get("after", ""))
    context = {
        "standings": standings_of(page.rows),
        "page": page,
        "may_run": running_city(user) is not None,
    }
    return render(request, "whatif/runs.html", context)


@access(runners)
@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """Choose what to try."""
    return render(request, "whatif/new.html", {"choices": open_choices(user_of(request))})


def _run_form(request: HttpRequest, change: str, city: Region) -> RunForm:
    """The form of what is to be tried. Raises Http404 for something that is not there (or not for this person)."""
    target = request.GET.get("target", "")
    rules = catalogue_in_force()
    documents = rules.documents
    common: dict[str, Any] = {"data": request.POST or None, "current": rules, "choices": run_choices(city)}
    if change == ChangeKind.PUBLISHED:
        return RunForm(**common)
    if change == ChangeKind.ITEM and target in rules.items:
        return ItemForm(item_id=target, **common)
    if change == ChangeKind.READINGS and target in documents:
        return ReadingsForm(document=target, **common)
    if change == ChangeKind.ISSUE and target in documents and documents[target].status == "draft":
        return IssueForm(document=target, published=published_catalogue(), **common)
    if change == ChangeKind.DRAFT:
        draft = _draft(request, target)
        return DraftForm(
            drafted=draft_catalogue(draft),
            document=draft.document_code,
            draft=(str(draft.key), draft.title, draft.revision),
            **common,
        )
    raise Http404


def _draft(request: HttpRequest, key: str) -> PolicyDraft:
    try:
        return get_object_or_404(PolicyDraft.objects.visible_to(user_of(request)), key=key)
    except ValidationError:
        raise Http404 from None


@access(runners)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, change: str) -> HttpResponse:
    """Say over which claims, and which figures are tried; a run of the very same inputs is offered instead."""
    user = user_of(request)
    city = _city(user)
    try:
        form = _run_form(request, change, city)
    except CatalogueError as error:
        messages.error(request, f"草案还有 {len(error.problems)} 处问题，改正后才能测算。")
        return redirect("whatif:new")
    earlier = None
    if form.is_valid():
        plan = form.as_plan()
        earlier = None if form.cleaned_data["again"] else find_earlier(user, plan=plan, city=city)
        if earlier is None or earlier.key == form.cleaned_data["key"]:
            run = start_run(city, key=form.cleaned_data["key"], plan=plan, act=act_of(request))
            return redirect("whatif:run", key=run.key)
    context = {
        "form": form,
        "city": city,
        "change": ChangeKind(change),
        "earlier": earlier,
        "subject": form.default_title,
    }
    return render(request, "whatif/ask.html", context, status=422 if form.errors else 200)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _visible_run(request: HttpRequest, key: uuid.UUID) -> SimulationRun:
    runs = SimulationRun.objects.visible_to(user_of(request)).select_related("city", "asked_by")
    return get_object_or_404(runs, key=key)


def _report(request: HttpRequest, run: SimulationRun, *, most: int | None = SHOWN_MOVERS) -> Report:
    ids = shown_ids(run, most=most)
    claims = visible_numbers(user_of(request), ids) if ids else {}
    return Report(run, regions=region_names(run), claims=claims, calls=calls_of(user_of(request), run))


@access(readers)
@require_GET
def run(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The progress of a run, and its report once it is done."""
    found = _visible_run(request, key)
    standing = standing_of(found)
    context = {"run": found, "standing": standing, "may_cancel": _may_cancel(request, found)}
    if found.state != RunState.DONE:
        return render(request, "whatif/waiting.html", context)
    report = _report(request, found)
    form = ReportForm(request.GET, run=found)
    form.asked()
    context |= {
        "report": report,
        "form": form,
        "take_up": report.take_up(form.per_cent),
        "budget_years": report.budget_years(form.yearly_budget),
        "gains": report.movers(gains=True, most=SHOWN_MOVERS),
        "losses": report.movers(gains=False, most=SHOWN_MOVERS),
        "charts": charts.of_report(report),
    }
    return render(request, "whatif/report.html", context)


def _may_cancel(request: HttpRequest, run: SimulationRun) -> bool:
    return run.is_open and may_run(user_of(request), run.city_id)


@access(readers)
@require_GET
def progress(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The bar, asked for again and again; once the run has ended the page is loaded anew."""
    found = _visible_run(request, key)
    context = {"run": found, "standing": standing_of(found), "may_cancel": _may_cancel(request, found)}
    if not _is_fragment(request):
        return redirect("whatif:run", key=key)
    response = render(request, "whatif/_progress.html", context)
    if not found.is_open:
        response["HX-Refresh"] = "true"
    return response


@access(runners)
@require_POST
def cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give up a run."""
    found = _visible_run(request, key)
    with show_refusal(request, success="模拟已取消。"):
        cancel_run(found.pk, act=act_of(request))
    return redirect("whatif:run", key=key)


@access(readers)
@require_GET
def export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The report as a workbook."""
    found = _visible_run(request, key)
    if found.state != RunState.DONE:
        messages.info(request, "模拟完成后才能导出。")
        return redirect("whatif:run", key=key)
    report = _report(request, found, most=None)
    return exported_workbook(
        act_of(request),
        report_book(report, made_by=user_of(request).name),
        f"政策模拟-{found.pk}.xlsx",
        rows=len(report.items),
        filters=found.title,
    )


@access(readers)
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two finished runs side by side."""
    user = user_of(request)
    form = CompareForm(request.GET or None, runs=comparable_runs(user))
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        first, second = (_report(request, _visible_run(request, form.cleaned_data[name])) for name in ("a", "b"))
        context |= {
            "first": first,
            "second": second,
            "compared": compared(first, second),
            "is_same_scope": _same_scope(first.run, second.run),
        }
    return render(request, "whatif/compare.html", context)


def _same_scope(first: SimulationRun, second: SimulationRun) -> bool:
    return (first.source, first.scope, first.city_id) == (second.source, second.scope, second.city_id)


@access(readers)
@require_GET
def draft_effect(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What a draft would cost: the last simulation of this revision, or the way to ask for one."""
    draft = get_object_or_404(PolicyDraft.objects.visible_to(user_of(request)), key=key)
    found = last_run_of(user_of(request), change=ChangeKind.DRAFT, target=str(draft.key), revision=draft.revision)
    context = {
        "draft": draft,
        "run": found,
        "standing": standing_of(found) if found else None,
        "report": _report(request, found) if found and found.state == RunState.DONE else None,
        "may_run": running_city(user_of(request)) is not None,
    }
    return render(
        request, "whatif/_draft_effect.html" if _is_fragment(request) else "whatif/draft_effect.html", context
    )
