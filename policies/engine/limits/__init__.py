"""Limits as compiled values: sums with a ledger, times, quotas, one-offs, tiers that absorb lower ones."""

from policies.engine.context import Context
from policies.engine.limits.absorb import AbsorbLimit, absorb_limit
from policies.engine.limits.base import NO_CEILING, Ceiling, Limit
from policies.engine.limits.money import MoneyLimit, limit_name, money_limit
from policies.engine.limits.once import OnceLimit, once_limit
from policies.engine.limits.quota import QuotaLimit, quota_limit
from policies.engine.limits.times import TimesLimit, times_limit
from policies.engine.model import Content

__all__ = [
    "NO_CEILING",
    "AbsorbLimit",
    "Ceiling",
    "Limit",
    "MoneyLimit",
    "OnceLimit",
    "QuotaLimit",
    "TimesLimit",
    "compile_limit",
    "limit_name",
]


def compile_limit(spec: Content, context: Context, *, item_id: str) -> Limit:
    """Make one limit of its content. Raises KeyError for a content that the schema would have refused."""
    if "yuan" in spec:
        return money_limit(spec, context, item_id=item_id)
    if "once" in spec:
        return once_limit(spec, context)
    if "absorbs" in spec:
        return absorb_limit(spec, context)
    make = quota_limit if spec["per"][0] == "programme" else times_limit
    return make(spec, context, item_id=item_id)
