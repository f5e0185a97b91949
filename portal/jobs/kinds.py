"""The kinds of background jobs, registered by the apps that do them."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class JobKind:
    """What does a kind's jobs, and its label on the administrator's page.

    The handler takes the job's payload as keyword arguments and must be idempotent. A daily kind gets one job a day,
    without a payload. `attempts` is how often a job is tried: six end after half an hour, each further one is an hour.
    """

    label: str
    handler: Callable[..., None]
    is_daily: bool = False
    attempts: int = 6


# Of what needs a mail server: five days, as mail servers themselves try.
MAIL_ATTEMPTS = 6 + 5 * 24

JOB_KINDS: Registry[JobKind] = Registry("kind of job")


def kind_label(kind: str) -> str:
    """The kind's label; the kind itself where no app has registered it."""
    return JOB_KINDS[kind].label if kind in JOB_KINDS else kind
