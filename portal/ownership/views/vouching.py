"""Have a provider vouch for one's organisation: go there, and come back."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal.access import access, applicants
from portal.accounts.views.applicants import own_applicant
from portal.core.errors import show_refusal
from portal.core.http import act_of
from portal.ownership.services.vouching import accept_statement
from portal.ownership.vouchers import OrganisationVoucher, enabled_vouchers


def _voucher(code: str) -> OrganisationVoucher:
    found = enabled_vouchers().get(code)
    if found is None:
        raise Http404(code)
    return found


@access(applicants)
@require_POST
def vouch(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Send the person to the provider."""
    applicant, voucher = own_applicant(request, pk), _voucher(code)
    back = request.build_absolute_uri(reverse("ownership:vouched", args=[applicant.pk, code]))
    return redirect(voucher.begin(request, return_to=back))


@access(applicants)
@require_GET
def vouched(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Take the provider's word, and show what came of it."""
    applicant, voucher = own_applicant(request, pk), _voucher(code)
    with show_refusal(request, success=f"{applicant.name}的主体已由{voucher.label}核验。"):
        accept_statement(applicant, voucher.finish(request), act=act_of(request))
    return redirect("ownership:papers", pk=applicant.pk)
