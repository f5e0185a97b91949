"""The letters of a claim, for both sides."""

import uuid

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from applications.claims.models import Claim
from applications.mandates.enums import Right
from portal.access import access, applicants, officials
from portal.accounts.enums import Role
from portal.core.errors import show_refusal
from portal.core.files import file_response
from portal.core.http import act_of, takes_files, user_of
from review.letters.forms import LetterForm
from review.letters.permissions import WRITERS, side_of
from review.letters.selectors import files_open_to, is_closed, thread_of
from review.letters.services import mark_letters_read, write_letter

readers = applicants | officials(*WRITERS, Role.AUDITOR)


@takes_files
@access(readers)
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Read the letters of a claim, and write one."""
    user = user_of(request)
    seen = Claim.objects.visible_to(user, right=Right.CORRECT).select_related("item", "applicant", "region", "city")
    claim = get_object_or_404(seen, key=key)
    form = LetterForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        files = request.FILES.getlist("files")
        with show_refusal(form, denials=True):
            write_letter(claim, text=given["text"], files=files, key=given["key"], act=act_of(request))
            messages.success(request, "已发送，并已通知对方。")
            return redirect("letters:thread", key)
    if request.method == "GET":
        mark_letters_read(claim, act=act_of(request))
    side = side_of(user, claim)
    context = {
        "claim": claim,
        "letters": thread_of(claim),
        "form": form,
        "side": side,
        "closed": is_closed(claim),
        "is_office": side != "applicant",
    }
    return render(request, "letters/thread.html", context, status=422 if form.errors else 200)


@access(readers)
@require_safe
def file(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """Hand out a file that came with a letter."""
    found = get_object_or_404(files_open_to(user_of(request)), key=key)
    return file_response(found.path, sha256=found.sha256, filename=found.filename, media_type=found.media_type)
