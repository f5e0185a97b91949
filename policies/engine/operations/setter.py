"""What the operations that set an amount share: for whom one acts, and what becomes of the amount set before it."""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from policies.engine.columns.arithmetic import MOST
from policies.engine.columns.population import PopulationError
from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Operation, Role, Wording, holds_for, stop_unknown
from policies.engine.problems import problem_code
from policies.engine.spec import ONLY, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.engine.columns.population import IntArray
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

LARGER, SMALLER, ADD, OTHERWISE = "larger", "smaller", "add", "otherwise"


def _sum(one: IntArray, other: IntArray) -> IntArray:
    if len(one) and max(one.max(), other.max()) > MOST:
        raise PopulationError(f"two sums of one line pass {MOST} fen")
    return one + other


class _Join(NamedTuple):
    """What becomes of the sum before: in words, and what is made of both, of one line and of columns."""

    label: str
    lead: str
    merge: Callable[[int, int], int] | None = None
    merge_columns: Callable[[IntArray, IntArray], IntArray] | None = None


_NO_JOIN = _Join("", "")
_JOINS = {
    LARGER: _Join("取两者中较高的（就高）", "就高：", max, np.maximum),
    SMALLER: _Join("取两者中较低的（取低）", "取低：", min, np.minimum),
    ADD: _Join("与前面的相加", "另加：", operator.add, _sum),
    OTHERWISE: _Join("前面没有算出金额时才用", "否则："),
}
JOINS = {name: join.label for name, join in _JOINS.items()}
NOTHING_TO_JOIN = problem_code(
    "nothing_to_join",
    "前面没有定金额的步骤，无从比较或相加",
    "请删除 joins，或把这一步移到后面",
    form="前面没有定金额的步骤，无从比较或相加，请清空“与前面的金额”，或把这一步下移。",
)
UNNAMED_ONLY = problem_code(
    "unnamed_only",
    "只对部分情形适用的步骤没有称呼",
    "请在 label 写明，如 高新技术企业",
    form="只对部分情形适用时，请填写“适用情形怎么称呼”，如“高新技术企业”。",
)


@dataclass(frozen=True, kw_only=True)
class Setter(Operation):
    """A step that sets a sum: for those whom `only` holds for, and by `joins` beside the sum that stands already."""

    role = Role.SETS

    only: Mapping[str, Any] | None = key(ONLY, "只对哪些情形", default=None)
    called: str | None = key(
        TEXT, "适用情形怎么称呼", name="label", help="如“高新技术企业”；只对部分情形适用时填写", default=None
    )
    joins: str | None = key(JOINS, "与前面的金额", help="前面已有定金额的步骤时选", default=None)

    def framed(self, context: Context) -> Step:
        run, only, joins, merge = self.compile(context), context.only(self.only), self.joins, self._join.merge
        if only is None and joins is None:
            return run
        skipped = context.note(self.code or "ONLY", f"{self.full_sentence(context.label)}：不适用", cite=self.cite)

        def words(figures: tuple[Any, ...]) -> str:
            before, own, taken = map(money_text, figures)
            return f"{self._join.label.partition('（')[0]}：前面 {before}，这一步 {own}，计 {taken}"

        joined = context.note("JOINED", words, cite=self.cite)

        def act(line: Line) -> bool:
            before = line.amount
            applies = only is None or holds_for(only, self.only, line)
            if not applies and line.missing:
                return True
            if not applies or (joins == OTHERWISE and before is not None):
                line.note(skipped, applied=False)
                return False
            if run(line):
                return True
            if merge is not None and before is not None:
                own = line.amount or 0
                line.amount = merge(before, own)
                line.note(joined, (before, own, line.amount))
            return False

        return act

    def framed_columns(self, context: ColumnContext) -> ColumnStep:
        run, only, joins = self.compile_columns(context), context.only(self.only), self.joins
        if only is None and joins is None:
            return run
        merge = self._join.merge_columns

        def act(lines: Lines) -> None:
            stop_unknown(only, lines)
            still, before, had = lines.running, lines.amount.copy(), lines.has.copy()
            acts = still.copy() if only is None else still & only(lines)[0]
            if joins == OTHERWISE:
                acts &= ~had
            lines.running = acts.copy()
            run(lines)
            both = lines.running & had
            if merge is not None and both.any():
                lines.set_amount(merge(before, lines.amount), both)
            lines.running = still & ~(acts & ~lines.running)

        return act

    @property
    def _join(self) -> _Join:
        return _JOINS.get(self.joins or "", _NO_JOIN)

    @property
    def is_joined(self) -> bool:
        return self.joins is not None

    @property
    def adds(self) -> bool:
        return self.joins == ADD

    # ---- what is wrong -------------------------------------------------------------------------------
    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        if self.joins and not any(step in item.amounts for step in item.steps[:number]):
            yield ("joins",), NOTHING_TO_JOIN.fault()
        if self.only is not None and not self.called:
            yield ("label",), UNNAMED_ONLY.fault()

    # ---- words ---------------------------------------------------------------------------------------
    @abstractmethod
    def heading(self, words: Wording) -> tuple[str, str]:
        """How much it sets, as words and a figure."""

    @property
    def _lead(self) -> str:
        return self._join.lead + (f"{self.called}：" if self.called else "")

    def full_sentence(self, label: Label) -> str:
        return f"{self._lead}{self.sentence(label)}"

    def headline(self, words: Wording) -> tuple[str, str]:
        lead, figure = self.heading(words)
        return f"{self._lead}{lead}", figure

    def all_bounds(self, words: Wording) -> Iterator[str]:
        if self.joins:
            yield " ".join(self.headline(words))
        yield from self.bounds(words)
