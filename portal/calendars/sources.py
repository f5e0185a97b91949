"""What apps add to a person's calendar: days with a title, and nothing that says whose they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from portal.accounts.models import User
from portal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Entry:
    """A day that concerns a person. `uid` is the same for the same thing; `title` names no person or organisation."""

    uid: str
    day: date
    title: str


# Functions of the person and today that give the days to come.
CALENDAR_SOURCES: Registry[Callable[[User, date], Iterable[Entry]]] = Registry("calendar source")
