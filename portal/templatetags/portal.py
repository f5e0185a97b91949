"""Filters and tags that every template has."""

from __future__ import annotations

from decimal import Decimal

from django import template

from portal.money import format_yuan

register = template.Library()


@register.filter
def yuan(amount: Decimal | None) -> str:
    """A sum as 1,234.50 元; a dash where there is none."""
    return "—" if amount is None else f"{format_yuan(amount)} 元"
