"""What the operations share that work out a fact of a line from others, before its conditions are tested."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import either
from policies.engine.columns.population import Column
from policies.engine.operations.base import ItemSteps, Label, Operation, Role
from policies.engine.problems import problem_code
from policies.engine.spec import FLAG, NAME, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policies.engine.columns.population import BoolArray
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

    # The fact, and the figures of its note.
    Worked = tuple[Any, tuple[Any, ...]]

NAME_TAKEN = problem_code(
    "name_taken",
    "{fact} 已是要填写的事实，或类型不同",
    "请另取一个名称；没填时才算的写 fills: true，类型须相同",
    form="“{fact}”已是要填写的事实，请另取一个代码；没填时才算的，请选“已填写的以填写为准”，类型须相同。",
)
NOT_WORKED_OUT_YET = problem_code(
    "not_worked_out_yet",
    "{fact} 在后面才算出",
    "请把算出它的步骤移到前面",
    form="“{fact:fact}”在后面的步骤才算出，请把那一步移到前面。",
)

# The types of asked facts that a fact of a type may fill: years to the day stand for whole years.
FILLED = {"number": ("integer",), "money": ("money",), "integer": ("integer",), "boolean": ("boolean",)}


@dataclass(frozen=True, kw_only=True)
class Derive(Operation):
    """A step that works out the fact `name`, which conditions and later steps use like one that is asked for.

    All facts that it needs are needed: where one is missing, the line is undetermined. One that `fills` works out a
    fact that may be asked for, too: what is stated stands, and without what it needs the fact is missing as it was.
    """

    role = Role.DERIVES
    # The type of the fact.
    gives: ClassVar[str] = "number"

    name: str = key(NAME, "算出的事实用什么代码", help="小写字母和下划线，如 growth；条件和后面的步骤按它选用")
    called: str = key(TEXT, "怎么称呼", name="label", help="如“营业收入同比增长率”")

    fills: bool = key(FLAG, "已填写的以填写为准", help="代码与一项要填写的事实相同时选：没填时才算", default=False)

    def facts(self) -> Iterator[tuple[str, bool]]:
        return ((name, needed and not self.fills) for name, needed in super().facts())

    @property
    def derived(self) -> tuple[str, str, str]:
        return self.name, self.gives, self.called

    @property
    def needed_facts(self) -> tuple[str, ...]:
        """The facts without which it cannot be worked out."""
        return tuple(name for name, needed in super().facts() if needed)

    def wanting(self, line: Line) -> Sequence[str]:
        """What to ask for where it cannot be worked out of what a line states."""
        del line
        return self.needed_facts[:1]

    @abstractmethod
    def work_out(self, context: Context) -> Callable[[Line], Worked | None]:
        """The fact of a line that states all it needs, with the figures to tell it by; None where there is none."""

    @abstractmethod
    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        """How it was worked out, after its own name."""

    @abstractmethod
    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        """The fact of all lines, present where it can be worked out."""

    def compile(self, context: Context) -> Step:
        needs, name, work_out = self.needed_facts, self.name, self.work_out(context)
        note = context.note(
            self.code or "DERIVED",
            lambda figures: f"{self.called}：{self.tell(figures, context.label)}",
            cite=self.cite,
        )

        def run(line: Line) -> bool:
            if self.fills and line.facts.get(name) is not None:
                return False
            missing = [need for need in needs if line.facts.get(need) is None]
            found = None if missing else work_out(line)
            if found is None and self.fills:
                return False
            if found is None:
                line.missing.extend(missing or self.wanting(line))
                return True
            line.facts[name], figures = found
            line.note(note, figures)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        needs, work_out = self.needed_facts, self.work_out_columns(context)

        def run(lines: Lines) -> None:
            if self.fills:
                known = np.ones(len(lines), dtype=np.bool_)
                for need in needs:
                    known = known & lines.present(need)
                lines.derived[self.name] = filled(lines.column(self.name), work_out(lines), known)
                return
            for need in needs:
                lines.stop_missing(lines.running & ~lines.present(need))
            column = lines.derived[self.name] = work_out(lines)
            if column.present is not None:
                lines.stop_missing(lines.running & ~column.present)

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        if self.name in item.asked and not (self.fills and item.asked[self.name] in FILLED[self.derived[1]]):
            yield ("name",), NAME_TAKEN.fault(fact=self.name)
        later = {step.derived[0] for step in item.steps[number:] if step.derived is not None}
        for name, _ in self.facts():
            if name in later:
                yield (), NOT_WORKED_OUT_YET.fault(fact=name)

    def sentence(self, label: Label) -> str:
        return f"{self.called}：{self.rule(label)}"

    @abstractmethod
    def rule(self, label: Label) -> str:
        """How it is worked out, in plain words after its own name."""


def filled(stated: Column, found: Column, known: BoolArray) -> Column:
    """The stated fact, and where it is not stated the one that was found for lines of which it is `known`."""
    scale = math.lcm(stated.scale, found.scale)
    size = len(known)
    given = np.ones(size, dtype=np.bool_) if stated.present is None else stated.present
    own = stated.values.astype(np.int64) * (scale // stated.scale)
    there = known if found.present is None else known & found.present
    values = either(given, own, found.values * (scale // found.scale))
    return replace(stated, values=values, present=given | there, scale=scale)
