"""The register's pages: the list, one record, removal, spreadsheets, and a claim begun from what is held."""

import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.forms.actions import ImportForm
from applications.claims.selectors.problems import MAX_LINES
from applications.claims.services.imports import build_template
from applications.claims.views.imports import read_sent, show_notes
from applications.rights.forms import (
    DEFENCE_REFUSAL,
    ClaimFromRightsForm,
    OwnApplicantForm,
    RemovalForm,
    RightFilterForm,
    RightForm,
    right_form,
    sheet_item,
)
from applications.rights.models import Right
from applications.rights.selectors import (
    holdings_of,
    list_rights,
    own_rights,
    right_kinds,
    right_kinds_for,
    right_row,
    unrecorded_by_applicant,
)
from applications.rights.services import (
    change_right,
    record_many,
    record_right,
    remove_right,
    start_claim_from_holdings,
)
from applications.rights.suggestions import suggestion_for
from policies.facts.tables import without_faults
from policies.finder.events import Event
from policies.finder.selectors import published_items
from policies.published.models import SupportItem
from portal.access import access, applicants
from portal.accounts.models import Applicant
from portal.audit.security import exported_workbook
from portal.core.errors import StaleStateError, show_refusal
from portal.core.fields import filter_words
from portal.core.http import act_of, takes_files, user_of
from portal.core.numbers import whole_number
from portal.core.spreadsheets import Column, Kind, build_sheet, workbook_response

MOST_IN_SHEET = 5000
_COLUMNS = [
    Column("种类", width=20),
    Column("号码或名称", width=26),
    Column("内容", width=60),
    Column("单位", width=26),
    Column("登记日期", Kind.DATE, 12),
]


@access(applicants)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List what one's applicants hold, and what their claims state that is not recorded yet."""
    user = user_of(request)
    items = published_items()
    kinds = right_kinds(items)
    form = RightFilterForm(request.GET, user=user, kinds=kinds)
    given = form.asked()
    page = list_rights(
        user,
        kinds,
        kind=given.get("kind", ""),
        applicant_id=int(given["applicant"]) if given.get("applicant") else None,
        search=given.get("q", ""),
        after=request.GET.get("after", ""),
    )
    narrowed = any(given.values())
    shows_claims = not (narrowed or page.after)
    context = {
        "form": form,
        "page": page,
        "narrowed": narrowed,
        "unrecorded": unrecorded_by_applicant(user, kinds, items) if shows_claims else [],
    }
    return render(request, "rights/register.html", context)


