"""Several processes that live a day of the year at once, each doing what no other has taken, as an office's people do.

What is done stands in the rows. What a process noted in memory beside them comes back to the first at the day's end.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum, auto
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_FORK = multiprocessing.get_context("fork")
Thing = TypeVar("Thing")
_inherited: list[BaseDatabaseWrapper] = []


class Count(IntEnum):
    """What all processes count together: how much of each work of a day is taken, and deeds, papers and prints."""

    CLAIMS = 0
    LISTS = auto()
    PANELS = auto()
    MEETINGS = auto()
    PUBLICITY = auto()
    BATCHES = auto()
    BOOKS = auto()
    DEEDS = auto()
    PAPERS = auto()
    PRINTS = auto()


_OF_A_DAY = [count for count in Count if count < Count.PAPERS]


class Counts:
    """Numbers in memory that every process of a crew sees and counts up."""

    def __init__(self) -> None:
        self._numbers = _FORK.Array("q", len(Count))

    def begin_day(self) -> None:
        """Begin again with what is counted by the day."""
        for count in _OF_A_DAY:
            self._numbers[count] = 0

    def next(self, count: Count) -> int:
        """The next number, from 0; nobody else gets it."""
        with self._numbers.get_lock():
            found: int = self._numbers[count]
            self._numbers[count] = found + 1
        return found

    def taken(self, count: Count, things: Sequence[Thing]) -> Iterator[Thing]:
        """Those of the things that this process takes, each when it is free; all processes name the same ones."""
        while (place := self.next(count)) < len(things):
            yield things[place]


class Notes(Protocol):
    """Who notes in memory what others have to know."""

    def begin_notes(self, process: int) -> None:
        """Note from now on for others, as this process of the crew."""

    def notes(self) -> Any:
        """What was noted since, to be sent."""

    def take_over(self, notes: Any) -> None:
        """Add what another process noted."""


def side_by_side(holder: Notes, do: Callable[[], None], *, processes: int) -> None:
    """Have so many processes do the same at once, this one among them; what they share they take by `Counts.taken`.

    Must be called outside a transaction. Raises RuntimeError with the words of what another process raised.
    """
    others = []
    for number in range(1, processes):
        receiver, sender = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_live, args=(holder, do, number, sender), daemon=True)
        process.start()
        sender.close()
        others.append((process, receiver))
    do()
    for process, receiver in others:
        problem, notes = receiver.recv()
        process.join()
        if problem:
            raise RuntimeError(problem)
        holder.take_over(notes)


def _live(holder: Notes, do: Callable[[], None], number: int, sender: Connection) -> None:
    try:
        _leave_connections()
        holder.begin_notes(number)
        do()
        sender.send(("", holder.notes()))
    except BaseException:  # noqa: BLE001 - whatever it is, the first process says it
        sender.send((traceback.format_exc(), None))
    finally:
        connections.close_all()


def _leave_connections() -> None:
    """Have this process open connections of its own: no two may speak on one.

    Those of the process it was made by go on there, with all that the server has prepared for them. They are kept here
    until this process ends, as ending them would tell the server so.
    """
    for alias in connections:
        _inherited.append(connections[alias])
        del connections[alias]
