"""How often somebody may do something: counted in whole windows of time in the cache that all processes share."""

from time import time

from django.core.cache import cache


def count_use(what: str, *, limit: int, seconds: int) -> bool:
    """Count one use of `what` (the act and who does it) and return whether it is within the limit of this window."""
    key = f"use:{what}:{int(time() // seconds)}"
    cache.add(key, 0, seconds * 2)
    try:
        return bool(cache.incr(key) <= limit)
    except ValueError:
        # The cache dropped the count between the two calls: it begins anew.
        return True


def seconds_to_next(seconds: int) -> int:
    """Seconds until the next window begins."""
    return seconds - int(time() % seconds)
