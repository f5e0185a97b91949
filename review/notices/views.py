"""Notices: an applicant's list, the file, and the public page that says whether a notice is genuine."""

import logging

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import access, applicants, public, signed_in
from portal.core.files import PDF
from portal.core.http import takes_files, user_of
from portal.core.identifiers import mask_name
from review.notices import selectors
from review.notices.enums import FileState
from review.notices.forms import CopyForm
from review.notices.models import Notice

logger = logging.getLogger(__name__)
PAGE_SIZE = 20


@access(applicants)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List the notices to the applicants that this person acts for."""
    page = Paginator(selectors.own_notices(user_of(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "notices/mine.html", {"page": page})


@access(signed_in)
@require_safe
@never_cache
def download(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give out the file as it was printed, or an explanation; never a file that has changed since."""
    notice = get_object_or_404(Notice.objects.visible_to(user_of(request)), code=code)
    try:
        file = selectors.open_notice(notice)
    except selectors.NoticeFileError as error:
        if error.state != FileState.PENDING:
            logger.exception("The file of notice %s is %s.", notice.number, error.state)
        return render(request, "notices/unavailable.html", {"notice": notice, "state": error.state}, status=409)
    filename = f"{notice.get_kind_display()} {notice.number}.pdf"
    return FileResponse(file, as_attachment=True, filename=filename, content_type=PDF)


@access(public)
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a verification code, and lead to its notice."""
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "notices/verify.html", {"typed": ""})
    notice = selectors.find_by_code(typed)
    if notice is None:
        return render(request, "notices/verify.html", {"typed": typed[:40], "not_found": True}, status=404)
    return redirect("verification:notice", code=notice.code)


@takes_files
@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verified(request: HttpRequest, code: str) -> HttpResponse:
    """Say what was issued under a code, without personal data, and compare a copy with it."""
    notice = selectors.find_by_code(code)
    if notice is None:
        if request.method == "POST":
            raise Http404
        return render(request, "notices/verify.html", {"typed": code[:40], "not_found": True}, status=404)
    form = CopyForm(request.POST, request.FILES) if request.method == "POST" else CopyForm()
    is_same = None
    if form.is_bound and form.is_valid():
        is_same = bool(notice.sha256) and form.copy_sha256() == notice.sha256
    return render(
        request,
        "notices/verified.html",
        {
            "party": shown_party(notice),
            "notice": notice,
            "state": selectors.file_state(notice),
            "form": form,
            "is_same": is_same,
        },
    )


def shown_party(notice: Notice) -> str:
    """The party as the public page names it: a body in full, a person by the first character."""
    party = notice.snapshot["party"]
    name: str = party["name"]
    return mask_name(name) if party["is_person"] else name
