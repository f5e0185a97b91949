"""Notices: an applicant's list, the file, an office's work with them, and the public page that verifies one."""

import json
import logging
import uuid
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.claims.models import Claim
from applications.claims.visibility import own_side
from applications.mandates.enums import Right
from portal.access import access, applicants, officials, public, signed_in
from portal.audit import offline
from portal.core.errors import show_refusal
from portal.core.files import PDF
from portal.core.http import act_of, takes_files, user_of
from portal.core.identifiers import mask_name
from portal.core.paging import paginate
from review.notices import selectors
from review.notices.compose import NoticeNotDue
from review.notices.enums import FileState, NoticeEventKind, NoticeKind
from review.notices.forms import CopyForm, DeliveryForm, NoticeFilterForm, VoidForm
from review.notices.lifecycle import make_again, record_delivery, record_looks, replace_notice, void_notice
from review.notices.models import DECIDERS, KEEPERS, Notice
from review.notices.proof import proof_of_service
from review.notices.reckoning import proof_of_printing, reckoning_of
from review.notices.services import issue_notice, print_notice

logger = logging.getLogger(__name__)
PAGE_SIZE = 20
keepers = officials(*KEEPERS)


@access(applicants)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List the notices to the applicants that this person acts for."""
    page = paginate(selectors.own_notices(user_of(request)), after=request.GET.get("after", ""), size=PAGE_SIZE)
    record_looks(page.rows, NoticeEventKind.SHOWN, act=act_of(request))
    return render(request, "notices/mine.html", {"page": page})


@access(applicants)
@require_POST
def receipt(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Make the receipt of one's submitted claim, or find the one that was made, and hand it out."""
    claim = get_object_or_404(Claim.objects.filter(own_side(user_of(request), right=Right.READ)), key=key)
    act = act_of(request)
    try:
        notice = issue_notice(claim.pk, kind=NoticeKind.RECEIPT, act=act)
    except NoticeNotDue:
        messages.error(request, "申报提交后才有回执。请先提交申报。")
        return redirect("applications:claim", key=key)
    print_notice(notice.pk, act=act)
    return redirect("notices:download", code=notice.code)


@access(signed_in)
@require_safe
@never_cache
def download(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give out the file as it was printed, or an explanation; never a file that has changed since."""
    notice = get_object_or_404(Notice.objects.visible_to(user_of(request)).select_related("claim"), code=code)
    try:
        file = selectors.open_notice(notice)
    except selectors.NoticeFileError as error:
        if error.state != FileState.PENDING:
            logger.exception("The file of notice %s is %s.", notice.number, error.state)
        return render(request, "notices/unavailable.html", {"notice": notice, "state": error.state}, status=409)
    record_looks([notice], NoticeEventKind.DOWNLOADED, act=act_of(request))
    filename = f"{notice.get_kind_display()} {notice.number}.pdf"
    return FileResponse(file, as_attachment=True, filename=filename, content_type=PDF)


@access(keepers)
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """The notices of one's offices, and those that could not be made."""
    user = user_of(request)
    form = NoticeFilterForm(request.GET or None)
    notices = selectors.kept_notices(user, form.to_filter())
    context = {
        "form": form,
        "page": paginate(notices, after=request.GET.get("after", ""), size=PAGE_SIZE),
        "narrowed": bool(form.changed_data) if form.is_bound else False,
        "failed": selectors.failed_jobs(user),
        "may_run": bool(user.regions_for(*DECIDERS)),
    }
    return render(request, "notices/office.html", context)


@access(keepers)
@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Make a notice again whose job was given up."""
    with show_refusal(request, success="已重新排队制作，稍后刷新查看。"):
        make_again(job_id, act=act_of(request))
    return redirect("notices:office")


@access(keepers)
@require_http_methods(["GET", "POST"])
def kept(request: HttpRequest, code: str) -> HttpResponse:
    """One notice of one's office: how it stands and was delivered; void or replace it, record a delivery."""
    notice = selectors.kept_notice(user_of(request), code)
    if notice is None:
        raise Http404
    asks = request.POST.get("form", "")
    if asks == "again":
        with show_refusal(request, success="新的通知书正在制作，稍后刷新查看。"):
            replace_notice(code, reason="", act=act_of(request))
        return redirect("notices:kept", code=code)
    void = VoidForm(request.POST if asks == "void" else None)
    delivery = DeliveryForm(request.POST if asks == "delivery" else None, initial={"on": timezone.localdate()})
    if void.is_bound and void.is_valid():
        act, reason = act_of(request), void.cleaned_data["reason"]
        act_on = replace_notice if void.cleaned_data["replace"] else void_notice
        done = "已作废，新的通知书正在制作。" if void.cleaned_data["replace"] else "已作废。"
        with show_refusal(void) as refusal:
            act_on(code, reason=reason, act=act)
        if not refusal:
            messages.success(request, done)
            return redirect("notices:kept", code=code)
    elif delivery.is_bound and delivery.is_valid():
        given = delivery.cleaned_data
        with show_refusal(delivery) as refusal:
            record_delivery(code, given["kind"], on=given["on"], note=given["note"], act=act_of(request))
        if not refusal:
            messages.success(request, "送达已登记。")
            return redirect("notices:kept", code=code)
    return render(request, "notices/kept.html", {"notice": notice, "void": void, "delivery": delivery})


@access(keepers)
@require_safe
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet on which whoever receives a notice of one's office signs (送达回证)."""
    notice = selectors.kept_notice(user_of(request), code)
    if notice is None:
        raise Http404
    response = HttpResponse(proof_of_service(notice), content_type=PDF)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"送达回证 {notice.number}.pdf"
    )
    return response


