"""Pages about one's own data: the notice, consent, a copy, closing the account; and what is kept how long."""

import uuid

from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from portal.access import access, officials, public, signed_in
from portal.accounts.enums import Role
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.wishes import safe_next
from portal.privacy.forms import CloseForm, ConsentForm, PasswordForm
from portal.privacy.models import DataCopy
from portal.privacy.notices import NOTICES, current_notice, notice_of
from portal.privacy.selectors import copies_of, has_consented, kept_kinds, obstacles_to_closing
from portal.privacy.services.closing import close_account
from portal.privacy.services.consent import CONSENT_DUE, give_consent
from portal.privacy.services.copies import ask_copy, hand_out


@access(public)
def notice(request: HttpRequest) -> HttpResponse:
    """Show the notice on personal data, the present version or an earlier one."""
    shown = notice_of(request.GET.get("version", current_notice().version))
    if shown is None:
        raise Http404
    return render(request, "privacy/notice.html", {"notice": shown, "notices": NOTICES, "current": current_notice()})


@access(signed_in)
def consent(request: HttpRequest) -> HttpResponse:
    """Ask who signed in to agree to the present version, and go on to the page they wanted."""
    user = user_of(request)
    onwards = redirect(safe_next(request) or "home")
    form = ConsentForm(request.POST or None)
    if has_consented(user):
        request.session.pop(CONSENT_DUE, None)
        return onwards
    if request.method == "POST" and form.is_valid():
        give_consent(user, act=act_of(request))
        request.session.pop(CONSENT_DUE, None)
        return onwards
    return render(request, "privacy/consent.html", {"form": form, "notice": current_notice()})


@access(signed_in)
@rate_limit(action="confirm_password")
def mine(request: HttpRequest) -> HttpResponseBase:
    """Show what one agreed to, who read one's data, and the copies; ask for a copy."""
    user = user_of(request)
    if not user.has_usable_password() and request.method == "POST":
        return reauthentication_required(_ask)(request)
    return _ask(request)


def _ask(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            ask_copy(user, act=act_of(request))
            messages.success(request, "已登记。副本生成后会通知您，3 天内可在本页下载。")
            return redirect("data:mine")
    context = {
        "form": form,
        "copies": copies_of(user),
        "consents": user.consents.all(),
        "memberships": user.active_memberships,
    }
    return render(request, "privacy/mine.html", context)


@access(signed_in)
def copy(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Hand out a copy of one's own data as a ZIP; 404 for another's, and for one that is over."""
    found = get_object_or_404(DataCopy.objects.visible_to(user_of(request)).exclude(ready_at=None), key=key)
    if found.is_over:
        raise Http404("个人信息副本已过期，请重新申请。")
    name = content_disposition_header(True, "个人信息副本.zip")  # noqa: FBT003 - Django's own signature
    return StreamingHttpResponse(
        hand_out(found, act=act_of(request)),
        content_type="application/zip",
        headers={"Content-Disposition": name or "attachment"},
    )


@access(signed_in)
@rate_limit(action="confirm_password")
def close(request: HttpRequest) -> HttpResponseBase:
    """Close one's account, or say what has to be settled first."""
    if not user_of(request).has_usable_password():
        return reauthentication_required(_close, allow_get=True)(request)
    return _close(request)


def _close(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = CloseForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            close_account(user, act=act_of(request))
            logout(request)
            messages.success(request, "您的账号已注销。该邮箱可以重新注册。")
            return redirect("home")
    return render(request, "privacy/close.html", {"form": form, "obstacles": obstacles_to_closing(user)})


@access(officials(Role.SECURITY_ADMIN))
def retention(request: HttpRequest) -> HttpResponse:
    """Show how long each kind of rows is kept, why, and what was removed."""
    return render(request, "privacy/retention.html", {"kinds": kept_kinds()})
