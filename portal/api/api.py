"""The interface as a whole: the apps' routers, how errors are written, and its addresses."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.views.decorators.cache import cache_control
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, Throttled, ValidationError

from portal.access import access, public
from portal.api.throttling import MinuteThrottle
from portal.core.registry import API_ROUTERS

THROTTLE = MinuteThrottle()


def _counted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The interface's own description, counted as all else is."""

    def counted(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if THROTTLE.allow_request(request):
            return view(request, **kwargs)
        return _too_many(request, Throttled(THROTTLE.wait()))

    return counted


api = NinjaAPI(
    title="知识产权专项资金数据接口",
    version="1",
    description="政策目录、测算、申报进度与通知书核验。金额为以元为单位的十进制字符串。",
    urls_namespace="api",
    # Our own page: the package's would fetch scripts from elsewhere.
    docs_url=None,
    docs_decorator=_counted,
)
for router in API_ROUTERS.values():
    api.add_router("", router, throttle=THROTTLE)


def _answer(request: HttpRequest, error: str, *, status: int, field: str = "") -> HttpResponse:
    return api.create_response(request, {"error": error, "field": field}, status=status)


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    return _answer(request, f"参数 {field} 不合格式：{first['msg']}", status=422, field=field)


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    answer = _answer(request, f"请求过于频繁，请在 {error.wait} 秒后再试。", status=429)
    answer.headers["Retry-After"] = str(error.wait)
    return answer


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    # The package counts a request after its token; without a right one it is counted here, by its address.
    if not THROTTLE.allow_request(request):
        return _too_many(request, Throttled(THROTTLE.wait()))
    answer = _answer(
        request,
        "令牌缺失、有误或已停用：请在请求头写明 Authorization: Bearer 令牌。",
        status=401,
        field="Authorization",
    )
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Http404)
def _absent(request: HttpRequest, _error: Http404) -> HttpResponse:
    return _answer(request, "没有找到：请核对编号。", status=404)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return _answer(request, "请求过大：请分批提交。", status=413)


def api_urls() -> tuple[list[Any], str, str]:
    """The addresses, for `path`, once a process. Open to everybody: what needs a token answers 401 without."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            raise TypeError(f"{pattern} is no plain address")
        pattern.callback = access(public)(cache_control(no_store=True)(pattern.callback))
    return patterns, app_name, namespace
