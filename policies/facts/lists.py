"""Facts that uploaded lists give, such as products that get no support: put into a question before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from policies.engine.operations.on_list import Listed
from policies.engine.operations.registry import read_operations

if TYPE_CHECKING:
    from policies.engine import Item
    from portal.accounts.models import Region

# Who keeps lists: which of these words stand on a city's list of a name on a day, None where there is no such list.
LIST_KEEPERS: list[Callable[[Region, str, Collection[str], date], Mapping[str, bool] | None]] = []


def with_lists(question: Mapping[str, Any], item: Item, city: Region) -> dict[str, Any]:
    """The question whose lines say what the uploaded lists do; what was typed stands where there is no list."""
    lines = [dict(line) for line in question["lines"]]
    for step in read_operations(item.steps):
        if isinstance(step, Listed) and step.register:
            for line in lines:
                _put(line, step, item, on=question["on"], city=city)
    return {**question, "lines": lines}


def _put(line: dict[str, Any], step: Listed, item: Item, *, on: str, city: Region) -> None:
    """State whether a line's word is on the list of the step."""
    days = {"claimed_on": on, "on": line.get(item.as_of or "", on)}
    word, day = line.get(step.field), line.get(step.day) or days.get(step.day)
    if not word or not day or not step.register:
        return
    for keeper in LIST_KEEPERS:
        found = keeper(city, step.register, [str(word)], date.fromisoformat(day))
        if found is not None:
            line[step.name] = found[str(word)]
