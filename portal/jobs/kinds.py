"""The kinds of background jobs, registered by the apps that do them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class JobKind:
    """What does a kind's jobs, and its label on the administrator's page.

    The handler takes the job's payload as keyword arguments and must be idempotent. A daily kind gets one job a day,
    an hourly one each hour, without a payload. `attempts` is how often a job is tried: six end after half an hour, each
    further one is an hour.
    """

    label: str
    handler: Callable[..., None]
    is_daily: bool = False
    is_hourly: bool = False
    attempts: int = 6

    @property
    def is_regular(self) -> bool:
        """Whether the clock enqueues its jobs."""
        return self.is_daily or self.is_hourly

    def key_at(self, now: datetime) -> str:
        """The key of the job that is due at a moment in local time; "" for a kind that somebody enqueues."""
        if self.is_hourly:
            return f"{now:%Y-%m-%dT%H}"
        return f"{now:%Y-%m-%d}" if self.is_daily else ""


# Of what needs a mail server: five days, as mail servers themselves try.
MAIL_ATTEMPTS = 6 + 5 * 24

JOB_KINDS: Registry[JobKind] = Registry("kind of job")


def kind_label(kind: str) -> str:
    """The kind's label; the kind itself where no app has registered it."""
    return JOB_KINDS[kind].label if kind in JOB_KINDS else kind
