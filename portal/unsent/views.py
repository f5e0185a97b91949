"""Pages around a session that was lost: where it stands, and what was kept."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import access, public, signed_in
from portal.core.http import user_of
from portal.unsent.answers import sign_in_url
from portal.unsent.marks import KEPT_FOR, read_mark
from portal.unsent.models import UnsentForm
from portal.unsent.reasons import Reason, reason_for
from portal.unsent.services import read


@access(public)
@require_safe
@never_cache
def state(request: HttpRequest) -> JsonResponse:
    """Whether the person of a page is still signed in, and the token that its forms need now."""
    mark = read_mark(request)
    reason = reason_for(request, mark)
    # A page made for a stranger needs nobody to be signed in.
    if reason is None or reason == Reason.STRANGER:
        return JsonResponse({"reason": "", "token": get_token(request)})
    return JsonResponse(
        {"reason": reason.value, "title": reason.label, "text": reason.text, "sign_in": sign_in_url("")}
    )


@access(signed_in)
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Say that signing in again, in a window of its own, is done."""
    return render(request, "unsent/signed_in.html")


@access(signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def form(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show what was kept, to be sent again or thrown away."""
    own = UnsentForm.objects.filter(owner=user_of(request), kept_at__gte=timezone.now() - KEPT_FOR)
    kept = get_object_or_404(own, key=key)
    if request.method == "POST":
        kept.delete()
        messages.info(request, "已放弃那次没有提交的内容。")
        return redirect(kept.page)
    return render(request, "unsent/form.html", {"kept": kept, "content": read(kept)})
