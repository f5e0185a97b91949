"""Numbers of people and accounts, which pages show by their end only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from portal.access import access, applicants, officials
from portal.accounts.enums import SEPARATE_DUTIES
from portal.accounts.models import Applicant
from portal.audit.security import record_disclosure
from portal.core.http import act_of, user_of
from portal.core.shown_numbers import show_once
from portal.core.wishes import safe_next


@access(applicants | officials(*SEPARATE_DUTIES))
@require_POST
def show_numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the person asks for an applicant's numbers, and show them once on the page they came from."""
    applicant = get_object_or_404(Applicant.objects.visible_to(user_of(request)), pk=pk)
    record_disclosure(act_of(request), applicant, fields=["证件号码", "联系电话", "银行账号"])
    show_once(request, applicant.pk)
    return redirect(safe_next(request) or "home")
