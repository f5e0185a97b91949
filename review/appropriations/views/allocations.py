"""Allocations by factors: factors entered, computed, checked, issued, adjusted, and the calculation as a sheet."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import access, officials
from portal.accounts.persons import same_person
from portal.audit.security import exported_workbook, record_export
from portal.core.errors import RefusedError, show_refusal
from portal.core.http import act_of, user_of
from portal.core.money import to_fen, to_yuan
from portal.core.numbers import whole_number
from review.appropriations.calculation import calculation, percent
from review.appropriations.enums import AllocationState
from review.appropriations.forms import AllocationForm, FactorForm, HeadingForm, ReasonForm
from review.appropriations.models import Allocation
from review.appropriations.permissions import CHECKERS, MAKERS, READERS
from review.appropriations.selectors import districts_of, lines_to_give, use_of
from review.appropriations.services import allocations as services
from review.appropriations.sheets import calculation_pdf, calculation_sheet

makers, checkers, readers = officials(*MAKERS), officials(*CHECKERS), officials(*READERS)


def _visible(request: HttpRequest, key: uuid.UUID) -> Allocation:
    related = ("region", "line", "replaces", "computed_by", "checked_by", "appropriation", "replaced_by")
    return get_object_or_404(Allocation.objects.visible_to(user_of(request)).select_related(*related), key=key)


def _draft(request: HttpRequest, key: uuid.UUID) -> Allocation:
    """A draft of a city whose finance the person is. Raises Http404 for one that cannot be changed."""
    found = _visible(request, key)
    if found.region_id not in user_of(request).regions_for(*MAKERS):
        raise PermissionDenied
    if found.state != AllocationState.DRAFT:
        raise Http404
    return found


@access(makers)
@require_http_methods(["GET", "POST"])
def new_allocation(request: HttpRequest) -> HttpResponse:
    """Begin an allocation: from which line, how much, on which basis."""
    lines = lines_to_give(user_of(request))
    if not lines:
        messages.info(request, "请先新建本市指标并登记下达的金额，再编制分配方案。")
        return redirect("appropriations:list")
    form = AllocationForm(request.POST or None, lines=lines)
    if form.is_valid():
        given = form.cleaned_data
        with show_refusal(form):
            made = services.draft_allocation(
                form.chosen_line,
                title=given["title"],
                basis=given["basis"],
                pool=given["pool"],
                key=given["key"],
                act=act_of(request),
            )
            return redirect("appropriations:allocation", key=made.key)
    return _form_page(request, form, title="新建因素法分配方案", action="建立方案")


@access(readers)
@require_GET
def allocation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """An allocation with its factors, its calculation, who did what, and each district's use."""
    return _page(request, _visible(request, key))


