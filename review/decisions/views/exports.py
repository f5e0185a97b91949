"""Sheets to download from the lists, and the reports that panels and auditors gave."""

import uuid

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from portal.access import access
from portal.audit.security import exported_workbook
from portal.core.fields import filter_words
from portal.core.files import PDF, file_response
from portal.core.http import act_of, user_of
from review.decisions.forms.lists import ClaimSearchForm
from review.decisions.models import StageReport
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


@access(readers)
@require_safe
def report(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The PDF of a panel's or an auditor's report."""
    found = get_object_or_404(StageReport.objects.visible_to(user_of(request)), key=key)
    response = file_response(found.path, sha256=found.sha256, filename=found.filename, media_type=PDF)
    response["Cache-Control"] = "private, no-store"
    return response
