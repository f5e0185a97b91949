"""Sheets to download from the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.access import access
from portal.core.http import user_of
from portal.core.spreadsheets import workbook_response
from review.decisions.forms.lists import ClaimSearchForm
from review.decisions.selectors.queue import claims_for
from review.decisions.selectors.sheets import review_sheet
from review.decisions.views.queue import readers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@access(readers)
@require_GET
def claims_sheet(request: HttpRequest) -> HttpResponse:
    """The claims of the search, with the sums of every stage."""
    form = ClaimSearchForm(request.GET, user=user_of(request))
    claims = form.as_filter().apply(claims_for(user_of(request)))
    content = review_sheet(claims, made_by=user_of(request).name)
    return workbook_response(content, f"审核汇总表-{timezone.localdate():%Y%m%d}.xlsx")
