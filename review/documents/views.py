"""Papers to download: each from the page that shows the same."""

import hashlib
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from portal.access import access, officials, public, signed_in
from portal.accounts.enums import Role
from portal.audit.security import record_export
from portal.core.files import PDF
from portal.core.http import act_of
from portal.jobs.models import Job
from review.appropriations.permissions import READERS
from review.decisions.selectors.minutes import KEEPERS
from review.documents.enums import DocumentKind
from review.documents.forms import SigningForm
from review.documents.kinds import FORMS
from review.documents.printing import print_or_start


@access(public)
@require_safe
def publicity(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A publicity list; for everybody."""
    return _handed_out(request, DocumentKind.PUBLICITY, str(key), recorded=False)


@access(officials(*READERS))
@require_safe
def appropriation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A document that gives money to districts."""
    return _handed_out(request, DocumentKind.APPROPRIATION, str(key))


@access(officials(Role.DECISION_MAKER))
@require_safe
def agenda(request: HttpRequest, key: str) -> HttpResponse:
    """The paper on a call's claims for the meeting, with number and signer where they are given."""
    form = SigningForm(request.GET)
    if not form.is_valid():
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}：{errors[0]}")
        return redirect("review:agenda", key=key)
    return _handed_out(request, DocumentKind.AGENDA, key, **form.cleaned_data)


@access(officials(Role.DECISION_MAKER))
@require_safe
def meeting(request: HttpRequest, key: str, volume: int) -> HttpResponse:
    """A volume of the papers of all claims of an agenda, in its order."""
    return _handed_out(request, DocumentKind.MEETING, key, volume=volume)


@access(officials(*KEEPERS))
@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes under which a decision was made, with all that the meeting decided."""
    return _handed_out(request, DocumentKind.MINUTES, str(pk))


@access(signed_in)
@require_safe
def claim_form(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The form of a claim, for its applicant and for those who review it."""
    return _handed_out(request, DocumentKind.CLAIM_FORM, str(key))


@access(signed_in)
@require_safe
def mandate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A mandate's text, to be signed by both sides."""
    return _handed_out(request, DocumentKind.MANDATE, str(key))


def _handed_out(
    request: HttpRequest, kind: DocumentKind, key: str, *, recorded: bool = True, **said: Any
) -> HttpResponse:
    """The paper, its export on record; or, while a job prints it, a page that waits for it and opens it."""
    paper = FORMS[kind](request.user, key, **said)
    if paper is None:
        raise Http404
    content = print_or_start(kind, key, paper, request.user, **said)
    if isinstance(content, Job):
        context = {"job": content, "kind": kind.label, "paper": paper}
        return render(request, "documents/printing.html", context, status=202)
    if request.headers.get("HX-Request"):
        # The page that waits asks in pieces; loaded anew as a whole, its address is the paper.
        return HttpResponse(headers={"HX-Refresh": "true"})
    filename = f"{kind.label} {paper.name}.pdf"
    if recorded:
        record_export(
            act_of(request),
            filename=filename,
            sha256=hashlib.sha256(content).hexdigest(),
            rows=paper.rows,
            filters=paper.name,
            applicants=paper.applicants,
        )
    disposition = content_disposition_header(as_attachment=False, filename=filename)
    return HttpResponse(content, content_type=PDF, headers={"Content-Disposition": disposition or "inline"})
