"""Pages about the interface: its documentation, and one's own tokens."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import access, public, signed_in
from portal.api.api import api
from portal.api.forms import TokenForm
from portal.api.models import ApiToken
from portal.api.selectors import owned_tokens
from portal.api.services import create_token, revoke_token
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of


@access(public)
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """List the interface's addresses, as its own description has them."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "api/documentation.html", {"operations": operations, "title": api.title})


@access(signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens; make a new one, whose secret this answer shows and no other."""
    user = user_of(request)
    form = TokenForm(request.POST or None)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        with show_refusal(form):
            token, secret = create_token(user, act=act_of(request), **form.cleaned_data)
            shown = {"token": token, "secret": secret}
            form = TokenForm()
    context = {"form": form, "tokens": owned_tokens(user), **shown}
    return render(request, "api/tokens.html", context)


@access(signed_in)
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens."""
    token = get_object_or_404(ApiToken.objects.visible_to(user_of(request)), pk=pk)
    revoke_token(token, act=act_of(request))
    messages.success(request, f"令牌“{token.label}”已停用，用它的程序不能再读取数据。")
    return redirect("tokens:list")
