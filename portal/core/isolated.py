"""Run a program of the portal's own on what somebody sent, in a process of its own with limits.

Run by path (`python -I isolated.py <seconds> <program> <argument>…`) it is that process: it takes the limits on itself,
then becomes the program. What a hostile file does to the libraries that open it ends there.
"""

from __future__ import annotations

import logging
import resource
import runpy
import subprocess
import sys
import threading

logger = logging.getLogger(__name__)

MAX_MEMORY_BYTES = 1024 * 1024 * 1024
# Each may take as much memory as it allows itself.
_slots = threading.BoundedSemaphore(2)


class IsolatedError(Exception):
    """The program came to no end within its limits, or could not be started (`is_started` false)."""

    def __init__(self, message: str, *, is_started: bool = True) -> None:
        super().__init__(message)
        self.is_started = is_started


def run_isolated(program: str, *arguments: str, content: bytes, cpu_seconds: int) -> bytes:
    """What a program, given by its path, writes on standard output when it reads `content`. Raises IsolatedError."""
    command = [sys.executable, "-I", __file__, str(cpu_seconds), program, *arguments]
    try:
        with _slots:
            done = subprocess.run(  # noqa: S603 - our own program
                command, input=content, capture_output=True, timeout=2 * cpu_seconds, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise IsolatedError("no answer in time") from error
    except OSError as error:
        logger.exception("The program %s could not be started.", program)
        raise IsolatedError("not started", is_started=False) from error
    if done.returncode:
        logger.warning("The program %s ended with %s: %s", program, done.returncode, done.stderr[-500:])
        raise IsolatedError(f"ended with {done.returncode}")
    return done.stdout


def main() -> None:
    """Take limits of memory, time and files written, and become the program that the arguments name."""
    for limit, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, int(sys.argv[1])),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    del sys.argv[:2]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
