"""The sheet of a year: every sum granted, with what it rests on and what was paid of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.audit.security import exported_workbook
from portal.core.filters import whole_of
from portal.core.http import act_of, user_of
from review.statements.sheets import awards_of, year_sheet

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@access(officials(Role.FINANCE, Role.AUDITOR))
@require_GET
def year_export(request: HttpRequest) -> HttpResponse:
    """The year's sheet of what the person pays or audits; this year's unless another is asked for."""
    year = whole_of(request, "year", range(2000, 3000), default=timezone.localdate().year)
    claims = awards_of(user_of(request), year)
    applicants = list(claims.values_list("applicant_id", flat=True))
    content = year_sheet(claims, year=year, made_by=user_of(request).name)
    name = f"资金安排表-{year}.xlsx"
    return exported_workbook(
        act_of(request), content, name, rows=len(applicants), filters=f"年度：{year}", applicants=applicants
    )
