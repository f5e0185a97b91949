"""Whole pages kept by the versions of the rows that they show, with holes for what each answer has of its own.

What a page's frame shows of its reader comes from the reader's own rows, whose version is part of the page's. Each
process keeps pages for itself: nobody's page is written anywhere, and a new release begins with none.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from portal.core.row_versions import KeptHere
from portal.display.choices import chosen_display
from portal.notifications.selectors import unread_count
from portal.unsent.marks import mark_for

# Some fifty kilobytes each.
_pages = KeptHere(400, copies=False)
_TOKEN, _MARK, NEW_KEY = (f"hole-{word}-{token_hex(8)}" for word in ("token", "mark", "key"))
_HOLES = re.compile(f"({_TOKEN}|{_MARK}|{NEW_KEY})".encode())


def render_kept(
    request: HttpRequest, template: str, *, version: str, context: Callable[[], Mapping[str, Any]]
) -> HttpResponse:
    """The page of this template, drawn once for each reader, address, and version of what `context` gives.

    Where the context holds NEW_KEY, each answer has a UUID of its own. Without a version, or with something to tell
    the reader once, the page is drawn for this answer alone.
    """

    def draw() -> tuple[bytes, ...]:
        holes = {"csrf_token": _TOKEN, "page_mark": _MARK}
        return tuple(_HOLES.split(render_to_string(template, {**context(), **holes}, request).encode()))

    fill: dict[bytes, Callable[[], str]] = {
        _TOKEN.encode(): lambda: get_token(request),
        _MARK.encode(): lambda: mark_for(request),
        NEW_KEY.encode(): lambda: str(uuid.uuid4()),
    }
    pieces = _pages.get((request.user.pk, request.get_full_path()), _version(request, version), draw)
    return HttpResponse(b"".join(fill[piece]().encode() if piece in fill else piece for piece in pieces))


def _version(request: HttpRequest, rows: str) -> str:
    """What all of the page depends on; "" where it is not to be kept."""
    reader, unread = "stranger", 0
    if request.user.is_authenticated:
        reader, unread = request.user.rows_version, unread_count(request.user)
    if not (rows and reader) or len(get_messages(request)):
        return ""
    return f"{rows} {reader} {unread} {chosen_display(request)}"
