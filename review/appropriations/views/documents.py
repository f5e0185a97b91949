"""Documents that give money to districts, their receipts, and each district's use of its lump sum."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.persons import same_person
from portal.core.errors import RefusedError, show_refusal
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from review.appropriations.enums import AppropriationState
from review.appropriations.forms import DocumentForm, ReasonForm, ReceiptForm
from review.appropriations.models import Allocation, Appropriation, AppropriationLine
from review.appropriations.permissions import CHECKERS, MAKERS, READERS
from review.appropriations.selectors import districts_of, lines_to_give, total_of, unreceived, use_of
from review.appropriations.services import appropriations as services
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures, total_figures, use_chart

makers, checkers, readers = officials(*MAKERS), officials(*CHECKERS), officials(*READERS)
PAGE = 50


@access(readers)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Allocations and documents that the person sees; for a district's finance first what is to be received."""
    user = user_of(request)
    documents = Appropriation.objects.visible_to(user).select_related("region", "line").prefetch_related("lines")
    page = paginate(documents, after=request.GET.get("after", ""), size=PAGE)
    given = BudgetLine.objects.visible_to(user).filter(given_to__isnull=False).distinct()
    context = {
        "allocations": Allocation.objects.visible_to(user).select_related("region", "line", "replaced_by")[:PAGE],
        "page": page,
        "documents": [(each, total_of(each.lines.all())) for each in page.rows],
        "waiting": unreceived(user),
        "lines": given.order_by("-year", "pk"),
        "may_make": bool(lines_to_give(user)),
    }
    return render(request, "appropriations/list.html", context)


@access(readers)
@require_GET
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Each district's use of what was given from a line."""
    rows = BudgetLine.objects.visible_to(user_of(request)).select_related("region")
    line = get_object_or_404(rows, pk=pk, given_from=None)
    uses = use_of(line)
    figures = [each.figures for each in uses]
    context = {
        "line": line,
        "uses": uses,
        "totals": total_figures(figures),
        "chart": use_chart(figures, line.year) if uses else None,
    }
    return render(request, "appropriations/use.html", context)


@access(makers)
@require_http_methods(["GET", "POST"])
def new_document(request: HttpRequest) -> HttpResponse:
    """Draft a document."""
    lines = lines_to_give(user_of(request))
    if not lines:
        messages.info(request, "请先新建本市指标并登记下达的金额，再拟写下达文件。")
        return redirect("appropriations:list")
    form = DocumentForm(request.POST or None, lines=lines, districts=districts_of(lines[0].region))
    if form.is_valid():
        with show_refusal(form):
            given = form.cleaned_data
            key = given["key"] or uuid.uuid4()
            made = services.draft_appropriation(
                form.chosen_line, title=given["title"], sums=form.sums, key=key, act=act_of(request)
            )
            return redirect("appropriations:document", key=made.key)
    return _form_page(request, form, title="拟写下达文件", action="保存")


@access(readers)
@require_GET
def document(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A document with its sums and receipts, and the next step."""
    found, user = _visible(request, key), user_of(request)
    lines = list(found.lines.select_related("region", "receipt__officer"))
    own = found.region_id in user.regions_for(*CHECKERS)
    finance = user.regions_for(Role.FINANCE)
    is_issued, total = found.state == AppropriationState.ISSUED, total_of(lines)
    is_planned = found.state in (AppropriationState.DRAFT, AppropriationState.CHECKED)
    left = line_figures([found.line])[0].available if is_planned else total
    context = {
        "document": found,
        "lines": [(line, getattr(line, "receipt", None), is_issued and line.region_id in finance) for line in lines],
        "total": total,
        "left": left,
        "is_short": left < total,
        "may_make": found.region_id in user.regions_for(*MAKERS),
        "may_check": own and not same_person(user, found.drafted_by_id),
        "may_recall": own and not same_person(user, found.issued_by_id),
        "may_return": own,
    }
    return render(request, "appropriations/document.html", context)


@access(makers)
@require_http_methods(["GET", "POST"])
def edit_document(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Change a document that is not checked."""
    found = _visible(request, key)
    if found.region_id not in user_of(request).regions_for(*MAKERS):
        raise PermissionDenied
    if found.state != AppropriationState.DRAFT:
        raise Http404
    form = DocumentForm(
        request.POST or None,
        lines=[found.line],
        districts=districts_of(found.region),
        sums={line.region_id: line.fen for line in found.lines.all()},
        initial={"title": found.title, "line": str(found.line_id)},
    )
    if form.is_valid():
        with show_refusal(form):
            title, act = form.cleaned_data["title"], act_of(request)
            services.change_appropriation(found.pk, title=title, sums=form.sums, act=act)
            return redirect("appropriations:document", key=key)
    return _form_page(request, form, title="修改下达文件", action="保存", document=found)


@access(checkers)
@require_POST
def move_document(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Check, return, issue or recall a document."""
    found, act = _visible(request, key), act_of(request)
    action = request.POST.get("action", "")
    reason = ReasonForm(request.POST)
    with show_refusal(request, success=_DONE.get(action, ""), denials=True):
        if action in ("return", "recall") and not reason.is_valid():
            raise RefusedError("请写明原因（不超过 300 字）。")
        if action == "check":
            services.check_appropriation(found.pk, act=act)
        elif action == "return":
            services.return_appropriation(found.pk, reason=reason.cleaned_data["reason"], act=act)
        elif action == "issue":
            services.issue_appropriation(found.pk, act=act)
        elif action == "recall":
            services.recall_appropriation(found.pk, reason=reason.cleaned_data["reason"], act=act)
    return redirect("appropriations:document", key=key)


_DONE = {
    "check": "已复核，可以下达。",
    "return": "已退回修改。",
    "issue": "已下达，各区县财务可以签收。",
    "recall": "已收回，金额已冲回本级指标。",
}


@access(makers)
@require_POST
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that a sum arrived."""
    seen = AppropriationLine.objects.filter(appropriation__in=Appropriation.objects.visible_to(user_of(request)))
    line = get_object_or_404(seen.select_related("appropriation"), pk=pk)
    form = ReceiptForm(request.POST)
    with show_refusal(request, success="已签收，回执已记录。", denials=True):
        if not form.is_valid():
            raise RefusedError("回执说明不超过 200 字，请改短。")
        services.receive_appropriation(line.pk, note=form.cleaned_data["note"], act=act_of(request))
    return redirect("appropriations:document", key=line.appropriation.key)


def _visible(request: HttpRequest, key: uuid.UUID) -> Appropriation:
    related = ("region", "line", "allocation", "drafted_by", "checked_by", "issued_by", "recalled_by")
    return get_object_or_404(Appropriation.objects.visible_to(user_of(request)).select_related(*related), key=key)


def _form_page(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    return render(request, "appropriations/form.html", {"form": form, **context}, status=422 if form.errors else 200)
