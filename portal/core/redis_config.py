"""Cache and broker, as the settings name them: in Redis, or in folders on a machine without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from pathlib import Path


def cache_config(redis_url: str, *, folder: Path) -> dict[str, Any]:
    """The default cache. A server that hangs must not hold a request: it is passed over for some seconds instead."""
    options: dict[str, Any] = {"PRIMARY": "django.core.cache.backends.filebased.FileBasedCache"}
    if redis_url:
        options = {
            "PRIMARY": "django.core.cache.backends.redis.RedisCache",
            "PRIMARY_OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 1)},
        }
    return {
        "BACKEND": "portal.core.failover_cache.FailoverCache",
        "LOCATION": redis_url or folder,
        "OPTIONS": options,
    }


def transport_options(redis_url: str, *, folder: Path, visibility_seconds: int) -> dict[str, Any]:
    """How Celery's messages travel."""
    if redis_url:
        return {
            # A killed worker's message comes back after this many seconds. One that comes back too early does no harm:
            # the job's lease refuses a second run.
            "visibility_timeout": visibility_seconds,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            # A broker that is gone must not keep a person's request waiting: the sweep sends again.
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
        }
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        # Seconds between two looks into the folder; the package's own second would make a queue of hundreds crawl.
        "polling_interval": 0.1,
    }
