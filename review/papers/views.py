"""One's papers on one page, singly or as a ZIP of the page."""

import hashlib
import uuid

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.access import access, applicants
from portal.audit.security import record_export
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.paging import Page
from portal.core.zip_stream import stream_zip
from review.notices.enums import NoticeEventKind
from review.notices.lifecycle import record_looks
from review.papers.forms import PapersFilterForm
from review.papers.models import KEPT_DAYS, Archive
from review.papers.selectors import ClaimPapers, files_of, papers_of
from review.papers.services import ask_archive, hand_out, job_of


@access(applicants)
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The papers of one's submitted claims, claim by claim."""
    form = PapersFilterForm(request.GET, user=user_of(request))
    page = _page(request, form)
    notices = [notice for row in page.rows for notice in row.notices]
    record_looks(notices, NoticeEventKind.SHOWN, act=act_of(request))
    context = {"page": page, "form": form, "narrowed": any(form.asked().values()), "query": request.GET.urlencode()}
    return render(request, "papers/mine.html", context)


@access(applicants)
@require_safe
@never_cache
def archive(request: HttpRequest) -> HttpResponseBase:
    """The papers of the same page in a ZIP, made while it is handed out."""
    user, act = user_of(request), act_of(request)
    page = _page(request, PapersFilterForm(request.GET, user=user))
    notices = [notice for row in page.rows for notice in row.notices if not notice.voided_at]
    record_looks(notices, NoticeEventKind.DOWNLOADED, act=act)
    named = "、".join(row.claim.number or "" for row in page.rows)
    record_export(
        act,
        filename="我的文件.zip",
        sha256=hashlib.sha256("".join(notice.sha256 for notice in notices).encode()).hexdigest(),
        rows=len(page.rows),
        filters=named,
        applicants={row.claim.applicant_id for row in page.rows},
    )
    disposition = content_disposition_header(as_attachment=True, filename="我的文件.zip") or "attachment"
    return StreamingHttpResponse(
        stream_zip(files_of(page.rows, user)),
        content_type="application/zip",
        headers={"Content-Disposition": disposition},
    )


@access(applicants)
@require_POST
def pack(request: HttpRequest) -> HttpResponse:
    """Ask for a ZIP of all papers: made by a job."""
    user = user_of(request)
    form = PapersFilterForm(request.GET, user=user)
    made = ask_archive(user, applicant_id=form.asked().get("applicant"), act=act_of(request))
    return redirect("papers:whole", key=made.key)


@access(applicants)
@require_safe
@never_cache
def whole(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """How far the archive is; the page asks again by itself until it is ready."""
    found = get_object_or_404(Archive.objects.visible_to(user_of(request)).select_related("applicant"), key=key)
    if found.ready_at and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"archive": found, "job": None if found.ready_at else job_of(found), "days": KEPT_DAYS}
    return render(request, "papers/whole.html", context)


@access(applicants)
@require_safe
@never_cache
def whole_file(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The archive's bytes."""
    found = get_object_or_404(Archive.objects.visible_to(user_of(request)).exclude(ready_at=None), key=key)
    with show_refusal(request):
        return hand_out(found, act=act_of(request))
    return redirect("papers:mine")


def _page(request: HttpRequest, form: PapersFilterForm) -> Page[ClaimPapers]:
    return papers_of(user_of(request), applicant_id=form.asked().get("applicant"), after=request.GET.get("after", ""))
