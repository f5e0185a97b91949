"""One's own page, and the way on after the second factor is set up."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.access import AFTER_SECOND_FACTOR, access, signed_in
from portal.accounts.forms import ProfileForm
from portal.accounts.services.profile import update_profile
from portal.core.http import act_of, user_of


@access(signed_in)
def profile(request: HttpRequest) -> HttpResponse:
    """Show who one is here; change name and telephone."""
    user = user_of(request)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "phone": user.phone})
    if request.method == "POST" and form.is_valid():
        update_profile(user, name=form.cleaned_data["name"], phone=form.cleaned_data["phone"], act=act_of(request))
        messages.success(request, "个人信息已保存。")
        return redirect("accounts:profile")
    context = {
        "form": form,
        "second_factor": user.standing.has_second_factor,
        "off": not settings.OFFICIALS_NEED_SECOND_FACTOR,
    }
    return render(request, "accounts/profile.html", context)


@access(signed_in)
def resume(request: HttpRequest) -> HttpResponse:
    """Go on to the page that the second factor stood before, or home."""
    # Written by our own guard, never by the browser: a path of this site.
    return redirect(request.session.pop(AFTER_SECOND_FACTOR, "home"))
