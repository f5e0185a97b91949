"""Whose numbers a page shows in full: those of one applicant, on the one page after somebody asked for them."""

import time

from django.http import HttpRequest

_KEY = "shown_numbers"
_SECONDS = 60


def show_once(request: HttpRequest, applicant_id: int) -> None:
    """Show an applicant's numbers in full on the next page that has numbers, within a minute."""
    request.session[_KEY] = [applicant_id, int(time.time())]


def shown_applicant(request: HttpRequest) -> int | None:
    """The applicant whose numbers this page shows; asked again for the same page, the answer is the same."""
    if not hasattr(request, _KEY):
        applicant_id, at = request.session.pop(_KEY, (None, 0))
        setattr(request, _KEY, applicant_id if time.time() - at <= _SECONDS else None)
    found: int | None = getattr(request, _KEY)
    return found
