"""Pages of an agency: its clients with what waits, one sheet for many drafts, and files for many claims."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications.claims.selectors.problems import MAX_LINES
from applications.claims.services.imports import Upload as Table
from applications.claims.services.imports import build_template, count_import, read_upload
from applications.intake.selectors.candidates import many_page
from applications.intake.services.receiving import ARCHIVE_MAX_BYTES, CHUNK_BYTES
from applications.intake.views.page import take_sent
from applications.mandates.enums import Right
from applications.mandates.permissions import agents
from applications.mandates.selectors import clients_of
from policies.engine.model import Item
from policies.facts.tables import TableReading, without_faults
from policies.published.models import SupportItem
from policies.published.selectors import ItemCard, claimable_items
from portal.access import access
from portal.accounts.models import Applicant, User
from portal.core.errors import show_refusal
from portal.core.http import act_of, takes_files, user_of
from portal.core.spreadsheets import workbook_response
from review.clients.forms import BoardFilterForm, ManyForm
from review.clients.selectors import board
from review.clients.services import start_for_clients
from review.clients.sheets import CLIENT_HEAD_WORDS, split_by_client


@access(agents)
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """The clients with what waits for each."""
    form, now = BoardFilterForm(request.GET), timezone.now()
    given = form.asked()
    page = board(
        user_of(request),
        now=now,
        on=timezone.localdate(now),
        search=given.get("q", ""),
        waiting=given.get("waiting", ""),
        after=request.GET.get("after", ""),
    )
    context = {"form": form, "page": page, "narrowed": any(given.values())}
    return render(request, "clients/board.html", context)


@takes_files
@access(agents)
@require_http_methods(["GET", "HEAD", "POST"])
def lines(request: HttpRequest) -> HttpResponse:
    """One sheet whose lines fall into a draft for each client; nothing is taken over while a cell is wrong."""
    user, act = user_of(request), act_of(request)
    cards = {card.item.code: card for card in _cards(user)}
    items = [card.item for card in cards.values()]
    sent = request.method == "POST"
    form = ManyForm(request.POST if sent else None, request.FILES if sent else None, items=items)
    context: dict[str, Any] = {"form": form, "items": items}
    if sent and form.is_valid():
        card = cards[form.cleaned_data["item"]]
        who = clients_of(user, right=Right.FILL, item_id=card.item.pk)
        with show_refusal() as refusal:
            count_import(act)
            reading, found = _read(card.rules, form.upload(), who)
            context["reading"] = reading
            if reading.faults:
                without_faults(reading, "表格中有错误，没有导入任何内容。请按单元格修改后重新导入。")
            drafts = start_for_clients(card.item, found, key=form.cleaned_data["key"], act=act)
            count = sum(len(rows) for rows in found.values())
            messages.success(request, f"已为 {len(drafts)} 个委托人各建立一份草稿，共 {count} 项。请核对并上传材料。")
            return redirect("clients:board")
        context["refusal"] = str(refusal)
    is_wrong = "refusal" in context or bool(form.errors)
    return render(request, "clients/lines.html", context, status=422 if is_wrong else 200)


def _cards(user: User) -> list[ItemCard]:
    """What can be claimed where the person's clients are registered."""
    today, regions = timezone.localdate(), {client.region_id for client in clients_of(user, right=Right.FILL)}
    found = {card.item.code: card for region in sorted(regions) for card in claimable_items(today, region=region)}
    return list(found.values())


def _read(item: Item, table: Table, who: list[Applicant]) -> tuple[TableReading, dict[Applicant, list[dict[str, Any]]]]:
    """Every fault of the whole sheet together, and the lines by client. Raises RefusedError where there is no line."""
    parts = split_by_client(table.sheets, who)
    whole, found = TableReading(faults=list(parts.faults)), dict[Applicant, list[dict[str, Any]]]()
    for client in who:
        if client.pk not in parts.sheets:
            continue
        reading = read_upload(item, Table(parts.sheets[client.pk]), most=MAX_LINES)
        if reading.unmapped:
            without_faults(reading, "")
        whole.faults += reading.faults
        whole.notes = list(dict.fromkeys([*whole.notes, *reading.notes]))
        found[client] = reading.lines
    if not found and not whole.faults:
        without_faults(whole, "")
    return whole, found


@access(agents)
@require_safe
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet to fill in for an item, with the column that names the client."""
    item = get_object_or_404(SupportItem, code=code, claimable=True)
    card = next((card for card in claimable_items(timezone.localdate()) if card.item.pk == item.pk), None)
    if card is None:
        messages.error(request, "该事项目前不接受申报，没有模板。")
        return redirect("clients:lines")
    return workbook_response(build_template(card.rules, lead=CLIENT_HEAD_WORDS), f"{item.title}多委托人模板.xlsx")


@takes_files
@access(agents)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """Files for many claims at once, each to the claims of whose lines it names a number."""
    here = reverse("clients:files")
    if request.method == "POST":
        take_sent(request, None, act_of(request))
        return redirect(here)
    context = {
        "page": many_page(user_of(request)),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "max_archive": ARCHIVE_MAX_BYTES,
        "chunk_bytes": CHUNK_BYTES,
        "files_url": here,
    }
    return render(request, "clients/files.html", context)
