"""What every operation (the `do` of a step) says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from policies.engine.checks import MAX_COUNT
from policies.engine.problems import Fault, Place, problem_code
from policies.engine.spec import CODE, FACT, GUARD, ONLY, TEXT, Spec, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from policies.engine.columns.conditions import Test
    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.conditions.base import Predicate
    from policies.engine.context import Context
    from policies.engine.line import Line

# A compiled step changes a line; true from it stops the line.
Step = Callable[["Line"], bool]
# A compiled column step changes the lines that are still running.
ColumnStep = Callable[["Lines"], None]


class Label(Protocol):
    """The label of a fact, or with a value that of one of its choices."""

    def __call__(self, name: str, value: str = "") -> str:
        """The label; the name (or the value) itself where it has none."""


SUMS = ("money", "rows")
INT64_MAX = 2**63 - 1

OVERFLOW = problem_code(
    "overflow",
    "金额乘以件数可能溢出",
    "请核对单位是否为元",
    form="金额乘以件数后太大，请核对单位是否为元。",
)
NOT_A_SUM = problem_code(
    "not_a_sum",
    "{fact} 不是金额",
    "请改为类型为 money 或 rows 的事实",
    form="“{fact:fact}”不是金额或逐笔明细，请改选。",
)


FILTER_WITHOUT_EFFECT = problem_code(
    "filter_without_effect",
    "{fact} 的筛选不会起作用",
    "请放在累加这些行的步骤之前",
    form="“{fact:fact}”的筛选不会起作用，请移到累加这些行的步骤之前。",
)
NOT_ROWS = problem_code(
    "not_rows", "{fact} 不是逐行填写的事实", "请改为类型为 rows 的事实", form="“{fact:fact}”不是逐笔明细，请改选。"
)


class Role(Enum):
    """What a step does.

    It works out a fact before anything is tested, sets the line's result, changes an amount that is set, or filters
    rows before they count.
    """

    DERIVES = "derives"
    SETS = "sets"
    CHANGES = "changes"
    FILTERS = "filters"


class Wording(Protocol):
    """What short sentences are made with: labels of facts, round sums, and the values of settings."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The chosen value of each setting."""

    def label(self, name: str, value: str = "") -> str:
        """The label of a fact, or with a value that of one of its choices."""

    def sum(self, fen: int) -> str:
        """A sum in few characters: `5 万元`."""


@dataclass(frozen=True)
class ItemSteps:
    """The steps of one item as its lint sees them.

    `types`: of its facts, by name, those that steps work out among them; `asked`: only of those that are asked for;
    `choices`: what these offer.
    """

    steps: Sequence[Operation]
    types: Mapping[str, str]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    asked: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def amounts(self) -> list[Operation]:
        """The steps that set the amount (or a target's result); a title that brings none is not among them."""
        return [step for step in self.steps if step.role is Role.SETS and step.sets_amount]

    @property
    def most_fixed(self) -> int | None:
        """The most that the steps can set whatever a claim states, in fen; None where what it states decides."""
        fixed = [fen for step in self.amounts if (fen := step.fixed_fen) is not None]
        if not fixed or len(fixed) < len(self.amounts):
            return None
        added = sum(step.fixed_fen or 0 for step in self.amounts if step.adds)
        return max(step.fixed_fen or 0 for step in self.amounts if not step.adds) + added


