"""Sheets to download from the lists."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.access import access
from portal.audit.security import exported_workbook
from portal.core.fields import filter_words
from portal.core.http import act_of, user_of
from review.decisions.forms.lists import ClaimSearchForm
from review.decisions.selectors.queue import claims_for
from review.decisions.selectors.sheets import MOST_CLAIMS, claims_of_sheet, review_sheet
from review.decisions.views.queue import readers


@access(readers)
@require_GET
def claims_sheet(request: HttpRequest) -> HttpResponse:
    """The claims of the search, with the sums of every stage."""
    form = ClaimSearchForm(request.GET, user=user_of(request))
    claims = form.as_filter().apply(claims_for(user_of(request)))
    found = claims_of_sheet(claims)
    content = review_sheet(found, made_by=user_of(request).name)
    return exported_workbook(
        act_of(request),
        content,
        f"审核汇总表-{timezone.localdate():%Y%m%d}.xlsx",
        rows=min(len(found), MOST_CLAIMS),
        filters=filter_words(form),
        applicants=found.values(),
    )
