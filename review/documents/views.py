"""Papers to download: each from the page that shows the same."""

import hashlib
import uuid
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from portal.access import access, officials, public, signed_in
from portal.accounts.enums import Role
from portal.audit.security import record_export
from portal.core.files import PDF
from portal.core.http import act_of
from review.appropriations.permissions import READERS
from review.documents.enums import DocumentKind
from review.documents.forms import SigningForm
from review.documents.kinds import FORMS, Paper

# Seconds for which a printed publicity list is kept: everybody may ask for it, and it hardly changes.
_KEPT = 600


@access(public)
@require_safe
def publicity(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A publicity list; for everybody."""
    paper = _found(request, DocumentKind.PUBLICITY, str(key))
    content = cache.get_or_set(f"publicity-paper:{key}", paper.printed, _KEPT)
    return _handed_out(DocumentKind.PUBLICITY, paper, content or paper.printed())


@access(officials(*READERS))
@require_safe
def appropriation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A document that gives money to districts."""
    return _recorded(request, DocumentKind.APPROPRIATION, str(key))


@access(officials(Role.DECISION_MAKER))
@require_safe
def agenda(request: HttpRequest, key: str) -> HttpResponse:
    """The paper on a call's claims for the meeting, with number and signer where they are given."""
    form = SigningForm(request.GET)
    if not form.is_valid():
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}：{errors[0]}")
        return redirect("review:agenda", key=key)
    return _recorded(request, DocumentKind.AGENDA, key, **form.cleaned_data)


@access(signed_in)
@require_safe
def claim_form(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The form of a claim, for its applicant and for those who review it."""
    return _recorded(request, DocumentKind.CLAIM_FORM, str(key))


def _found(request: HttpRequest, kind: DocumentKind, key: str, **said: Any) -> Paper:
    paper = FORMS[kind](request.user, key, **said)
    if paper is None:
        raise Http404
    return paper


def _recorded(request: HttpRequest, kind: DocumentKind, key: str, **said: Any) -> HttpResponse:
    """The paper, its export on record."""
    paper = _found(request, kind, key, **said)
    content = paper.printed()
    record_export(
        act_of(request),
        filename=f"{kind.label} {paper.name}.pdf",
        sha256=hashlib.sha256(content).hexdigest(),
        rows=paper.rows,
        filters=paper.name,
        applicants=paper.applicants,
    )
    return _handed_out(kind, paper, content)


def _handed_out(kind: DocumentKind, paper: Paper, content: bytes) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=False, filename=f"{kind.label} {paper.name}.pdf")
    return HttpResponse(content, content_type=PDF, headers={"Content-Disposition": disposition or "inline"})
