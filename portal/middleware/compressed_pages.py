"""Pages are sent compressed: on a poor line their text is most of what a reader waits for."""

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPagesMiddleware(GZipMiddleware):
    """Compress HTML, with random bytes that hide its length; files are compressed already, or have a length to keep."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not is_page or isinstance(response, StreamingHttpResponse):
            return response
        return super().process_response(request, response)
