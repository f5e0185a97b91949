"""Refuse a request body that is larger than its page takes, before a byte of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

TOO_LARGE = 413


class BodyLimitMiddleware:
    """Answer 413, in words, to a body above REQUEST_BODY_MAX_BYTES, or UPLOAD_BODY_MAX_BYTES where files are expected.

    Runs before whatever reads the body: the framework would keep it whole, in memory or on disk, even for a page that
    is refused afterwards. A body without a stated length is refused too; the proxy in front states it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            return _refusal(request, "请求没有说明长度，没有被接收。请换用常见的浏览器，程序请写明 Content-Length。")
        stated = request.META.get("CONTENT_LENGTH") or "0"
        length = int(stated[:20]) if stated.isdecimal() else settings.UPLOAD_BODY_MAX_BYTES + 1
        most = settings.REQUEST_BODY_MAX_BYTES
        if length > most and takes_upload(request.path_info):
            most = settings.UPLOAD_BODY_MAX_BYTES
        if length > most:
            words = f"这个页面一次最多接收 {filesizeformat(most)}，这次提交超过了，没有被接收。"
            return _refusal(request, f"{words}请减少内容，或将文件分几次上传。")
        return self.get_response(request)


def takes_upload(path: str) -> bool:
    """Whether the page at an address takes files (see `portal.core.http.takes_files`)."""
    try:
        return getattr(resolve(path).func, "takes_files", False)
    except Resolver404:
        return False


def _refusal(request: HttpRequest, words: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": words, "field": ""}, status=TOO_LARGE, json_dumps_params={"ensure_ascii": False})
    # Without the request: what every page shows of it may read its body.
    return HttpResponse(render_to_string("413.html", {"words": words}), status=TOO_LARGE)
