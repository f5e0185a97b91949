"""Which of an item's published versions counts on a day, and what a publication has to append. Pure.

Versions are numbered as they are published and never taken back. A day belongs to the newest version that had begun
by then; if that one has ended, the day has none. So a rule with a later first day leaves the earlier one in force for
earlier facts, and a rule published anew replaces whatever had been published for its day and all later ones.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar


class Spanned(Protocol):
    """A version with its half-open span of days; one that begins on no day is a draft's."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


Version = TypeVar("Version", bound=Spanned)


def version_on(versions: Sequence[Version], day: date) -> Version | None:
    """Of versions in the order of their numbers, the one in force on a day."""
    begun = [version for version in versions if version.valid_from is not None and version.valid_from <= day]
    if not begun or (begun[-1].valid_to is not None and begun[-1].valid_to <= day):
        return None
    return begun[-1]


def counting(versions: Sequence[Version]) -> list[Version]:
    """Of versions in the order of their numbers, those that count on some day, by their first days.

    Where none begins on any day, the newest alone: a draft's.
    """
    found: list[Version] = []
    earliest: date | None = None
    for version in reversed(versions):
        if version.valid_from is not None and (earliest is None or version.valid_from < earliest):
            found.insert(0, version)
            earliest = version.valid_from
    return found or list(versions[-1:])


def to_append(held: Sequence[tuple[date, str]], wanted: Sequence[tuple[date, str]]) -> int:
    """From which of the wanted rules on a publication appends versions; `len(wanted)` where nothing is new.

    Both lists are (first day, hash) by first day: of the versions that count now, and of the rules to be published.
    What counts before the first wanted day stays untouched.
    """
    rest = [one for one in held if wanted and one[0] >= wanted[0][0]]
    same = 0
    while same < len(wanted) and same < len(rest) and wanted[same] == rest[same]:
        same += 1
    if same == len(wanted) == len(rest):
        return same
    # What is held begins earlier than what follows: the last rule that is the same is published anew, over it.
    over = same < len(rest) and (same == len(wanted) or rest[same][0] < wanted[same][0])
    return same - 1 if over and same else same
