"""One's own page, and the way on after the second factor is set up."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.access import AFTER_SECOND_FACTOR, access, signed_in
from portal.accounts.forms import ConfirmForm, ProfileForm
from portal.accounts.services.identity import state_number
from portal.accounts.services.profile import update_profile
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of


@access(signed_in)
def profile(request: HttpRequest) -> HttpResponse:
    """Show who one is here; change name and telephone."""
    user = user_of(request)
    stated = request.POST if request.POST.get("intent") == "identity" else None
    identity = ConfirmForm(stated)
    if stated and identity.is_valid():
        with show_refusal(identity, denials=True):
            state_number(user, number=identity.cleaned_data["number"], act=act_of(request))
            messages.success(request, "证件号码已登记，请携带证件原件到安全管理员处核验。")
            return redirect("accounts:profile")
    form = ProfileForm(None if stated else request.POST or None, initial={"name": user.name, "phone": user.phone})
    if request.method == "POST" and form.is_valid():
        update_profile(user, name=form.cleaned_data["name"], phone=form.cleaned_data["phone"], act=act_of(request))
        messages.success(request, "个人信息已保存。")
        return redirect("accounts:profile")
    context = {
        "form": form,
        "identity": identity if user.is_official and not user.identity_digest else None,
        "is_stated": any(appointment.identity_number for appointment in user.active_appointments),
        "second_factor": user.standing.has_second_factor,
        "off": not settings.OFFICIALS_NEED_SECOND_FACTOR,
    }
    return render(request, "accounts/profile.html", context, status=422 if identity.errors else 200)


@access(signed_in)
def resume(request: HttpRequest) -> HttpResponse:
    """Go on to the page that the second factor stood before, or home."""
    # Written by our own guard, never by the browser: a path of this site.
    return redirect(request.session.pop(AFTER_SECOND_FACTOR, "home"))
