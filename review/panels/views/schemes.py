"""The schemes by which panels score: their list, and a new one or another in the place of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access, officials
from portal.core.errors import show_refusal
from portal.core.http import act_of, user_of
from portal.core.numbers import whole_number
from review.panels.forms import SchemeForm, criteria_text
from review.panels.models import READERS, SCHEME_KEEPER, Scheme
from review.panels.services.schemes import SchemePlan, make_scheme


@access(officials(SCHEME_KEEPER, *READERS))
@require_GET
def schemes(request: HttpRequest) -> HttpResponse:
    """The schemes in force of one's city."""
    user = user_of(request)
    found = Scheme.objects.visible_to(user).in_force().select_related("region", "item", "call")
    return render(request, "panels/schemes.html", {"schemes": found, "keeps": SCHEME_KEEPER in user.roles})


@access(officials(SCHEME_KEEPER))
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new scheme; with `replaces`, in the place of another, whose words it starts from."""
    user = user_of(request)
    visible = Scheme.objects.visible_to(user)
    asked = request.GET.get("replaces", "")
    replaces = get_object_or_404(visible, pk=whole_number(asked)) if asked else None
    form = SchemeForm(request.POST or None, user=user, initial=_initial(replaces) if replaces else None)
    if form.is_valid():
        with show_refusal(form, denials=True):
            given = dict(form.cleaned_data)
            make_scheme(given.pop("region"), plan=SchemePlan(**given), replaces=replaces, act=act_of(request))
            return redirect("panels:schemes")
    context = {"form": form, "replaces": replaces}
    return render(request, "panels/scheme.html", context, status=422 if form.errors else 200)


def _initial(scheme: Scheme) -> dict[str, Any]:
    names = [name for name in SchemeForm.base_fields if name != "criteria"]
    return {name: getattr(scheme, name) for name in names} | {"criteria": criteria_text(scheme)}
