"""The page on which every term is explained."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access import access, public
from portal.briefly_kept import briefly_kept
from portal.terms.terms import all_terms


@access(public)
@require_safe
@briefly_kept
def terms(request: HttpRequest) -> HttpResponse:
    """Every term and its meaning."""
    return render(request, "terms/list.html", {"terms": all_terms()})
