"""The state of one item of a claim while its lines and limits are worked on."""

from typing import Any

from policies.engine.assessment import Reason
from policies.engine.line import Line
from policies.engine.program import Program
from policies.engine.question import PartQuestion
from policies.engine.trace import Entry


class Part:
    """One item of the claim while it is worked on; `year` is that of the claim's yearly caps."""

    __slots__ = ("asked", "entries", "lines", "program", "reasons", "year")

    def __init__(self, asked: PartQuestion, program: Program, year: int) -> None:
        self.asked = asked
        self.program = program
        self.year = year
        self.lines: list[Line] = []
        self.reasons: list[Reason] = []
        self.entries: list[Entry] = []

    def refuse(self, code: str, *figures: Any) -> None:
        """Refuse the whole part for a reason the program has words for."""
        self.reasons.append((self.program.notes[code], figures, 0))

    @property
    def sum(self) -> int:
        """Fen over all lines."""
        lines = self.lines
        if len(lines) == 1:
            return lines[0].amount or 0
        return sum(line.amount or 0 for line in lines)

    def take_off(self, fen: int) -> int:
        """Take fen off the lines, the last first; returns what was taken."""
        left = fen
        for line in reversed(self.lines):
            amount = line.amount or 0
            if left and amount:
                taken = min(left, amount)
                line.amount = amount - taken
                left -= taken
        return fen - left