@takes_files
@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a verification code and lead to its notice, or take a file and say which notice it is."""
    if request.method == "POST":
        form = CopyForm(request.POST, request.FILES)
        found = selectors.find_by_hash(form.copy_sha256()) if form.is_valid() else None
        if found is not None:
            return render(request, "notices/verified.html", _result(found, CopyForm(), is_same=True))
        context = {"typed": "", "form": form, "unknown_file": form.is_valid()}
        return render(request, "notices/verify.html", context, status=404 if form.is_valid() else 200)
    typed = request.GET.get("code", "").strip()
    if not typed:
        return render(request, "notices/verify.html", {"typed": "", "form": CopyForm()})
    notice = selectors.find_by_code(typed)
    if notice is None:
        return _not_found(request, typed)
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
        return _not_found(request, code)
    form = CopyForm(request.POST, request.FILES) if request.method == "POST" else CopyForm()
    is_same = None
    if form.is_bound and form.is_valid():
        is_same = bool(notice.sha256) and form.copy_sha256() == notice.sha256
    return render(request, "notices/verified.html", _result(notice, form, is_same=is_same))


def _not_found(request: HttpRequest, typed: str) -> HttpResponse:
    context = {"typed": typed[:40], "not_found": True, "form": CopyForm()}
    return render(request, "notices/verify.html", context, status=404)


def _result(notice: Notice, form: CopyForm, *, is_same: bool | None) -> dict[str, Any]:
    """What the public page says of a notice; `is_same` of the copy that was compared, None where none was."""
    state, signature = selectors.look_at_file(notice)
    return {
        "party": shown_party(notice),
        "notice": notice,
        "state": state,
        "signature": signature,
        "form": form,
        "is_same": is_same,
        "reckoning": reckoning_of(notice),
        "is_proved": proof_of_printing(notice) is not None,
    }


@access(public)
@require_safe
@never_cache
def question(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001 - a view's first argument
    """The question behind a sum, without personal data: `manage.py assess` answers it with the same sum."""
    notice = selectors.find_by_code(code)
    reckoning = reckoning_of(notice) if notice else None
    if notice is None or reckoning is None:
        raise Http404
    return _download(f"{reckoning.line}\n", f"测算 {notice.number}.json")


@access(public)
@require_safe
@never_cache
def inclusion(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001 - a view's first argument
    """The proof that the file's hash is under a day's root of the audit record."""
    notice = selectors.find_by_code(code)
    found = proof_of_printing(notice) if notice else None
    if notice is None or found is None:
        raise Http404
    return _download(json.dumps(found, ensure_ascii=False, sort_keys=True), f"存证 {notice.number}.json")


@access(public)
@require_safe
def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's first argument
    """The program that checks such proofs without the portal."""
    return _download(Path(offline.__file__).read_text(encoding="utf-8"), "offline.py")


def _download(content: str, filename: str) -> HttpResponse:
    media_type = "text/plain" if filename.endswith(".py") else "application/json"
    response = HttpResponse(content, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    return response


def shown_party(notice: Notice) -> str:
    """The party as the public page names it: a body in full, a person by the first character."""
    party = notice.snapshot["party"]
    name: str = party["name"]
    return mask_name(name) if party["is_person"] else name
