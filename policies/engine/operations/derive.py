"""What the operations share that work out a fact of a line from others, before its conditions are tested."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.operations.base import ItemSteps, Label, Operation, Role
from policies.engine.problems import problem_code
from policies.engine.spec import NAME, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import Column
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import ColumnStep, Step
    from policies.engine.problems import Fault, Place

    # The fact, and the figures of its note.
    Worked = tuple[Any, tuple[Any, ...]]

NAME_TAKEN = problem_code(
    "name_taken",
    "{fact} 已是要填写的事实",
    "请另取一个名称",
    form="“{fact}”已是要填写的事实，请另取一个代码。",
)
NOT_WORKED_OUT_YET = problem_code(
    "not_worked_out_yet",
    "{fact} 在后面才算出",
    "请把算出它的步骤移到前面",
    form="“{fact:fact}”在后面的步骤才算出，请把那一步移到前面。",
)


@dataclass(frozen=True, kw_only=True)
class Derive(Operation):
    """A step that works out the fact `name`, which conditions and later steps use like one that is asked for.

    All facts that it needs are needed: where one is missing, the line is undetermined.
    """

    role = Role.DERIVES
    # The type of the fact.
    gives: ClassVar[str] = "number"

    name: str = key(NAME, "算出的事实用什么代码", help="小写字母和下划线，如 growth；条件和后面的步骤按它选用")
    called: str = key(TEXT, "怎么称呼", name="label", help="如“营业收入同比增长率”")

    @property
    def derived(self) -> tuple[str, str, str]:
        return self.name, self.gives, self.called

    @property
    def needed_facts(self) -> tuple[str, ...]:
        """The facts without which it cannot be worked out."""
        return tuple(name for name, needed in self.facts() if needed)

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
            missing = [need for need in needs if line.facts.get(need) is None]
            found = None if missing else work_out(line)
            if found is None:
                line.missing.extend(missing or needs[:1])
                return True
            line.facts[name], figures = found
            line.note(note, figures)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        needs, work_out = self.needed_facts, self.work_out_columns(context)

        def run(lines: Lines) -> None:
            for need in needs:
                lines.stop_missing(lines.running & ~lines.present(need))
            column = lines.derived[self.name] = work_out(lines)
            if column.present is not None:
                lines.stop_missing(lines.running & ~column.present)

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        if self.name in item.asked:
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
