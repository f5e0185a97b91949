"""Parts of a long job, worked on side by side and ended in their order.

While one part waits for the database, Python works on the next. Each part runs in a transaction of its own, on its
thread's connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Event, Lock
from typing import Generic, TypeVar

from django.db import connection

_Part = TypeVar("_Part")
_AT_ONCE = 2


class FormerPartError(Exception):
    """A part before this one failed: this one must not end."""


class Turn:
    """The place of one part among the others."""

    def __init__(self, before: Turn | None) -> None:
        self._before = before
        self.lets_begin, self.ended = Event(), Event()
        self.failed = False

    def let_next_begin(self) -> None:
        """Let the next part begin: this one holds every lock for which it and the next might wait for each other."""
        self.lets_begin.set()

    def wait(self) -> None:
        """Return once all parts before have ended. Raises FormerPartError where one failed."""
        if self._before is not None:
            self._before.ended.wait()
            self._refuse_after_failure()
            self._before = None

    def begin(self) -> None:
        """Return once the part before lets this one begin. Raises FormerPartError where it failed by then."""
        if self._before is not None:
            self._before.lets_begin.wait()
            self._refuse_after_failure()

    def end(self, *, failed: bool) -> None:
        """Note how this part ended."""
        self.failed = failed
        self.lets_begin.set()
        self.ended.set()

    def _refuse_after_failure(self) -> None:
        if self._before is not None and self._before.failed:
            raise FormerPartError


def work_in_turn(parts: Iterable[_Part], work: Callable[[_Part, Turn], None]) -> None:
    """Call `work` with each part and its turn, two at once; it ends in the parts' order if it waits for its turn.

    `parts` are taken one by one, each when a thread is free for it. One after the other where the database lets one
    connection write alone, and inside a transaction, which other connections do not see. The error of a part ends the
    work: those before it are done, those behind it are not.
    """
    line = _Line(parts, work)
    if connection.in_atomic_block or not connection.features.has_select_for_update:
        line.work_off()
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="in-turn") as pool:
        loops = [pool.submit(copy_context().run, line.work_off_apart) for _ in range(_AT_ONCE)]
        try:
            errors = [error for loop in loops if (error := loop.exception()) is not None]
        finally:
            # Whoever interrupts the work waits for the parts begun, and for no more.
            line.close()
    for error in sorted(errors, key=lambda error: isinstance(error, FormerPartError)):
        raise error


class _Line(Generic[_Part]):
    """The parts still to be taken."""

    def __init__(self, parts: Iterable[_Part], work: Callable[[_Part, Turn], None]) -> None:
        self._parts, self._work = iter(parts), work
        self._taking, self._last = Lock(), Turn(None)
        self._last.end(failed=False)

    def close(self) -> None:
        """Have no further part taken."""
        with self._taking:
            self._parts = iter(())

    def work_off_apart(self) -> None:
        try:
            self.work_off()
        finally:
            connection.close()

    def work_off(self) -> None:
        while taken := self._take():
            part, turn = taken
            failed = True
            try:
                turn.begin()
                self._work(part, turn)
                turn.wait()
                failed = False
            finally:
                turn.end(failed=failed)

    def _take(self) -> tuple[_Part, Turn] | None:
        with self._taking:
            for part in self._parts:
                self._last = Turn(self._last)
                return part, self._last
        return None
