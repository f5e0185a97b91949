"""Handlers that tests' jobs name."""

import os
import time
from pathlib import Path

from portal.jobs.kinds import JobKind
from portal.jobs.models import Job
from portal.jobs.progress import report_progress

CALLS: list[str] = []
SEEN: list[tuple[int, int]] = []


class BreakdownError(Exception):
    pass


def succeed(word: str) -> None:
    CALLS.append(word)


def fail(word: str) -> None:
    CALLS.append(word)
    raise BreakdownError(f"{word}：打印机没有纸")


def fail_until_repaired(file: str) -> None:
    if not Path(file).exists():
        raise BreakdownError("还没有修好")


def slow(directory: str, seconds: float) -> None:
    """Leave a mark at the beginning and one at the end; a killed worker leaves only the first."""
    folder = Path(directory)
    (folder / f"begun-{time.monotonic_ns()}-{os.getpid()}").touch()
    time.sleep(seconds)
    (folder / f"ended-{time.monotonic_ns()}-{os.getpid()}").touch()


def count(steps: int, lose_after: int | None = None) -> None:
    """Report each step, and note what the table then says; the lease may be lost on the way."""
    for step in range(steps + 1):
        if step == lose_after:
            Job.objects.update(lease_token="another")
        report_progress(step, steps)
        SEEN.extend(Job.objects.values_list("progress_done", "progress_total"))
    CALLS.append("ended")


KINDS = {f"tests.{do.__name__}": JobKind(do.__name__, do) for do in (succeed, fail, fail_until_repaired, slow, count)}
