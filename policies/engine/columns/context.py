"""What compiling a rule for columns may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.engine.columns.arithmetic import MOST, share_down, share_half_up
from policies.engine.columns.conditions import Test, UnsupportedRuleError
from policies.engine.conditions.registry import compile_test
from policies.engine.facts import MAX_ROWS
from policies.engine.money import MAX_FEN
from policies.engine.terms import SPECIAL_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.model import Content
    from policies.engine.program import Program

    Share = Callable[[IntArray, Fraction], IntArray]


class ColumnContext:
    """What compiling a step may look at: the program, the types of its facts, the chosen readings and rounding."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.item = program.item.id
        self.settings = dict(program.settings)
        derived = (step.derived for step in program.operations)
        self.types = {
            **{fact.name: fact.type for fact in program.item.facts},
            **{found[0]: found[1] for found in derived if found is not None},
            **SPECIAL_TYPES,
        }
        self.share: Share = share_down if self.settings.get("fen_floor", True) else share_half_up
        self.since = program.effective_from if self.settings.get("event_date", True) else None

    def test(self, field: str, test: Content) -> Test:
        return compile_test(field, dict(test), self.types, self.settings, self.item)

    def only(self, spec: Content | None) -> Test | None:
        """The test of `{field, test}`, None where there is none."""
        return None if spec is None else self.test_of(spec)

    def test_of(self, spec: Content) -> Test:
        """The test of `{field, test}`."""
        return self.test(spec["field"], {name: bound for name, bound in spec.items() if name != "field"})

    def need(self, name: str, *types: str) -> str:
        """The type of a fact; refuse a fact of a type that the scalar engine could not compute with either."""
        if self.types.get(name) not in types:
            raise UnsupportedRuleError(self.item, f"{name} is no {' or '.join(types)}")
        return self.types[name]

    def need_sums(self, fields: Sequence[str]) -> None:
        """Refuse what is no sum, and more rows than int64 could add up (see `arithmetic`)."""
        for name in fields:
            self.need(name, "money", "rows")
        most = sum(MAX_FEN * (MAX_ROWS if self.types[name] == "rows" else 1) for name in fields)
        if most > 4 * MOST:
            raise UnsupportedRuleError(self.item, f"{'+'.join(fields)} may pass what int64 holds")


def holds(test: Test, lines: Lines) -> BoolArray:
    """Where a test holds for certain: a missing fact does not."""
    verdict, known = test(lines)
    return verdict if known is None else verdict & known
