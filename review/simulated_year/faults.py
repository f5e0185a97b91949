"""What goes wrong in a year with faults: deeds broken off between statements, jobs lost, doubled, late or killed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# One deed in so many is broken off, at one of its first statements.
_DEEDS, _STATEMENTS = 25, 60


class InjectedError(Exception):
    """A fault that the simulation makes: the service ends here, as if its process or its connection had."""


class Faults:
    """No faults, unless it is given chance."""

    def __init__(self, chance: random.Random | None = None, *, cuts_connection: bool = False) -> None:
        self.chance, self.cuts_connection = chance, cuts_connection
        self.injected = 0

    def begin_notes(self, about: str) -> None:
        """Go on with chance of one's own, and count from nothing, as another process."""
        self.injected = 0
        if self.chance is not None:
            self.chance = random.Random(about)  # noqa: S311 - no secret

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Break off what is inside at a statement that chance chooses, now and then; only inside a transaction."""
        if self.chance is None or self.chance.randrange(_DEEDS):
            yield
            return
        with self.broken_off(self.chance.randrange(_STATEMENTS)):
            yield

    @contextmanager
    def broken_off(self, left: int) -> Iterator[None]:
        """Raise InjectedError at the statement inside a transaction that comes after so many others."""

        def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's own signature
            nonlocal left
            left -= connection.in_atomic_block
            if left == 0:
                self.injected += 1
                raise InjectedError(sql[:80])
            return execute(sql, params, many, context)

        with connection.execute_wrapper(wrapper):
            yield

    def recover(self) -> None:
        """What a new process finds: a new connection."""
        if self.cuts_connection:
            connection.close()

    def chosen(self, one_in: int) -> bool:
        """Whether chance chooses this one of so many; never without faults."""
        if self.chance is None or self.chance.randrange(one_in):
            return False
        self.injected += 1
        return True
