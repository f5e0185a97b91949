"""Uploads in chunks, for the page's script: begin, ask, put, finish. Answers are JSON, refusals in words.

Each twice: for a claim, and for the many of an agency's principals.
"""

import uuid

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from applications.claims.models import Claim
from applications.claims.views.common import own_claim
from applications.intake.models import IncomingFile
from applications.intake.services.receiving import begin_upload, finish_upload, put_chunk
from applications.mandates.permissions import agents
from portal.access import access, applicants
from portal.core.errors import ShownRefusal, StaleStateError, show_refusal
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number

_CONFLICT = 409
_REFUSED = 422


@access(applicants)
@require_POST
def begin(request: HttpRequest, key: uuid.UUID) -> JsonResponse:
    """Begin to send a file, or go on: answers where to put the chunks and how many bytes are there, or that all is."""
    return _begin(request, own_claim(request, key))


@access(agents)
@require_POST
def begin_many(request: HttpRequest) -> JsonResponse:
    """As `begin`, of a file for many claims."""
    return _begin(request, None)


def _begin(request: HttpRequest, claim: Claim | None) -> JsonResponse:
    with show_refusal() as refusal:
        begun = begin_upload(
            claim,
            act=act_of(request),
            filename=request.POST.get("name", ""),
            size=whole_number(request.POST.get("size")) or 0,
            sha256=request.POST.get("sha256", ""),
        )
        if begun.incoming is None:
            return _answer({"told": begun.told})
        return _answer({"upload": str(begun.incoming.key), "received": begun.incoming.received})
    return _answer({"error": str(refusal)}, status=_REFUSED)


@access(applicants)
@require_http_methods(["GET", "PUT"])
def chunk(request: HttpRequest, key: uuid.UUID, upload: uuid.UUID) -> JsonResponse:
    """Take the chunk that begins at `?offset=`, or say how many bytes are there."""
    return _chunk(request, own_claim(request, key), upload)


@access(agents)
@require_http_methods(["GET", "PUT"])
def chunk_many(request: HttpRequest, upload: uuid.UUID) -> JsonResponse:
    """As `chunk`, of a file for many claims."""
    return _chunk(request, None, upload)


def _chunk(request: HttpRequest, claim: Claim | None, upload: uuid.UUID) -> JsonResponse:
    incoming = _own_upload(request, claim, upload)
    if request.method == "GET":
        return _answer({"received": incoming.received})
    with show_refusal() as refusal:
        offset = whole_number(request.GET.get("offset")) or 0
        received = put_chunk(incoming, act=act_of(request), offset=offset, content=request.body)
        return _answer({"received": received})
    return _refused(refusal)


@access(applicants)
@require_POST
def finish(request: HttpRequest, key: uuid.UUID, upload: uuid.UUID) -> JsonResponse:
    """Take the whole file into the claim."""
    return _finish(request, own_claim(request, key), upload)


@access(agents)
@require_POST
def finish_many(request: HttpRequest, upload: uuid.UUID) -> JsonResponse:
    """As `finish`, of a file for many claims."""
    return _finish(request, None, upload)


def _finish(request: HttpRequest, claim: Claim | None, upload: uuid.UUID) -> JsonResponse:
    incoming = _own_upload(request, claim, upload)
    with show_refusal() as refusal:
        taken = finish_upload(incoming, act=act_of(request))
        return _answer({"told": taken.told})
    return _refused(refusal)


def _own_upload(request: HttpRequest, claim: Claim | None, upload: uuid.UUID) -> IncomingFile:
    return get_object_or_404(IncomingFile, claim=claim, sent_by=user_of(request), key=upload)


def _refused(refusal: ShownRefusal) -> JsonResponse:
    """Where to go on after a chunk that was not expected; else the refusal's words."""
    if isinstance(refusal.error, StaleStateError):
        return _answer({"received": refusal.error.current.received}, status=_CONFLICT)
    return _answer({"error": str(refusal)}, status=_REFUSED)


def _answer(content: dict[str, object], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
