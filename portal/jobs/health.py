"""What the portal needs of its surroundings, asked one by one."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.core.failover_cache import FailoverCache
from portal.jobs.selectors import CLOCK_TOLERANCE, is_recent, last_sweep


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the portal needs: whether it is as it should be, and how it is, for the administrator."""

    name: str
    is_ok: bool
    detail: str


def check_all() -> list[Check]:
    """Every check; one that cannot be made counts as failed."""
    return [_checked(name, check) for name, check in CHECKS.items()]


def _checked(name: str, check: Callable[[], tuple[bool, str]]) -> Check:
    try:
        return Check(name, *check())
    except (DatabaseError, OperationalError, OSError) as error:
        return Check(name, is_ok=False, detail=type(error).__name__)


def _database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, connection.vendor


def _beat() -> tuple[bool, str]:
    swept_at = last_sweep()
    if swept_at is None:
        return False, "没有扫描记录"
    now = timezone.now()
    return is_recent(swept_at, now), f"{(now - swept_at).total_seconds():.0f} 秒前"


def _clock() -> tuple[bool, str]:
    if connection.vendor != "postgresql":
        return True, "数据库在本机"
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database_now: datetime = cursor.fetchone()[0]
    skew = abs(timezone.now() - database_now)
    return skew <= CLOCK_TOLERANCE, f"与数据库相差 {skew.total_seconds():.1f} 秒"


def _disk() -> tuple[bool, str]:
    folders = {Path(settings.DATA_DIR)}
    if isinstance(storages["private"], FileSystemStorage):
        folders.add(Path(settings.PRIVATE_DIR))
    least = settings.HEALTH_FREE_MB * 1024 * 1024
    details = []
    is_ok = True
    for folder in sorted(folders):
        free = shutil.disk_usage(_existing(folder)).free
        is_writable = _is_writable(folder)
        is_ok = is_ok and is_writable and free >= least
        details.append(f"{folder.name}：剩余 {free // 1024 // 1024} MB，{'可写' if is_writable else '不可写'}")
    return is_ok, "；".join(details)


def _existing(folder: Path) -> Path:
    """The folder, or the one in which it will be made."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _is_writable(folder: Path) -> bool:
    there = _existing(folder)
    return os.access(there, os.W_OK) and not os.statvfs(there).f_flag & os.ST_RDONLY


def _broker() -> tuple[bool, str]:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    if not settings.REDIS_URL and not _is_writable(settings.BROKER_DIR):
        return False, "消息目录不可写"
    return True, "可连接"


def _cache() -> tuple[bool, str]:
    cache = caches["default"]
    is_ok = not (isinstance(cache, FailoverCache) and cache.is_away())
    return is_ok, "可连接" if is_ok else "不可连接，各进程暂用自己的缓存"


CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "database": _database,
    "beat": _beat,
    "clock": _clock,
    "disk": _disk,
    "broker": _broker,
    "cache": _cache,
}
