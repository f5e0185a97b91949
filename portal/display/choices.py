"""How a person wants pages to look: colours and size of type, kept in a cookie so that a visitor has them, too."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse

_COOKIE = "display"
_SECONDS = 365 * 24 * 3600


class Colours(TextChoices):
    """Dark letters on light ground, light on dark, or as the device is set."""

    SYSTEM = "system", "跟随设备"
    LIGHT = "light", "浅色"
    DARK = "dark", "深色"

    @property
    def dark_media(self) -> str:
        """The media query under which the dark colours hold; empty for never. Paper is always light."""
        return {"system": "screen and (prefers-color-scheme: dark)", "light": "", "dark": "screen"}[self]

    @property
    def scheme(self) -> str:
        """The `color-scheme` that browsers draw their own controls by."""
        return {"system": "light dark", "light": "light", "dark": "dark"}[self]


class Size(TextChoices):
    """The usual type, or the large one (适老化): larger type and targets, fewer things on a page."""

    USUAL = "usual", "标准"
    LARGE = "large", "大字"


@dataclass(frozen=True, slots=True)
class Display:
    """What was chosen."""

    colours: Colours = Colours.SYSTEM
    size: Size = Size.USUAL

    @property
    def is_large(self) -> bool:
        """Whether type is large."""
        return self.size == Size.LARGE


def chosen_display(request: HttpRequest) -> Display:
    """What the request's cookie says; the default for what it does not say or what is unknown."""
    colours, _, size = request.COOKIES.get(_COOKIE, "").partition(".")
    return Display(
        Colours(colours) if colours in Colours else Colours.SYSTEM, Size(size) if size in Size else Size.USUAL
    )


def keep_display(response: HttpResponse, display: Display) -> None:
    """Keep a choice for a year in this browser."""
    response.set_cookie(
        _COOKIE,
        f"{display.colours}.{display.size}",
        max_age=_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
