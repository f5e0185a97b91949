"""The money of claims: what is to be paid, was paid, and came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications.payees.selectors import payee_history
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.security import exported_workbook
from portal.core.errors import show_refusal
from portal.core.fields import filter_words
from portal.core.http import act_of, user_of
from portal.core.money import to_yuan
from review.decisions.selectors.queue import page_of
from review.funding.selectors import (
    district_choices,
    filter_payments,
    payable_claims,
    payment_row,
    standing_parts,
)
from review.payments.enums import LineState
from review.payments.forms import PaymentFilterForm, StagesForm
from review.payments.models import Disbursement, paid_by
from review.payments.selectors.batches import lines_of_award
from review.payments.selectors.unpaid import in_state, open_parts, unpaid_of
from review.payments.services.batches import open_single
from review.payments.services.lines import plan_stages
from review.payments.sheets import payment_sheet

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet

    from applications.claims.models import Claim

from django.http import HttpRequest, HttpResponse

readers = officials(Role.FINANCE, Role.AUDITOR)


@access(readers)
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """What is to be paid, was paid, and came back."""
    theirs = paid_by(user_of(request))
    form = PaymentFilterForm(request.GET, districts=district_choices(user_of(request)))
    page = page_of(_wanted(request, form), after=request.GET.get("after", ""), oldest_first=True)
    ids = [claim.pk for claim in page.rows]
    open_ids = set(open_parts(theirs).filter(award__claim__in=ids).values_list("award__claim_id", flat=True))
    rows = [payment_row(claim, is_open=claim.pk in open_ids) for claim in page.rows]
    context = {"form": form, "page": page, "rows": rows, "unpaid": unpaid_of(theirs)}
    return render(request, "funding/payments.html", context)


def _wanted(request: HttpRequest, form: PaymentFilterForm) -> QuerySet[Claim]:
    """The claims of the payers that the person serves or audits, as the filters ask. Raises FilterError."""
    user, state = user_of(request), form.state_of_parts
    found = filter_payments(payable_claims(user), **form.as_filter())
    return in_state(found, state, paid_by(user)) if state else found


@access(readers)
@require_GET
def payments_export(request: HttpRequest) -> HttpResponse:
    """The 拨付 sheet of what the filters show."""
    form = PaymentFilterForm(request.GET, districts=district_choices(user_of(request)))
    found = _wanted(request, form)
    listed = found.filter(award__isnull=False).prefetch_related(None).order_by("pk")
    return exported_workbook(
        act_of(request),
        payment_sheet(found, made_by=user_of(request).name),
        f"拨付表-{timezone.localdate():%Y%m%d}.xlsx",
        rows=listed.count(),
        filters=filter_words(form),
        applicants=listed.values_list("applicant_id", flat=True).iterator(),
    )


@access(readers)
@require_http_methods(["GET", "POST"])
def payment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One claim's award, its parts and every attempt to pay them; a payer's officer begins a payment here."""
    user = user_of(request)
    claim = get_object_or_404(payable_claims(user), key=key)
    award = getattr(claim, "award", None)
    own = [part for part in award.parts.all() if part.region_id in user.regions_for(Role.FINANCE)] if award else []
    stages = StagesForm(request.POST if "milestone" in request.POST else None)
    if request.method == "POST":
        if not own:
            raise PermissionDenied
        part = next((part for part in own if str(part.pk) == request.POST.get("part")), None)
        if part is not None and not stages.is_bound:
            with show_refusal(request, denials=True):
                batch = open_single(part, act=act_of(request))
                messages.success(request, "已核对，请由另一名财务人员复核发放。")
                return redirect("payments:batch", key=batch.key)
            return redirect("funding:payment", key=key)
        if part is not None and stages.is_valid():
            with show_refusal(stages, denials=True):
                plan_stages(part, stages.stages, act=act_of(request))
                messages.success(request, "分期已登记，首期可以支付。")
                return redirect("funding:payment", key=key)
    standing = standing_parts(award) if award else {}
    parts = [(part, to_yuan(standing.get(part.region_id, 0))) for part in award.parts.all()] if award else []
    lines = lines_of_award(award.pk) if award else []
    begun = {line.part_id for line in lines}
    due = {line.part_id: line.yuan for line in lines if line.state == LineState.WAITING and not line.batch_id}
    history = payee_history(claim)
    context = {
        "claim": claim,
        "award": award,
        "payee": history.payee,
        "changes": history.changes,
        "waiting": history.waiting,
        "lines": lines,
        # Of another payer's attempts the page tells, and leads to none.
        "opened": set(
            Disbursement.objects.filter(pk__in=[line.pk for line in lines])
            .visible_to(user)
            .values_list("pk", flat=True)
        ),
        "parts": parts,
        "payable": [
            (part, due.get(part.pk, sum_))
            for part, sum_ in parts
            if part in own and (part.pk in due or part.pk not in begun)
        ],
        "unbegun": [part for part in own if part.pk not in begun],
        "stages": stages,
    }
    return render(request, "funding/payment.html", context, status=422 if request.method == "POST" else 200)
