"""The desk of an answer: what became of each of its rows, and what people make of those that were not carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.persons import same_person
from portal.core.errors import RefusedError, show_refusal
from portal.core.filters import choice_of
from portal.core.http import act_of, user_of
from portal.core.paging import paginate
from portal.jobs.models import Job
from review.payments.enums import OPEN_ROWS, Direction, FileState, HandlingState
from review.payments.forms import AssignForm, SetAsideForm
from review.payments.models import BankFile, BankRow, RowHandling
from review.payments.selectors.batches import row_counts, rows_on
from review.payments.services.rows import (
    confirm_assignment,
    drop_handling,
    fitting_lines,
    propose_assignment,
    set_aside,
)

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from portal.core.actor import ActorContext

readers = officials(Role.FINANCE, Role.AUDITOR)
PAGE = 100


@access(readers)
@require_GET
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of an answer by what became of them; first those that want a person."""
    seen = BankFile.objects.filter(direction=Direction.IN).visible_to(user_of(request))
    file = get_object_or_404(seen.select_related("batch", "officer", "region__parent"), pk=pk)
    desks = row_counts(file)
    first = next((desk for desk, _, count in desks if count), desks[-1][0])
    chosen = choice_of(request, "state", [desk for desk, _, _ in desks], default=first)
    standing = RowHandling.objects.exclude(state=HandlingState.DROPPED)
    rows = rows_on(file, chosen).select_related("disbursement__part__award__claim")
    rows = rows.prefetch_related(Prefetch("handlings", standing, to_attr="standing"))
    page = paginate(rows, after=request.GET.get("after", ""), size=PAGE, oldest_first=True)
    job = None
    if file.state == FileState.READING:
        job = Job.objects.filter(kind="payments.read_answer", key=str(file.pk)).order_by("-pk").first()
    context = {"file": file, "desks": desks, "chosen": chosen, "page": page, "job": job, "open_desks": OPEN_ROWS}
    return render(request, "payments/answer.html", context)


@access(readers)
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row of an answer that was not carried out, and what can be made of it."""
    user = user_of(request)
    files = BankFile.objects.filter(direction=Direction.IN).visible_to(user)
    rows = BankRow.objects.filter(file__in=files, state__in=OPEN_ROWS)
    found = get_object_or_404(rows.select_related("file__batch", "file__region__parent"), pk=pk)
    standing = (
        found.handlings.exclude(state=HandlingState.DROPPED).select_related("disbursement", "proposed_by").first()
    )
    deed = request.POST.get("deed", "")
    assign, aside = AssignForm(initial={"reference": request.GET.get("line", "")}), SetAsideForm()
    if request.method == "POST":
        form: Any = {"assign": AssignForm, "set_aside": SetAsideForm}.get(deed)
        if form is not None:
            form = form(request.POST)
            assign, aside = (form, aside) if deed == "assign" else (assign, form)
        if form is None or form.is_valid():
            with show_refusal(form if form is not None else request, denials=True):
                _carry_out(found, standing, deed, form, act_of(request))
                messages.success(request, _DONE[deed])
                return redirect("payments:answer", pk=found.file_id)
            if form is None:
                return redirect("payments:row", pk=pk)
    may_act = found.file.region_id in user.regions_for(Role.FINANCE)
    context = {
        "row": found,
        "standing": standing,
        "is_proposer": standing is not None and same_person(user, standing.proposed_by_id),
        "may_act": may_act,
        "fitting": fitting_lines(found) if may_act and standing is None else (),
        "assign": assign,
        "aside": aside,
        "earlier": found.handlings.filter(state=HandlingState.DROPPED).select_related("proposed_by", "settled_by"),
    }
    return render(request, "payments/row.html", context, status=422 if request.method == "POST" else 200)


_DONE = {
    "assign": "已提出，请由另一名财务人员复核。",
    "confirm": "已按对应登记。",
    "set_aside": "该行已搁置。",
    "drop": "已撤回，该行可以重新办理。",
}


def _carry_out(found: BankRow, standing: RowHandling | None, deed: str, form: Any, act: ActorContext) -> None:
    if deed == "assign":
        given = form.cleaned_data
        propose_assignment(
            found,
            reference=given["reference"],
            is_paid=given["outcome"] == "paid",
            voucher=form.paper,
            reason=given["reason"],
            act=act,
        )
    elif deed == "set_aside":
        set_aside(found, note=form.cleaned_data["note"], act=act)
    elif standing is not None and deed == "confirm":
        confirm_assignment(standing, act=act)
    elif standing is not None and deed == "drop":
        drop_handling(standing, act=act)
    else:
        raise RefusedError("该行的对应或搁置已由他人撤回，没有办理。请查看最新情况。")
