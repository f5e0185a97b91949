"""Handlers that tests' jobs name."""

import os
import time
from pathlib import Path

CALLS: list[str] = []


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


_NAMES = ("succeed", "fail", "fail_until_repaired", "slow")
HANDLERS = {f"tests.{name}": f"tests.portal.jobs.handlers.{name}" for name in _NAMES}