@dataclass(frozen=True, kw_only=True)
class Operation(Spec, ABC):
    """One step of an item: its specification, and all that follows from it.

    `order` is its place in menus. `preset` is what a new step holds. `aggregates`: all lines of a claim count together.
    `pays`: whether what it sets is money that may be split. `heads_last`: its heading gives way to another's.
    """

    verb: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    role: ClassVar[Role]
    order: ClassVar[int]
    preset: ClassVar[Mapping[str, Any]] = {}
    aggregates: ClassVar[bool] = False
    pays: ClassVar[bool] = True
    heads_last: ClassVar[bool] = False
    # Shared readings that act wherever the operation is used.
    readings: ClassVar[frozenset[str]] = frozenset()

    guard: Mapping[str, bool] | None = key(GUARD, "只在口径如此时", name="if", default=None, common=True)
    cite: str | None = key(TEXT, "依据", help="写明文件和条款；不写时用本事项的条款", default=None, common=True)
    code: str | None = key(
        CODE, "代码", help="大写字母开头，显示在计算过程里；不写时用这一步自己的", default=None, common=True
    )

    # ---- computing -----------------------------------------------------------------------------------
    @abstractmethod
    def compile(self, context: Context) -> Step:
        """The step for one line, with its trace."""

    @abstractmethod
    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        """The step for columns. UnsupportedRuleError for what it cannot follow to the fen."""

    def framed(self, context: Context) -> Step:
        """The step for one line as a program runs it."""
        return self.compile(context)

    def framed_columns(self, context: ColumnContext) -> ColumnStep:
        """The step for columns as a program runs it."""
        return self.compile_columns(context)

    # ---- what it refers to ---------------------------------------------------------------------------
    def facts(self) -> Iterator[tuple[str, bool]]:
        """The facts that it asks for, in order, each with whether the amount needs it."""
        for attribute, declared in self.declared().items():
            named = getattr(self, attribute)
            if declared.kind is ONLY and named is not None:
                yield named["field"], True
            elif declared.asks is not None:
                for name in named if isinstance(named, tuple) else filter(None, (named,)):
                    yield name, declared.asks

    def tests(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The tests `{field, test}` that it makes, each with its key."""
        for attribute, declared in self.declared().items():
            if declared.kind is ONLY and (test := getattr(self, attribute)) is not None:
                yield declared.name, test

    def settings(self) -> Iterator[str]:
        """The settings that it reads a value from."""
        for attribute, declared in self.declared().items():
            if declared.kind.name == "setting" and getattr(self, attribute):
                yield getattr(self, attribute)

    def acting_readings(self) -> frozenset[str]:
        """The shared readings that act on it."""
        return self.readings

    @property
    def ledgers(self) -> tuple[str, ...]:
        """The ledgers that it reads."""
        return ()

    @property
    def summed(self) -> tuple[str, ...]:
        """The facts that it adds up."""
        return ()

    @property
    def sets_amount(self) -> bool:
        """Whether a step that sets something sets the amount, so that no second one may."""
        return True

    @property
    def is_joined(self) -> bool:
        """Whether what it sets stands beside a sum set before it."""
        return False

    @property
    def adds(self) -> bool:
        """Whether it is added to the sum set before it."""
        return False

    @property
    def derived(self) -> tuple[str, str, str] | None:
        """The name, type and label of the fact that it works out."""
        return None

    @property
    def is_ceiling(self) -> bool:
        """Whether what it sets is a ceiling, below which less may be proposed."""
        return getattr(self, "nature", "") == "ceiling"

    @property
    def fixed_fen(self) -> int | None:
        """The sum that it sets whatever a claim states, in fen."""
        return None

    @property
    def largest_factor(self) -> Fraction:
        """The most by which it may multiply the sum before it."""
        return Fraction(1)

    @property
    def awaits_decision(self) -> bool:
        """Whether a person names the sum."""
        return False

    @property
    def phases_out(self) -> bool:
        """Whether its money ends on a day."""
        return False

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        """Values of facts at which its answer changes, for made claims."""
        yield from ()

    # ---- what is wrong -------------------------------------------------------------------------------
    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        """Faults of meaning of the step at this position, each with its place inside the step."""
        for name in self.summed:
            if item.types.get(name, "money") not in SUMS:
                yield ("fields",), NOT_A_SUM.fault(fact=name)

    # ---- words ---------------------------------------------------------------------------------------
    @abstractmethod
    def sentence(self, label: Label) -> str:
        """The step in plain words; nothing for a step that only records."""

    def form_sentence(self, label: Label) -> str:
        """The step in the words of its form."""
        return self.full_sentence(label)

    def full_sentence(self, label: Label) -> str:
        """The step in plain words, with whom it is for and how it stands to the steps before it."""
        return self.sentence(label)

    def heading(self, words: Wording) -> tuple[str, str] | None:
        """How much, as words and a figure; None for what is no sum, title or target."""
        return None

    def headline(self, words: Wording) -> tuple[str, str] | None:
        """The heading, with whom the step is for."""
        return self.heading(words)

    def bounds(self, words: Wording) -> Iterator[str]:
        """The bounds that stand below a heading."""
        yield from ()

    def all_bounds(self, words: Wording) -> Iterator[str]:
        """The bounds, and what a further step sets beside the first."""
        yield from self.bounds(words)

    def figures(self, label: Label) -> Mapping[str, str]:
        """The figures that a simulation may change: the key's name, and what the figure is called.

        Of a table each row is a figure of its own.
        """
        return {}

    @classmethod
    def authored(cls, **values: Any) -> dict[str, Any]:
        """The step as an author writes it."""
        return {"do": cls.verb, **values}

    @property
    def most(self) -> str:
        """The word for a ceiling where it sets one."""
        return NATURES["ceiling"] if self.is_ceiling else ""


@dataclass(frozen=True, kw_only=True)
class RowFilter(Operation):
    """A step that leaves rows out before they are added up."""

    role = Role.FILTERS

    rows: str = key(FACT, "哪一张明细表", types=("rows",), asks=False)

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        """A filter stands before the step that adds its rows, or it changes nothing."""
        before = {name for step in item.steps[:number] for name in step.summed}
        if self.rows in before or not any(self.rows in step.summed for step in item.steps[number:]):
            yield ("rows",), FILTER_WITHOUT_EFFECT.fault(fact=self.rows)
        if item.types.get(self.rows) != "rows":
            yield ("rows",), NOT_ROWS.fault(fact=self.rows)


def overflow(fen: int, name: str = "yuan") -> Iterator[tuple[Place, Fault]]:
    """The fault of a unit sum, of the key `name`, that passes int64 when it is multiplied by the largest count."""
    if fen * MAX_COUNT > INT64_MAX:
        yield (name,), OVERFLOW.fault()


def joined(names: Sequence[str], label: Label, by: str) -> str:
    """The labels of several facts."""
    return by.join(map(label, names))


def total(line: Line, names: Sequence[str], *, largest: bool = False) -> int | None:
    """The sum (or the largest) of those facts of a line that are given, None where none is."""
    if len(names) == 1:
        only = line.value(names[0])
        return None if only is None else int(only)
    found = [int(value) for name in names if (value := line.value(name)) is not None]
    return (max(found) if largest else sum(found)) if found else None


def holds_for(predicate: Predicate, only: Mapping[str, Any] | None, line: Line) -> bool:
    """Whether a test holds; a fact that it cannot be told without is missing."""
    holds = predicate(line.facts)
    if holds is None and only is not None:
        line.missing.append(only["field"])
    return bool(holds)


def stop_unknown(only: Test | None, lines: Lines) -> None:
    """Stop the lines of which it cannot be told whether the test holds."""
    known = only(lines)[1] if only is not None else None
    if known is not None:
        lines.stop_missing(lines.running & ~known)