@access(makers)
@require_http_methods(["GET", "POST"])
def heading(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Change the title, basis and pool of a draft."""
    found = _draft(request, key)
    initial = {"title": found.title, "basis": found.basis, "pool": found.pool}
    form = HeadingForm(request.POST or None, initial=initial)
    if form.is_valid():
        with show_refusal(form):
            services.save_heading(found.pk, **form.cleaned_data, revision=_revision(request), act=act_of(request))
            return redirect("appropriations:allocation", key=key)
    return _form_page(request, form, title="修改分配方案", action="保存", found=found)


@access(makers)
@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Add a factor to a draft; with `?at=` change that one, or take it out."""
    found = _draft(request, key)
    at = whole_number(request.GET.get("at"))
    if at is not None and at >= len(found.inputs):
        raise Http404
    standing = None if at is None else found.inputs[at]
    if request.method == "POST" and at is not None and request.POST.get("intent") == "remove":
        with show_refusal(request):
            services.remove_factor(found.pk, position=at, revision=_revision(request), act=act_of(request))
        return redirect("appropriations:allocation", key=key)
    form = FactorForm(request.POST or None, districts=districts_of(found.region), standing=standing)
    if form.is_valid():
        with show_refusal(form):
            plan = form.plan(found.line.year)
            services.save_factor(found.pk, position=at, plan=plan, revision=_revision(request), act=act_of(request))
            return redirect("appropriations:allocation", key=key)
    title = "修改因素" if standing else "增加因素"
    return _form_page(request, form, title=title, action="保存因素", found=found, may_remove=standing is not None)


@access(checkers)
@require_POST
def move_allocation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Compute, check, return, issue or adjust an allocation."""
    found, act = _visible(request, key), act_of(request)
    action = request.POST.get("action", "")
    reason = ReasonForm(request.POST)
    with show_refusal(request, success=_DONE.get(action, ""), denials=True):
        if action in ("return", "adjust") and not reason.is_valid():
            raise RefusedError("请写明原因（不超过 300 字）。")
        if action == "compute":
            services.compute_allocation(found.pk, revision=_revision(request), act=act)
        elif action == "check":
            services.check_allocation(found.pk, act=act)
        elif action == "return":
            services.return_allocation(found.pk, reason=reason.cleaned_data["reason"], act=act)
        elif action == "issue":
            services.issue_allocation(found.pk, act=act)
        elif action == "adjust":
            why = reason.cleaned_data["reason"]
            key = services.adjust_allocation(found.pk, reason=why, key=uuid.uuid4(), act=act).key
    return redirect("appropriations:allocation", key=key)


_DONE = {
    "compute": "已测算，请另一人复核。",
    "check": "已复核，可以下达。",
    "return": "已退回修改。",
    "issue": "已下达，各区县财务可以签收。",
    "adjust": "已建立调整方案，请修改因素后重新测算。",
}


@access(readers)
@require_GET
def sheet(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The calculation sheet as a PDF."""
    found = _computed(request, key)
    content, digest = calculation_pdf(found)
    record_export(
        act_of(request), filename="资金分配计算表.pdf", sha256=digest, rows=found.shares.count(), filters=found.title
    )
    disposition = f"inline; filename=allocation-{found.pk}.pdf"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@access(readers)
@require_GET
def workbook(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The calculation sheet as a workbook."""
    found = _computed(request, key)
    content = calculation_sheet(found, made_by=user_of(request).name)
    rows = found.shares.count()
    return exported_workbook(
        act_of(request), content, f"资金分配计算表-{found.line.year}.xlsx", rows=rows, filters=found.title
    )


def _computed(request: HttpRequest, key: uuid.UUID) -> Allocation:
    found = _visible(request, key)
    if found.state == AllocationState.DRAFT:
        raise Http404
    return found


def _page(request: HttpRequest, found: Allocation) -> HttpResponse:
    user = user_of(request)
    own = found.region_id in user.regions_for(*CHECKERS)
    is_maker = found.region_id in user.regions_for(*MAKERS)
    names = {district.code: district.name for district in districts_of(found.region)}
    rows = []
    if found.state != AllocationState.DRAFT:
        rows = [
            {
                "name": names.get(row.code, row.code),
                "cells": [(value, percent(part)) for value, part in zip(row.values, row.contributions, strict=True)],
                "ratio": percent(row.ratio),
                "share": to_yuan(row.share),
            }
            for row in calculation(to_fen(found.pool), found.inputs)
        ]
    weights = sum((Decimal(each["weight"]) for each in found.inputs), Decimal(0))
    context: dict[str, Any] = {
        "allocation": found,
        "rows": rows,
        "factors": [
            {**each, "rows": [(names.get(code, code), value) for code, value in each["values"].items()]}
            for each in found.inputs
        ],
        "weights": weights,
        "columns": " | ".join(
            ["区县", *(f"{each['name']}（{each['weight']}%） >" for each in found.inputs), "分配系数 >", "份额（元） >"]
        ),
        "document": getattr(found, "appropriation", None),
        "replaced_by": getattr(found, "replaced_by", None),
        "uses": use_of(found.line) if found.state == AllocationState.ISSUED and own else [],
        "may_make": is_maker,
        "may_check": own and not same_person(user, found.computed_by_id),
        "may_return": own,
    }
    return render(request, "appropriations/allocation.html", context)


def _form_page(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "appropriations/form.html", {"form": form, **context}, status=status)


def _revision(request: HttpRequest) -> int:
    return whole_number(request.POST.get("revision")) or 0
