"""Why a request comes from somebody who was signed in when the page was made, and is not now."""

import time

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import TextChoices
from django.http import HttpRequest
from django.utils import timezone

from portal.unsent.marks import PageMark


class Reason(TextChoices):
    """Why nothing was saved; the label is the heading under which a person reads it."""

    EXPIRED = "expired", "登录已过期"
    SIGNED_OUT = "signed_out", "已在别处退出登录"
    OTHER_PERSON = "other_person", "已换人登录"
    STALE_PAGE = "stale_page", "页面停留过久"
    STRANGER = "stranger", "请先登录"

    @property
    def text(self) -> str:
        """What happened and what to do, in a sentence."""
        return _TEXTS[self]

    @property
    def status(self) -> int:
        """The answer's HTTP status."""
        return {Reason.OTHER_PERSON: 409, Reason.STALE_PAGE: 403}.get(self, 401)


_TEXTS = {
    Reason.EXPIRED: "您较长时间没有操作，登录已过期，这次没有保存。请重新登录后继续。",
    Reason.SIGNED_OUT: "您的账号已在另一个页面或另一台设备上退出登录，或者修改了密码，这次没有保存。请重新登录后继续。",
    Reason.OTHER_PERSON: "这个页面是另一个账号打开的，现在登录的不是同一个人，这次没有保存。请用原来的账号登录后继续。",
    Reason.STALE_PAGE: "页面打开太久，或者您在打开页面之后重新登录过，这次没有保存。核对后再提交一次即可。",
    Reason.STRANGER: "该操作需要登录，这次没有保存。请登录后继续。",
}


def reason_for(request: HttpRequest, mark: PageMark | None) -> Reason | None:
    """Why the person of the page cannot act through this request; None where that person is signed in."""
    if request.user.is_authenticated:
        return Reason.OTHER_PERSON if mark and mark.owner not in (None, request.user.pk) else None
    if mark is None or mark.owner is None:
        return Reason.STRANGER
    return Reason.SIGNED_OUT if _was_ended(request, mark) else Reason.EXPIRED


def _was_ended(request: HttpRequest, mark: PageMark) -> bool:
    """Whether somebody ended the session; otherwise its time ran out.

    Signing out deletes the row, and in this browser the cookie, before their time.
    """
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if time.time() - mark.made_at >= settings.SESSION_COOKIE_AGE:
        return False
    if not cookie:
        return True
    return not Session.objects.filter(session_key=cookie, expire_date__lte=timezone.now()).exists()
