"""The time by which services and jobs act where nobody hands them a moment: the machine's, unless it is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_set: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware."""
    return _set.get() or timezone.now()


def today() -> date:
    """The present day, local."""
    return timezone.localdate(now())


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let it be this moment for what is inside, in this thread. For the simulated year."""
    token = _set.set(moment)
    try:
        yield
    finally:
        _set.reset(token)
