"""The terms of the trade, explained on the page that uses them."""

from functools import lru_cache

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from portal.terms.terms import Term, terms_in

register = template.Library()


@register.simple_block_tag(takes_context=True)
def explain_terms(context: Context, content: str) -> SafeString:
    """A page's content, and below it the terms that it uses; officials know them."""
    user, request = context.get("user"), context.get("request")
    is_list = getattr(getattr(request, "resolver_match", None), "view_name", "") == "terms:list"
    found = () if is_list or getattr(user, "is_official", False) else terms_in(content)
    explained = _explained(found) if found else ""
    return mark_safe(content + explained)  # noqa: S308 - templates have escaped both


@lru_cache(500)
def _explained(terms: tuple[Term, ...]) -> str:
    return render_to_string("terms/on_page.html", {"terms": terms})
