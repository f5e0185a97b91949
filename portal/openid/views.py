"""Sign in through a provider; the first time, say with the password whose account it is."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods
from requests import RequestException

from portal.access import access, public
from portal.openid.provider import OpenIDAdapter
from portal.openid.services import CONFIRMED_BY, waiting_login


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    """What a view of the package answers; words where the provider cannot be reached, 404 for one that is unknown."""
    adapter = OpenIDAdapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except (RequestException, OAuth2Error, KeyError) as error:
        answer = render_authentication_error(request, provider, exception=error)
    return answer


@access(public)
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider."""
    return _answer(OAuth2LoginView, request, provider_id)


@access(public)
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the provider sent back."""
    return _answer(OAuth2CallbackView, request, provider_id)


@access(public)
@require_GET
def cancelled(request: HttpRequest) -> HttpResponse:
    """Say that nobody was signed in, after the person changed their mind at the provider."""
    return render(request, "socialaccount/login_cancelled.html")


@access(public)
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Ask for the password of the account that the provider's is to be linked to; then sign in as with it alone."""
    waiting = waiting_login(request)
    if waiting is None:
        return render(request, "socialaccount/authentication_error.html", status=410)
    form = LoginForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        request.session[CONFIRMED_BY] = form.user.pk
        answer: HttpResponse = form.login(request)
        return answer
    context = {"form": form, "provider": waiting.account.get_provider(request)}
    return render(request, "openid/link.html", context, status=422 if form.errors else 200)
