"""Pages on how the portal looks and reads: the choice of colours and size, accessibility, a summary in English."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import access, public
from portal.core.wishes import safe_next
from portal.display.choices import chosen_display, keep_display
from portal.display.forms import DisplayForm


@access(public)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Choose colours and size; back to the page that one came from."""
    current = chosen_display(request)
    form = DisplayForm(request.POST or None, initial={"colours": current.colours, "size": current.size})
    if form.is_valid():
        response = redirect(safe_next(request) or "display:settings")
        keep_display(response, form.display())
        messages.success(request, "已按您的选择显示。")
        return response
    return render(request, "display/settings.html", {"form": form}, status=422 if form.errors else 200)


@access(public)
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the portal does so that everybody can use it, what it lacks, and where to say so."""
    return render(request, "display/accessibility.html")


@access(public)
@require_safe
def english(request: HttpRequest) -> HttpResponse:
    """What the portal is, in English."""
    return render(request, "display/english.html")
