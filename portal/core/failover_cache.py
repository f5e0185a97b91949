"""A cache whose server may be away: what it knew is lost for that time, and counting goes on in the process.

Values are computed anew (the cache fails open). Limits are then counted by each process alone, so that they hold
within the number of processes and nobody is let in uncounted (limits do not fail open).
"""

import logging
import pickle
import time
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# How long a cache that failed is not asked again: each question to a server that hangs costs its time-out.
PAUSE_SECONDS = 5.0
# A value that was cut off while it was written, or comes from another version of the code.
DAMAGE = (pickle.UnpicklingError, zlib.error, EOFError, AttributeError, ImportError)


class FailoverCache(BaseCache):
    """The cache of `OPTIONS["PRIMARY"]`, a class by its path; its further options are `OPTIONS["PRIMARY_OPTIONS"]`."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        options = params.get("OPTIONS", {})
        rest = params | {"OPTIONS": options.get("PRIMARY_OPTIONS", {})}
        super().__init__(rest)
        self._primary: BaseCache = import_string(options["PRIMARY"])(location, rest)
        self._fallback = LocMemCache("failover", params | {"OPTIONS": {"MAX_ENTRIES": 10_000}})
        self._away_until = 0.0

    def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return self._ask_primary(method, *args, **kwargs)
            except (RedisError, OSError, *DAMAGE):
                logger.warning("The cache is away; each process keeps its own for now.", exc_info=True)
                self._away_until = time.monotonic() + PAUSE_SECONDS
        return getattr(self._fallback, method)(*args, **kwargs)

    def _ask_primary(self, method: str, key: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(self._primary, method)(key, *args, **kwargs)
        except DAMAGE:
            for damaged in [key] if isinstance(key, str) else list(key):
                self._primary.delete(damaged, version=kwargs.get("version"))
            return getattr(self._primary, method)(key, *args, **kwargs)

    def is_away(self) -> bool:
        """Whether the cache itself cannot be asked now."""
        self._call("get", "failover-probe")
        return time.monotonic() < self._away_until

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._call("get", key, default, version=version)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return self._call("get_many", list(keys), version=version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._call("has_key", key, version=version)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._call("add", key, value, timeout, version=version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._call("set", key, value, timeout, version=version)

    def set_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        return self._call("set_many", data, timeout, version=version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._call("touch", key, timeout, version=version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._call("incr", key, delta, version=version)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._call("delete", key, version=version)

    def clear(self) -> None:
        self._fallback.clear()
        try:
            self._primary.clear()
        except (RedisError, OSError):
            logger.warning("The cache is away and was not cleared.", exc_info=True)