@access(applicants)
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The same records as a workbook with all that they say, at most MOST_IN_SHEET."""
    user, kinds = user_of(request), right_kinds()
    form = RightFilterForm(request.GET, user=user, kinds=kinds)
    given = form.asked()
    found = own_rights(
        user,
        kind=given.get("kind", ""),
        applicant_id=int(given["applicant"]) if given.get("applicant") else None,
        search=given.get("q", ""),
    ).order_by("-pk")[:MOST_IN_SHEET]
    rows = []
    for right in found:
        row = right_row(right, kinds.get(right.kind), shown=None)
        day = timezone.localdate(right.recorded_at)
        rows.append((row.label, row.subject, "；".join(row.details), right.applicant.name, day))
    content = build_sheet("知识产权台账", columns=_COLUMNS, rows=rows, note=f"共 {len(rows)} 项")
    return exported_workbook(
        act_of(request),
        content,
        "知识产权台账.xlsx",
        rows=len(rows),
        filters=filter_words(form),
        applicants={right.applicant_id for right in found},
    )


@access(applicants)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Choose the kind of a new record."""
    kinds = right_kinds_for(user_of(request))
    topics = [(topic, list(group)) for topic, group in groupby(kinds, key=lambda event: event.topic)]
    return render(request, "rights/choose.html", {"topics": topics})


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Write down one thing that an applicant holds."""
    event = _event(kind)
    form = right_form(event, user=user_of(request), data=request.POST if request.method == "POST" else None)
    if request.method != "POST" or form.wants_more_rows or not form.is_ready:
        return _form_page(request, form)
    applicant = _own(request, form.whose.cleaned_data["applicant"])
    with show_refusal() as refusal:
        record_right(
            applicant,
            event=event,
            facts=form.line.reading.values,
            key=form.whose.cleaned_data["key"],
            item_code=form.which,
            source=form.source,
            act=act_of(request),
        )
        messages.success(request, f"已登记：{event.label}。")
        return redirect("rights:list")
    return _form_page(request, form, refusal=str(refusal))


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Change a record; a page that somebody else overtook overwrites nothing."""
    right = _right(request, key)
    event = _event(right.kind)
    data = request.POST if request.method == "POST" else None
    form = right_form(event, user=user_of(request), data=data, right=right)
    if data is None or form.wants_more_rows or not form.is_ready:
        return _form_page(request, form, right=right)
    with show_refusal() as refusal:
        change_right(
            right,
            event=event,
            facts=form.line.reading.values,
            revision=-1 if (seen := whole_number(data.get("revision", ""))) is None else seen,
            item_code=form.which,
            source=form.source,
            act=act_of(request),
        )
        messages.success(request, "已保存。")
        return redirect("rights:list")
    message = str(refusal)
    if isinstance(refusal.error, StaleStateError):
        message = "这条记录刚被别人修改过，您的修改没有保存。下面是您填写的内容；请核对后再保存一次，将以您的为准。"
        right.refresh_from_db()
    return _form_page(request, form, right=right, refusal=message)


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a record, or all that were recorded in one go with it, off the register, with a reason."""
    right = _right(request, key)
    recorded = Right.objects.recorded_with(right).held().count()
    form = RemovalForm(request.POST if request.method == "POST" else None, recorded=recorded)
    if request.method == "POST" and form.is_valid():
        removed = remove_right(right, act=act_of(request), **form.cleaned_data)
        messages.success(request, f"已从台账中移除 {removed} 项。")
        return redirect("rights:list")
    row = right_row(right, right_kinds().get(right.kind))
    return render(request, "rights/remove.html", {"form": form, "row": row})


@access(applicants)
@require_safe
def template(_request: HttpRequest, kind: str) -> HttpResponse:
    """The xlsx template of a kind of records."""
    event = _event(kind)
    return workbook_response(build_template(sheet_item(event)), f"台账模板 {event.label}.xlsx")


@takes_files
@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, kind: str) -> HttpResponse:
    """Record many things of one kind from a sheet; nothing is taken over while a cell is wrong."""
    event = _event(kind)
    is_sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
    whose = OwnApplicantForm(request.POST if is_sent else None, user=user_of(request))
    context: dict[str, Any] = {
        "event": event,
        "form": form,
        "own": [(one.pk, one.name) for one in whose.own.values()],
        "most": MAX_LINES,
    }
    if is_sent and form.is_valid() and whose.is_valid():
        with show_refusal() as refusal:
            reading = read_sent(sheet_item(event), form, context, act=act_of(request), is_complete=True)
            lines = without_faults(reading, "表格中有错误，没有登记任何内容。请按单元格修改后重新导入。")
            rows = [(event, line, "") for line in lines]
            recorded = record_many(whose.chosen, rows=rows, act=act_of(request))
            known = f"，{recorded.known} 项已在台账中，没有改动" if recorded.known else ""
            messages.success(request, f"已登记 {recorded.new} 项{known}。")
            show_notes(request, reading)
            return redirect("rights:list")
        context["refusal"] = str(refusal)
    return render(request, "rights/import.html", context, status=422 if is_sent else 200)


@access(applicants)
@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    """Record what one applicant's claims state and the register lacks."""
    form = OwnApplicantForm(request.POST, user=user_of(request))
    if not form.is_valid():
        raise Http404
    items = published_items()
    kinds = right_kinds(items)
    found = holdings_of([form.chosen.pk], kinds, items).unrecorded
    with show_refusal(request):
        rows = [(kinds[holding.kind], holding.facts, holding.item_code) for holding in found]
        recorded = record_many(form.chosen, rows=rows, act=act_of(request))
        messages.success(request, f"已从申报中登记 {recorded.new} 项。")
    return redirect("rights:list")


@access(applicants)
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """Begin a claim of one item, its lines filled in from what the applicant holds."""
    form = ClaimFromRightsForm(request.POST, user=user_of(request))
    if not form.is_valid():
        raise Http404
    act = act_of(request)
    item = get_object_or_404(SupportItem.objects.select_related("document__region"), code=form.cleaned_data["item"])
    suggestion = suggestion_for(form.chosen, item.code, at=timezone.now())
    with show_refusal(request):
        begun = start_claim_from_holdings(
            form.chosen,
            item=item,
            holdings=suggestion.holdings if suggestion else [],
            key=form.cleaned_data["key"],
            act=act,
        )
        return redirect("applications:edit", begun.key)
    return redirect("policies:item", item.code)


def _event(kind: str) -> Event:
    event = right_kinds().get(kind)
    if event is None:
        raise Http404
    return event


def _right(request: HttpRequest, key: uuid.UUID) -> Right:
    rights = Right.objects.visible_to(user_of(request)).held().select_related("applicant__region__parent")
    return get_object_or_404(rights, key=key)


def _own(request: HttpRequest, pk: int) -> Applicant:
    return next(m.applicant for m in user_of(request).active_memberships if m.applicant_id == pk)


def _form_page(request: HttpRequest, form: RightForm, *, right: Right | None = None, refusal: str = "") -> HttpResponse:
    refusal = DEFENCE_REFUSAL if form.is_defence else refusal
    is_wrong = bool(refusal) or (form.whose.is_bound and not (form.wants_more_rows or form.asks_register))
    sent = [form.whose, form.line] if is_wrong else []
    context = {"form": form, "event": form.event, "right": right, "refusal": refusal, "sent": sent}
    return render(request, "rights/form.html", context, status=422 if is_wrong else 200)
