"""What a run of claims finds in the ledgers, and what it answers."""

from dataclasses import dataclass, field

from policies.engine.columns.population import BoolArray, IntArray


@dataclass(slots=True)
class View:
    """What the ledgers hold for each claim of a run: fen by ledger name, times paid, one-off paid, places taken.

    `projects` is fen for each line. What claims state as paid before comes on top of what earlier claims took.
    """

    sums: dict[str, IntArray] = field(default_factory=dict)
    projects: IntArray | None = None
    times: IntArray | None = None
    once: BoolArray | None = None
    places: IntArray | None = None

    def narrowed(self, claims: IntArray, lines: IntArray) -> "View":
        """The view of some claims and their lines."""
        return View(
            {name: held[claims] for name, held in self.sums.items()},
            None if self.projects is None else self.projects[lines],
            None if self.times is None else self.times[claims],
            None if self.once is None else self.once[claims],
            None if self.places is None else self.places[claims],
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a run. By claim: outcome, fen, first reason, places of a quota asked and filled, lines paid.

    By line: fen of payable lines, 0 elsewhere; `granted` only those of payable claims.
    """

    outcome: IntArray
    amount: IntArray
    reason: IntArray
    lines: IntArray
    granted: IntArray
    asked_places: IntArray | None
    places: IntArray | None
    paid_lines: IntArray

    @property
    def paid(self) -> BoolArray:
        """Which claims get anything."""
        found: BoolArray = self.amount > 0
        return found

    def replaced(self, claims: IntArray, lines: IntArray, fresh: "Answers") -> "Answers":
        """These answers with those of some claims and their lines made anew."""
        return Answers(
            outcome=_placed(self.outcome, claims, fresh.outcome),
            amount=_placed(self.amount, claims, fresh.amount),
            reason=_placed(self.reason, claims, fresh.reason),
            lines=_placed(self.lines, lines, fresh.lines),
            granted=_placed(self.granted, lines, fresh.granted),
            asked_places=_placed_if(self.asked_places, claims, fresh.asked_places),
            places=_placed_if(self.places, claims, fresh.places),
            paid_lines=_placed(self.paid_lines, claims, fresh.paid_lines),
        )


def _placed(known: IntArray, where: IntArray, fresh: IntArray) -> IntArray:
    found = known.copy()
    found[where] = fresh
    return found


def _placed_if(known: IntArray | None, where: IntArray, fresh: IntArray | None) -> IntArray | None:
    return None if known is None or fresh is None else _placed(known, where, fresh)
