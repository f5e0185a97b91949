"""The mark that every page's forms carry: for whom the page was made, where it stands, and when."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "page-mark"
HEADER = "X-Page-Mark"
KEPT_FOR = timedelta(days=7)
_SALT = "portal.page"


@dataclass(frozen=True, slots=True)
class PageMark:
    """`owner` is the user's key, None for a page made for a stranger; `made_at` are seconds since 1970."""

    owner: int | None
    page: str
    made_at: int


def mark_for(request: HttpRequest) -> str:
    """The signed mark of the page that this request makes."""
    made: str | None = getattr(request, "page_mark", None)
    if made is None:
        user = getattr(request, "user", None)
        owner = user.pk if user is not None and user.is_authenticated else None
        made = signing.TimestampSigner(salt=_SALT).sign_object({"o": owner, "p": page_of(request)[:500]})
        request.page_mark = made  # type: ignore[attr-defined]
    return made


def owner_code(request: HttpRequest) -> str:
    """A short code of who is signed in, under which the browser keeps what that person typed; "" for a stranger."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return salted_hmac(_SALT, str(user.pk)).hexdigest()[:16]


def read_mark(request: HttpRequest) -> PageMark | None:
    """The mark that came with a request; None where none came, it is older than `KEPT_FOR`, or not ours."""
    given = request.headers.get(HEADER) or (request.POST.get(FIELD, "") if request.method == "POST" else "")
    signer = signing.TimestampSigner(salt=_SALT)
    try:
        content = signer.unsign_object(given, max_age=KEPT_FOR)
        made_at = signing.b62_decode(given.rsplit(":", 2)[1])
        return PageMark(content["o"], str(content["p"]), made_at)
    except (signing.BadSignature, ValueError, TypeError, KeyError, IndexError):
        return None


def page_of(request: HttpRequest) -> str:
    """The address of the page on which the person is, which can be opened again by GET: never one that takes POST."""
    is_part = "HX-Request" in request.headers
    if request.method in ("GET", "HEAD") and not is_part:
        return request.get_full_path()
    mark = read_mark(request)
    if mark is not None:
        return mark.page
    came_from = request.headers.get("HX-Current-URL" if is_part else "Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        parts = urlsplit(came_from)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return "/"
