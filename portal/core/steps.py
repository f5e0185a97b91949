"""Where something stands on its way: what the stepper shows."""

from collections.abc import Iterable
from typing import NamedTuple


class Step(NamedTuple):
    """A stage of the way: behind, or the present one, or still to come; `note` stands below its name."""

    label: str
    is_done: bool
    is_current: bool
    note: str = ""


def steps(labels: Iterable[str], current: int | None, *, is_over: bool = False) -> list[Step]:
    """The stages up to `current` are done; of what is over all are."""
    return [
        Step(label, is_over or (current is not None and place < current), place == current and not is_over)
        for place, label in enumerate(labels)
    ]
