"""The desk of an answer: what became of each of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from portal.access import access, officials
from portal.accounts.enums import Role
from portal.core.filters import choice_of
from portal.core.http import user_of
from portal.core.paging import paginate
from review.payments.enums import Direction, RowState
from review.payments.models import BankFile
from review.payments.selectors.batches import row_counts

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = 100


@access(officials(Role.FINANCE, Role.AUDITOR))
@require_GET
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of an answer by what became of them; first those that want a person."""
    seen = BankFile.objects.filter(direction=Direction.IN).visible_to(user_of(request))
    file = get_object_or_404(seen.select_related("batch", "officer", "region__parent"), pk=pk)
    counts = row_counts(file)
    first = next((state for state, count in counts if count), RowState.MATCHED)
    state = choice_of(request, "state", RowState.values, default=first)
    rows = file.rows.filter(state=state).select_related("disbursement__part__award__claim")
    page = paginate(rows, after=request.GET.get("after", ""), size=PAGE, oldest_first=True)
    context = {"file": file, "counts": counts, "state": RowState(state), "page": page}
    return render(request, "payments/answer.html", context)
