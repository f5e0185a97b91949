"""One disbursement: what happened to it, and what can be recorded next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.forms import Form
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.accounts.persons import same_person
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from review.payments.enums import Deed
from review.payments.forms import ConfirmForm, FailureForm, MilestoneForm, ReversalForm, VoucherForm
from review.payments.models import Disbursement
from review.payments.services.lines import (
    ask_reversal,
    confirm_correction,
    decide_reversal,
    fail_line,
    meet_milestone,
    settle_line,
)
from review.payments.workflow import LINES

if TYPE_CHECKING:
    import uuid
    from typing import Any

    from django.http import HttpRequest, HttpResponse

# What an officer may record of one disbursement, and the form that it takes.
FORMS: dict[str, type[Any]] = {
    Deed.SETTLE: VoucherForm,
    Deed.FAIL: FailureForm,
    Deed.RETURN: FailureForm,
    Deed.ASK_REVERSAL: ReversalForm,
    Deed.REVERSE: Form,
    Deed.DECLINE_REVERSAL: Form,
    Deed.CONFIRM: ConfirmForm,
    Deed.MEET_MILESTONE: MilestoneForm,
}


@access(officials(Role.FINANCE, Role.AUDITOR))
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One disbursement and the forms of what can be recorded of it now."""
    user = user_of(request)
    found = get_object_or_404(Disbursement.objects.visible_to(user).with_claims(), key=key)
    deed = request.POST.get("deed", "")
    form = FORMS[deed](request.POST) if deed in FORMS else None
    if form is not None and form.is_valid():
        with show_refusal(form, denials=True):
            _carry_out(request, found, Deed(deed), form)
            messages.success(request, f"{found.reference}：已登记“{Deed(deed).label}”。")
            return redirect("payments:line", key=key)
    may_act = found.part.region_id in user.regions_for(Role.FINANCE)
    open_deeds = [row.action for row in LINES if found.state in row.sources and row.action in FORMS] if may_act else []
    if found.debt:
        open_deeds = []
    # Who proposed a reversal does not carry it out.
    waits = Deed.REVERSE in open_deeds and same_person(user, found.officer_id)
    if waits:
        open_deeds.remove(Deed.REVERSE)
    labels: dict[str, str] = {Deed.DECLINE_REVERSAL: "撤回冲正"} if waits else {}
    context = {
        "waits_for_another": waits,
        # What a page left open sent shows why it is refused, though its form is not drawn any more.
        "sent": form,
        "line": found,
        "forms": [
            (each, labels.get(each, Deed(each).label), form if each == deed else FORMS[each]()) for each in open_deeds
        ],
        "attempts": Disbursement.objects.filter(part=found.part, stage=found.stage).select_related("batch", "payment"),
    }
    return render(request, "payments/line.html", context, status=422 if request.method == "POST" else 200)


def _carry_out(request: HttpRequest, found: Disbursement, deed: Deed, form: Any) -> None:
    act, given = act_of(request), form.cleaned_data
    if deed == Deed.SETTLE:
        settle_line(found, voucher=form.paper, act=act)
    elif deed in (Deed.FAIL, Deed.RETURN):
        fail_line(found, voucher=form.paper, reason=given["reason"], act=act)
    elif deed == Deed.ASK_REVERSAL:
        ask_reversal(found, reason=given["reason"], act=act)
    elif deed in (Deed.REVERSE, Deed.DECLINE_REVERSAL):
        decide_reversal(found, confirm=deed == Deed.REVERSE, act=act)
    elif deed == Deed.CONFIRM:
        confirm_correction(found, reason=given["reason"], act=act)
    elif deed == Deed.MEET_MILESTONE:
        meet_milestone(found, paper=given["paper"], act=act)
