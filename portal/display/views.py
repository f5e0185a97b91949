"""Pages on how the portal looks and reads: the choice of colours and size, accessibility, a summary in English.

And what lets a phone install it, and open kept drafts without a line.
"""

from pathlib import Path

from django.conf import settings as site
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import access, public
from portal.briefly_kept import briefly_kept
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
@briefly_kept
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the portal does so that everybody can use it, what it lacks, and where to say so."""
    return render(request, "display/accessibility.html")


@access(public)
@require_safe
@briefly_kept
def english(request: HttpRequest) -> HttpResponse:
    """What the portal is, in English."""
    return render(request, "display/english.html")


@access(public)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a line, with the drafts that are kept on the device."""
    return render(request, "display/offline.html")


@access(public)
@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The script that opens kept drafts without a line; from here it may do so for the whole site."""
    script = (Path(site.BASE_DIR) / "static" / "js" / "worker.js").read_bytes()
    headers = {"Service-Worker-Allowed": reverse("home"), "Cache-Control": "no-cache"}
    return HttpResponse(script, content_type="text/javascript", headers=headers)


@access(public)
@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """How the portal is called and looks where a phone has installed it (W3C Web Application Manifest)."""
    home = reverse("home")
    drawn = {"type": "image/png", "purpose": "any maskable"}
    icons = [{"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}"} | drawn for size in (192, 512)]
    said = {
        "name": "知识产权专项资金申报平台",
        "short_name": "知产资金",
        "lang": "zh-CN",
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "theme_color": "#0d7377",
        "background_color": "#ffffff",
        "icons": icons,
    }
    return JsonResponse(said, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
