"""`yuan`: a sum that one bucket may not pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from policies.engine.columns.arithmetic import put_where
from policies.engine.columns.context import holds
from policies.engine.limits.base import GROUP, SCALE, Limit, Scale, Scoped
from policies.engine.limits.holding import HoldingLimit
from policies.engine.money import money_text
from policies.engine.scopes import SCOPES
from policies.engine.spec import FACT, YUAN, key
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.columns.conditions import Test
    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import IntArray
    from policies.engine.conditions.base import Predicate
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class Money(Scoped, Limit):
    """The lines of a bucket get at most `yuan` together, with what `ledger` says was paid before."""

    kind = "yuan"
    label = "金额上限"
    help = "一件、一个主体或全市，合计不超过多少钱"
    order = 10
    preset: ClassVar = {"code": "YEAR_CAP", "per": ["applicant", "year"]}

    yuan: int = key(YUAN, "上限（元）")
    ledger: str | None = key(LEDGERS, "查哪一本台账", help="不选时按合计范围确定", default=None)
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)
    before: str | None = key(FACT, "此前已获金额填在", types=("money", "rows"), default=None)
    scale: Scale | None = key(SCALE, "部分申请人打折", default=None)

    @property
    def name(self) -> str:
        """What it is called where it is cited: its own label, or one made of its bucket."""
        return self.called or self.scope.name

    @classmethod
    def complete(cls, content: dict[str, Any]) -> None:
        content.setdefault("ledger", SCOPES[tuple(content["per"])].ledger)

    def compile(self, context: Context, *, item_id: str) -> MoneyLimit:
        most, ledger, cited = f"{self.name}最高", self.ledger or self.scope.ledger, f"依据 {context.citation}："

        def cut(figures: tuple[Any, ...]) -> str:
            cap, used, left = map(money_text, figures)
            spent = f"，{LEDGERS[ledger]} {used}" if figures[1] else ""
            return f"{cited}{most} {cap}{spent}，可用 {left}"

        def kept(figures: tuple[Any, ...]) -> str:
            spent = f"（{LEDGERS[ledger]} {money_text(figures[1])}）" if figures[1] else ""
            return f"未超过{most} {money_text(figures[0])}{spent}"

        return MoneyLimit(
            rule=self,
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks=ledger if self.group or self.scope.is_rolling else None,
            fen=self.yuan,
            ledger=ledger,
            group=self.group or f"{item_id}:{self.code}",
            only=context.only(self.scale.only) if self.scale else None,
            cut=self.note(context, cut),
            kept=self.note(context, kept),
        )

    @property
    def acts_as(self) -> object:
        return (type(self), self.group, self.per) if self.group else None

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        del item_id
        return self.scope_problems()

    def facts(self) -> Iterator[str]:
        yield from super().facts()
        if self.scale is not None:
            yield self.scale.only["field"]

    def sentence(self, label: Label) -> str:
        shared = "（与同组事项合并计算）" if self.group else ""
        return f"{self.name}最高 {money_text(self.yuan)}{shared}"

    def short_name(self) -> str:
        return f"{self.name}上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"{self.name}最高 {words.sum(self.yuan)}"

    def figures(self) -> Mapping[str, str]:
        return {"yuan": f"{self.name}最高"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLimit(HoldingLimit):
    """A compiled sum of `fen`, of which some applicants have a share."""

    turn = 10

    rule: Money
    only: Predicate | None

    def cap_of(self, part: Part, line: Line) -> int:
        scale = self.rule.scale
        is_scaled = scale is not None and self.only is not None and self.only(line.facts)
        fen = part.program.part(self.fen, scale.ratio) if scale is not None and is_scaled else self.fen
        # So many equal ones are so many subjects, each with its own cap.
        return fen * line.count if self.scope.by_subject else fen

    def stated(self, line: Line) -> int:
        return int(line.value(self.rule.before) or 0) if self.rule.before is not None else 0

    def compile_columns(self, context: ColumnContext) -> MoneyCaps:
        return MoneyCaps(self, context, context.only(self.rule.scale.only) if self.rule.scale else None)


class MoneyCaps(NamedTuple):
    """A limit with the test of its scale, compiled for columns."""

    limit: MoneyLimit
    context: ColumnContext
    only: Test | None

    def caps(self, lines: Lines) -> IntArray:
        """The cap in fen of each line's bucket, were the line the first of it, less what the line states as paid."""
        rule, fen = self.limit.rule, self.limit.fen
        cap = np.full(len(lines), fen, dtype=np.int64)
        if rule.scale is not None and self.only is not None:
            put_where(cap, holds(self.only, lines), self.context.share(cap, rule.scale.ratio))
        if self.limit.scope.by_subject and lines.table.count is not None:
            # No sum passes 2^60, so a cap above 2^62 binds as little as the true one.
            cap *= np.minimum(lines.count, 2**62 // max(fen, 1))
        return cap if rule.before is None else np.maximum(cap - lines.stated_or_zero(rule.before), 0)
