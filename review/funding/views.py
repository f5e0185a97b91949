"""The payments screen of finance."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from applications.payees.selectors import changes_under_way, payee_of, pending_request
from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.security import exported_workbook
from portal.core.errors import show_refusal
from portal.core.fields import filter_words
from portal.core.http import act_of, user_of
from review.decisions.selectors.queue import page_of
from review.funding.forms import PaymentFilterForm, PaymentForm, ReturnForm
from review.funding.selectors import (
    district_choices,
    filter_payments,
    is_paid,
    payable_claims,
    payment_row,
    sums_by_state,
)
from review.funding.services import record_payment, record_return, shown_payee
from review.funding.sheets import payment_sheet

readers = officials(Role.FINANCE, Role.AUDITOR)


@access(readers)
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """What is to be paid, was paid, and came back."""
    form = PaymentFilterForm(request.GET, districts=district_choices(user_of(request)))
    found = filter_payments(payable_claims(user_of(request)), **form.as_filter())
    page = page_of(found, after=request.GET.get("after", ""), oldest_first=True)
    rows = [payment_row(claim) for claim in page.rows]
    context = {"form": form, "page": page, "rows": rows, "sums": sums_by_state(user_of(request))}
    return render(request, "funding/payments.html", context)


@access(readers)
@require_GET
def payments_export(request: HttpRequest) -> HttpResponse:
    """The 拨付 sheet of what the filters show."""
    form = PaymentFilterForm(request.GET, districts=district_choices(user_of(request)))
    found = filter_payments(payable_claims(user_of(request)), **form.as_filter())
    claims = list(found.filter(award__isnull=False).order_by("region_id", "applicant__name", "pk"))
    return exported_workbook(
        act_of(request),
        payment_sheet(claims, made_by=user_of(request).name),
        f"拨付表-{timezone.localdate():%Y%m%d}.xlsx",
        rows=len(claims),
        filters=filter_words(form),
        applicants=(claim.applicant_id for claim in claims),
    )


@access(readers)
@require_http_methods(["GET", "POST"])
def payment(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One claim's award, account and payments, and the next thing to record: a payment, or its return."""
    claim = get_object_or_404(payable_claims(user_of(request)), key=key)
    paid = is_paid(claim)
    may_pay = bool(user_of(request).regions_for(Role.FINANCE))
    if request.method == "POST" and not may_pay:
        raise PermissionDenied("只有财务人员可以登记拨付。")
    make_form = ReturnForm if paid else PaymentForm
    sent = request.POST.copy()
    form: PaymentForm = make_form(sent or None, shown=shown_payee(claim))
    if form.is_valid():
        with show_refusal(form, denials=True):
            if isinstance(form, ReturnForm):
                record_return(claim.pk, voucher=form.paper, reason=form.cleaned_data["reason"], act=act_of(request))
                messages.success(request, f"{claim.number}：退票已登记，可核对账户后重新拨付。")
            else:
                shown = form.cleaned_data["shown"]
                record_payment(claim.pk, voucher=form.paper, act=act_of(request), shown=shown)
                messages.success(request, f"{claim.number}：拨付已登记，已通知申报单位。")
            return redirect("funding:payment", key=key)
        # What the page shows now is what may be recorded next.
        sent["shown"] = shown_payee(claim)
    context = {
        "claim": claim,
        "award": getattr(claim, "award", None),
        "payee": payee_of(claim),
        "changes": changes_under_way(claim),
        "waiting": pending_request(claim.applicant_id),
        "paid": paid,
        "may_pay": may_pay,
        "form": form,
    }
    return render(request, "funding/payment.html", context, status=422 if form.errors else 200)
