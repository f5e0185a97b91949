"""The way of a claim through the offices: who decides, which steps it takes, and how many working days each has. Pure.

A document, an item or a call says it as a route, further `procedure` words and `periods`; what says nothing is
reviewed by the district and the city, decided, publicised and paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.terms import DEPARTURES, ROUTES, STEPS

CITY_ONLY, PUBLICITY_FIRST = "city_only", "publicity_first"
_DISTRICT_STEPS = ("district_first", "district_second")


@dataclass(frozen=True, slots=True)
class Procedure:
    """One way. `periods` are working days by step, and `whole` for all of it; `basis` is the clause that sets them.

    `silence` says what becomes of a claim whose acceptance period ends without an act; empty leaves it to the site.
    """

    route: str = "city"
    departures: frozenset[str] = frozenset()
    periods: Mapping[str, int] = field(default_factory=dict)
    basis: str = ""
    silence: str = ""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Procedure:
        """The way that normal content or a stored row says: `route`, `procedure` and `periods`."""
        periods = dict(content.get("periods") or {})
        basis, silence = periods.pop("basis", ""), periods.pop("silence", "")
        return cls(content["route"], frozenset(content.get("procedure") or ()), periods, basis, silence)

    def as_dict(self) -> dict[str, Any]:
        """As `read` takes it, without what is empty."""
        periods = {**self.periods, **({"basis": self.basis} if self.basis else {})}
        periods |= {"silence": self.silence} if self.silence else {}
        found: dict[str, Any] = {"route": self.route, "procedure": self.departures_in_order, "periods": periods}
        return {key: value for key, value in found.items() if value}

    @property
    def departures_in_order(self) -> list[str]:
        return [word for word in DEPARTURES if word in self.departures]

    @property
    def is_decided_by_district(self) -> bool:
        return self.route == "district"

    @property
    def is_publicised_first(self) -> bool:
        """Whether the list is publicised before the final decision."""
        return PUBLICITY_FIRST in self.departures

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps in order, in words of `terms.STEPS`."""
        reviews = [*([] if CITY_ONLY in self.departures else _DISTRICT_STEPS)]
        reviews += [] if self.is_decided_by_district else ["city"]
        reviews += [step for step in ("audit", "panel") if step in self.departures]
        ends = ["publicity", "final"] if self.is_publicised_first else ["final", "publicity"]
        return ("acceptance", *reviews, *ends, "payment")

    def after(self, step: str) -> str:
        """The name of the step that follows, empty after the last."""
        place = self.steps.index(step) + 1
        return STEPS[self.steps[place]] if place < len(self.steps) else ""

    @property
    def labels(self) -> dict[str, str]:
        """The steps with their names."""
        return {step: STEPS[step] for step in self.steps}

    @property
    def words(self) -> str:
        """The whole in words, e.g. `区级初审、市级复审；专家评审`."""
        main = [] if CITY_ONLY in self.departures else [ROUTES[self.route]]
        return "；".join([*main, *(DEPARTURES[word] for word in self.departures_in_order)])
