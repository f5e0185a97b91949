"""A claim's files for its officers: all in small, a picture to turn and enlarge, and all of them as one archive."""

import hashlib
import uuid

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from applications.claims.models import Claim, Evidence, EvidenceQuerySet
from applications.claims.selectors.context import read_claim
from applications.claims.selectors.single import claim_by_key
from applications.claims.visibility import claims_of_duty
from portal.access import access
from portal.audit.security import record_export
from portal.core.filters import choice_of
from portal.core.http import act_of, user_of
from review.decisions.selectors.files import thumbnail_of, zipped
from review.decisions.selectors.shown_files import shown_files
from review.decisions.views.claim import claim_or_404
from review.decisions.views.queue import readers

TURNS = ("0", "90", "180", "270")
ZOOMS = ("100", "150", "200", "300")


def _files_for(request: HttpRequest, key: uuid.UUID) -> EvidenceQuerySet:
    """The files of a claim that this person opens: what was filed is closed to nobody but the recused."""
    user = user_of(request)
    found = Evidence.objects.open_to(user).filter(claim__key=key)
    return found.exclude(claim__applicant_id__in=user.recused_from).select_related("file")


@access(readers)
@require_GET
def thumbnails(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """All files of a claim in small, for the frame in which one of them opens."""
    user = user_of(request)
    theirs = Claim.objects.filter(claims_of_duty(user)).exclude(applicant_id__in=user.recused_from)
    claim = claim_by_key(theirs.exclude(submitted_at=None), key)
    if claim is None:
        raise Http404("claim")
    return render(request, "review/thumbnails.html", {"claim": claim, "files": shown_files(read_claim(claim))})


@access(readers)
@require_GET
def thumbnail(request: HttpRequest, key: uuid.UUID, evidence: uuid.UUID) -> HttpResponse:
    """The first page of one file in small; 404 where it cannot be drawn."""
    drawn = thumbnail_of(get_object_or_404(_files_for(request, key), key=evidence).file)
    if not drawn:
        raise Http404("thumbnail")
    return HttpResponse(drawn, content_type="image/jpeg")


@access(readers)
@require_GET
def picture(request: HttpRequest, key: uuid.UUID, evidence: uuid.UUID) -> HttpResponse:
    """One image of a claim in its frame, turned and enlarged as asked."""
    files = _files_for(request, key).filter(file__media_type__startswith="image/")
    turn = TURNS.index(choice_of(request, "turn", TURNS, default="0"))
    zoom = ZOOMS.index(choice_of(request, "zoom", ZOOMS, default="100"))
    context = {
        "evidence": get_object_or_404(files, key=evidence),
        "turn": TURNS[turn],
        "zoom": ZOOMS[zoom],
        "left": TURNS[turn - 1],
        "right": TURNS[(turn + 1) % len(TURNS)],
        "smaller": ZOOMS[max(zoom - 1, 0)],
        "larger": ZOOMS[min(zoom + 1, len(ZOOMS) - 1)],
    }
    return render(request, "review/picture.html", context)


@access(readers)
@require_GET
def archive(request: HttpRequest, key: uuid.UUID) -> StreamingHttpResponse:
    """All files of a claim as one ZIP archive; who took it is on record."""
    claim = claim_or_404(request, key)
    files = shown_files(read_claim(claim))
    filename = f"{claim.number} 材料.zip"
    hashes = "\n".join(shown.evidence.file.sha256 for shown in files)
    record_export(
        act_of(request),
        filename=filename,
        # Of the files' own hashes, in the archive's order.
        sha256=hashlib.sha256(hashes.encode()).hexdigest(),
        rows=len(files),
        filters=claim.number or "",
        applicants=[claim.applicant_id],
    )
    response = StreamingHttpResponse(zipped(files), content_type="application/zip")
    name = content_disposition_header(as_attachment=True, filename=filename)
    response["Content-Disposition"] = name or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
