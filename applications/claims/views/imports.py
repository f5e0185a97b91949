"""Lines from a spreadsheet: the template to fill in, and the filled one back."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from applications.claims.enums import ClaimStatus
from applications.claims.forms.actions import ImportForm, bulk_entry
from applications.claims.forms.grid import grid_form, grid_lines
from applications.claims.selectors.problems import MAX_LINES
from applications.claims.selectors.scope import item_of
from applications.claims.services.imports import build_template, count_import, import_lines, read_upload
from applications.claims.views.common import own_claim
from policies.engine.model import Item
from policies.facts.forms import wants_rows
from policies.facts.tables import TableReading
from policies.facts.values import facts_of
from portal.access import access, applicants
from portal.core.actor import ActorContext
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files
from portal.core.spreadsheets import workbook_response

MOST_NOTES = 20


def read_sent(
    item: Item,
    form: ImportForm,
    context: dict[str, Any],
    *,
    act: ActorContext,
    is_complete: bool = False,
    most: int = MAX_LINES,
) -> TableReading:
    """Read what a valid form sent; the page's context gets what it shows of it. Raises RefusedError."""
    count_import(act)
    upload = form.upload()
    reading = read_upload(item, upload, is_complete=is_complete, most=most)
    context |= {"reading": reading, "mapped_facts": [fact for fact in facts_of(item) if fact.type != "rows"]}
    if reading.unmapped:
        context["kept"] = upload.kept()
    return reading


def show_notes(request: HttpRequest, reading: TableReading) -> None:
    """On the next page, say what was not read and what looks unlikely."""
    for lines, add in ((reading.notes, messages.info), ([str(w) for w in reading.warnings], messages.warning)):
        if lines:
            more = f"等 {len(lines)} 处" if len(lines) > MOST_NOTES else ""
            add(request, " ".join(lines[:MOST_NOTES]) + more)


@access(applicants)
@require_safe
def template(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The xlsx template of the claim's item."""
    claim = own_claim(request, key)
    return workbook_response(build_template(item_of(claim)), f"{claim.item.title}明细模板.xlsx")


@takes_files
@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Import lines from a filled template or from pasted cells; nothing is taken over while a cell is wrong."""
    claim = own_claim(request, key)
    if claim.status != ClaimStatus.DRAFT:
        messages.error(request, "只有草稿可以导入明细。")
        return redirect("applications:claim", claim.key)
    item, is_sent, asks_rows = item_of(claim), request.method == "POST", wants_rows(request.POST)
    grid = grid_form(item, request.POST)
    rows = grid_lines(grid)
    form = ImportForm(request.POST, request.FILES, needs_table=not (rows or asks_rows)) if is_sent else ImportForm()
    context: dict[str, Any] = {"claim": claim, "form": form, "bulk": bulk_entry(item, form, grid)}
    if is_sent and not asks_rows and form.is_valid():
        with show_refusal() as refusal:
            reading = read_sent(item, form, context, act=act_of(request)) if form.has_table else None
            lines = import_lines(claim, act=act_of(request), reading=reading, typed=rows)
            messages.success(request, f"已加入 {len(lines)} 项。请逐项核对并上传材料。")
            if reading is not None:
                show_notes(request, reading)
            return redirect("applications:edit", claim.key)
        context["refusal"] = str(refusal)
    return render(request, "applications/import.html", context, status=422 if "refusal" in context else 200)
