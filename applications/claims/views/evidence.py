"""Files of a claim: upload and use again, and view; only for those who may see the claim."""

import uuid

from csp.decorators import csp_replace
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.forms.entry import evidence_slot, page_of
from applications.claims.models import Claim, Evidence
from applications.claims.selectors.duplicates import reusable_evidence
from applications.claims.services.evidence import Upload, add_evidence, reuse_evidence
from applications.claims.services.photos import as_one_paper
from applications.claims.views.common import as_uuid, own_claim
from portal.access import access, applicants, officials
from portal.accounts.enums import Role
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, takes_files, user_of
from portal.core.numbers import whole_number

# Who sees claims sees their evidence; which claims, `visible_to` decides.
readers = applicants | officials(
    Role.ACCEPTANCE,
    Role.DISTRICT_FIRST,
    Role.DISTRICT_SECOND,
    Role.CITY_OFFICER,
    Role.DECISION_MAKER,
    Role.FINANCE,
    Role.AUDITOR,
)


# The browser's own viewer of PDFs brings styles and scripts of its own, and is framed by the review page.
VIEWER_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'self'"],
    "frame-src": ["'self'"],
    "frame-ancestors": ["'self'"],
}


@csp_replace(VIEWER_POLICY)
@access(readers)
@require_safe
def evidence(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """The bytes of one file, in place, or with `?download` to keep."""
    found = get_object_or_404(Evidence.objects.open_to(user_of(request)).select_related("file"), key=key)
    stored = found.file
    response = file_response(
        stored.path,
        sha256=stored.sha256,
        filename=found.filename,
        media_type=stored.media_type,
        as_attachment="download" in request.GET,
    )
    response["Cache-Control"] = "private, no-store"
    return response


@takes_files
@access(applicants)
@require_POST
def upload(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Attach files to one requirement as soon as they are chosen; answers with that requirement's place."""
    claim = own_claim(request, key)
    requirement = request.POST.get("requirement", "")
    line_id = whole_number(request.POST.get("line", ""))
    refusals: list[str] = []
    for _, files in request.FILES.lists():
        with show_refusal(lambda error: refusals.append(str(error))):
            for given in as_one_paper([Upload(file.name or "未命名", file) for file in files]):
                with show_refusal(lambda error: refusals.append(str(error))):
                    add_evidence(claim, act=act_of(request), requirement=requirement, line_id=line_id, upload=given)
    return _slot(request, claim, requirement, line_id, refusals)


@access(applicants)
@require_http_methods(["GET", "HEAD", "POST"])
def reuse(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Choose among the organisation's earlier files for one requirement."""
    claim = own_claim(request, key)
    requirement = request.GET.get("requirement", "")
    line_id = whole_number(request.GET.get("line", ""))
    slot = evidence_slot(claim, user=user_of(request), requirement=requirement, line_id=line_id)
    if slot is None or not claim.is_editable:
        raise Http404
    files = reusable_evidence(claim, user_of(request))
    if request.method == "POST":
        wanted = as_uuid(request.POST.get("source", ""))
        source = next((file for file in files if file.key == wanted), None)
        if source is None:
            raise Http404
        with show_refusal(request, success=f"已选用“{source.filename}”。"):
            reuse_evidence(claim, act=act_of(request), requirement=requirement, line_id=line_id, source=source)
        page = page_of(claim, line_id)
        url = reverse("applications:edit", args=[claim.key])
        return HttpResponseRedirect(f"{url}?page={page}#{slot.anchor}")
    return render(request, "applications/reuse.html", {"claim": claim, "slot": slot, "files": files})


def _slot(
    request: HttpRequest, claim: Claim, requirement: str, line_id: int | None, refusals: list[str]
) -> HttpResponse:
    slot = evidence_slot(claim, user=user_of(request), requirement=requirement, line_id=line_id, refusals=refusals)
    if slot is None:
        raise Http404
    context = {"claim": claim, "slot": slot, "now": timezone.localtime()}
    return render(request, "applications/_uploaded.html", context)
