"""Filters and tags that every template has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.core.identifiers import mask_number
from portal.core.money import format_wan_yuan, format_yuan
from portal.core.shown_numbers import shown_applicant
from portal.unsent.marks import FIELD

register = template.Library()


# What a template gives where there is no sum: None, or "" for a path that leads nowhere.
_NOTHING = (None, "")


@register.filter
def yuan(amount: Decimal | str | None) -> str:
    """A sum as 1,234.50 元; a dash where there is none."""
    return "—" if amount in _NOTHING else f"{format_yuan(amount)} 元"


@register.filter
def yuan_figures(amount: Decimal | str | None) -> str:
    """A sum as 1,234.50 without its unit; a dash where there is none."""
    return "—" if amount in _NOTHING else format_yuan(amount)


@register.filter
def wan(amount: Decimal | str | None) -> str:
    """A sum as 0.5 万元, without loss; a dash where there is none."""
    return "—" if amount in _NOTHING else f"{format_wan_yuan(amount)} 万元"


@register.filter
def reason_text(reason: Mapping[str, Any]) -> str:
    """One of an answer's `reasons` in words, without the name of the fact that it adds in brackets for machines."""
    return str(reason["text"]).replace(f"（{reason['field']}）", "") if "field" in reason else str(reason["text"])


@register.filter
def without_effect(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of an answer's steps those that changed nothing."""
    return [step for step in steps if not step["applied"]]


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago a moment was, in whole days, or 今天."""
    if moment is None:
        return "—"
    days = (timezone.localdate() - timezone.localdate(moment)).days
    return f"{days} 天" if days > 0 else "今天"


@register.simple_tag(takes_context=True)
def number(context: Context, value: str | None, applicant_id: int | None = None) -> str:
    """A number of a person or an account by its end; in full on the page that `show_numbers.html` asked for."""
    request = context.get("request")
    if request is not None and applicant_id is not None and shown_applicant(request) == applicant_id:
        return value or "—"
    return mask_number(value or "") or "—"


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> str:
    """Django's tag of this name, and beside its token the mark of the page, which says for whom it was made."""
    token, mark = context.get("csrf_token"), context.get("page_mark", "")
    if not token or token == "NOTPROVIDED":  # noqa: S105 - Django's word for none
        return ""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        token,
        FIELD,
        mark,
    )


@register.simple_tag
@lru_cache(256)
def icon(name: str) -> SafeString:
    """A decorative picture from the sprite; words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def pill(words: str, tone: str = "neutral") -> SafeString:
    """A small coloured label. Tones: neutral, info, wait, ok, warn, bad."""
    return format_html('<span class="pill pill-{}">{}</span>', tone, words)


@register.simple_tag
def status_pill(row: Any, face: str = "officer") -> SafeString:
    """The status or state of a row, with its tone: in officers' words or, with face="applicant", in the applicant's."""
    if face == "applicant":
        return pill(row.applicant_label, row.tone)
    display = row.get_status_display if hasattr(row, "status") else row.get_state_display
    return pill(display(), row.tone)
