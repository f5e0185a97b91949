"""What a test over columns answers, and the refusal of one that columns cannot follow."""

from collections.abc import Callable

from policies.engine.columns.lines import Lines
from policies.engine.columns.population import BoolArray

# Where a test holds, and where it can be decided at all (None: everywhere).
Verdict = tuple[BoolArray, BoolArray | None]
Test = Callable[[Lines], Verdict]


class UnsupportedRuleError(ValueError):
    """A rule that columns cannot follow to the fen: they must not answer at all."""

    def __init__(self, item: str, rule: str) -> None:
        self.item = item
        self.rule = rule
        super().__init__(f"{item}: {rule}")
