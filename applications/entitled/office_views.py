"""Whom a call reaches, whom it does not, and why: for its officials, as page and sheet."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.entitled.forms import EntitlementFilterForm
from applications.entitled.models import READERS
from applications.entitled.selectors import (
    Narrowed,
    calls_read_by,
    computation_of,
    entitlement_page,
    entitlements_of,
    rows_of_sheet,
    tallies_of,
    unregistered_rows,
)
from applications.entitled.services.computing import compute_again
from applications.rights.models import ROSTER_ROLES
from policies.calls.enums import Phase
from policies.calls.models import Call
from portal.access import access, officials
from portal.audit.security import exported_workbook
from portal.core.fields import filter_words
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from portal.core.spreadsheets import Column, Kind, Sheet, build_book

_CALLS = 20
_COLUMNS = [
    Column("单位", width=28),
    Column("统一社会信用代码", width=22),
    Column("区县", width=12),
    Column("事项", width=30),
    Column("结果", width=14),
    Column("依据（件）", Kind.COUNT, 10),
    Column("测算金额（元）", Kind.MONEY, 16),
    Column("还需补充", width=36),
    Column("不符合的原因", width=40),
    Column("怎样才符合", width=40),
    Column("申报编号", width=18),
]
_UNREGISTERED = [Column("统一社会信用代码", width=22), Column("内容", width=30), Column("名册", width=40)]


@access(officials(*READERS))
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The calls of the person's cities, the newest first."""
    page = paginate(calls_read_by(user_of(request)), after=request.GET.get("after", ""), size=_CALLS)
    return render(request, "entitled/calls.html", {"page": page})


@access(officials(*READERS))
@require_safe
def reached(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Whom a call reaches and whom not, with the sums, what is missing and why."""
    call, user = _call(request, key), user_of(request)
    form = EntitlementFilterForm(request.GET, call=call)
    asked = _narrowed(form)
    context = {
        "call": call,
        "form": form,
        "page": entitlement_page(call, user, asked, after=request.GET.get("after", "")),
        "narrowed": asked != Narrowed(),
        "tallies": tallies_of(call, user),
        "computation": computation_of(call),
        "unregistered": unregistered_rows(call).count(),
        "may_compute": call.phase_at(timezone.now()) == Phase.OPEN and bool(set(ROSTER_ROLES) & user.roles),
        "query": request.GET.urlencode(),
    }
    return render(request, "entitled/reached.html", context)


@access(officials(*READERS))
@require_safe
def sheet(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The same as a workbook, with a second sheet of organisations that rosters name and that are not registered."""
    call, user = _call(request, key), user_of(request)
    form = EntitlementFilterForm(request.GET, call=call)
    rows = entitlements_of(call, user, _narrowed(form))
    listed = [
        (
            row.applicant.name,
            row.applicant.uscc or "个人",
            row.applicant.region.name,
            row.item.title,
            row.label,
            row.count,
            row.amount,
            "；".join(row.lacking),
            "；".join(row.reasons),
            "；".join(row.changes),
            row.claim.number if row.claim else "",
        )
        for row in rows_of_sheet(rows)
    ]
    strangers = (
        (row.uscc, row.subject_key, str(row.roster)) for row in unregistered_rows(call).iterator(chunk_size=500)
    )
    note = f"{call.title}；共 {len(listed)} 行；{timezone.localtime():%Y-%m-%d %H:%M} 导出"
    book = build_book(
        [Sheet("惠及情况", _COLUMNS, listed, note), Sheet("名册中没有注册的单位", _UNREGISTERED, strangers)]
    )
    found = set(rows.values_list("applicant_id", flat=True))
    return exported_workbook(
        act_of(request),
        book,
        f"免申即享 {call.number}.xlsx",
        rows=len(listed),
        filters=filter_words(form),
        applicants=found,
    )


@access(officials(*ROSTER_ROLES))
@require_POST
def compute(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Compute the call again, after rosters have changed."""
    call = _call(request, key)
    compute_again(call, act=act_of(request))
    messages.success(request, "已安排重新测算，稍后刷新本页查看结果。")
    return redirect("entitled:reached", call.key)


def _call(request: HttpRequest, key: uuid.UUID) -> Call:
    return get_object_or_404(calls_read_by(user_of(request)), key=key)


def _narrowed(form: EntitlementFilterForm) -> Narrowed:
    given = form.asked()
    return Narrowed(given.get("verdict") or "", given.get("item"), given.get("district") or "", given.get("q") or "")
