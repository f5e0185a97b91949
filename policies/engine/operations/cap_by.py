"""`cap_by`: not more than a sum of facts, less what was already had of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.columns.arithmetic import either
from policies.engine.money import money_text, ratio_text
from policies.engine.operations.base import SUMS, Label, Operation, Role, Wording, joined, total
from policies.engine.spec import FACT, FACTS, RATIO, TEXT, key
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class CapBy(Operation):
    """Cuts the amount to the given facts, added up (or to `otherwise`), less an earlier sum."""

    verb = "cap_by"
    label = "不超过某些费用"
    help = "金额不超过这些费用之和，可减去已经获得的"
    role = Role.CHANGES
    order = 50

    fields: tuple[str, ...] = key(FACTS, "哪些费用", types=SUMS, asks=True)
    ratio: Fraction | None = key(RATIO, "只按几成", help="如不超过地方贡献的 50%；不填时按全额", default=None)
    otherwise: str | None = key(FACT, "没填时改用", name="else", default=None, types=SUMS, asks=False)
    less: str | None = key(FACT, "减去哪一项", default=None, types=SUMS, asks=False)
    less_ledger: str | None = key(LEDGERS, "减去已获支持", default=None)
    only_with: tuple[str, ...] = key(FACTS, "填了其中之一才比较", default=(), types=SUMS)
    called: str | None = key(TEXT, "在依据里怎么称呼", name="label", default=None, shown=True)

    def acting_readings(self) -> frozenset[str]:
        return frozenset({"fen_floor"} if self.ratio is not None else ())

    @property
    def summed(self) -> tuple[str, ...]:
        return self.fields

    @property
    def ledgers(self) -> tuple[str, ...]:
        return (self.less_ledger,) if self.less_ledger else ()

    def facts(self) -> Iterator[tuple[str, bool]]:
        return ((name, needed and not self.only_with) for name, needed in super().facts())

    def compile(self, context: Context) -> Step:
        fields, otherwise, less, ledger = self.fields, self.otherwise, self.less, self.less_ledger
        only_with = frozenset(self.only_with)
        ratio, part = self.ratio, context.part()
        named = self._named(context.label, "、")

        def words(figures: tuple[Any, ...]) -> str:
            found, before, bound = figures
            if before:
                taken = f"减去此前已获 {money_text(before)}"
                return f"不超过{named} {money_text(found)}{taken}，即 {money_text(bound)}"
            return f"不超过{named} {money_text(bound)}"

        note = context.note(self.code or "FEES", words, cite=self.cite)
        skipped = context.note(self.code or "FEES", f"未填写{named}，不作此项比较", cite=self.cite)

        def run(line: Line) -> bool:
            facts = line.facts
            if only_with and only_with.isdisjoint(facts):
                line.note(skipped, applied=False)
                return False
            found = total(line, fields)
            if found is None and otherwise is not None:
                found = total(line, (otherwise,))
            if found is None:
                line.missing.extend(fields)
                return True
            if ratio is not None:
                found = part(found, ratio)
            before = (facts.get(less, 0) if less else 0) + (line.paid[ledger] if ledger else 0)
            bound = found - before if found > before else 0
            applied = line.amount is None or line.amount > bound
            if applied:
                line.amount = bound
            line.note(note, (found, before, bound), applied=applied)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        context.need_sums((*self.fields, *filter(None, (self.otherwise,))))
        if self.less is not None:
            context.need(self.less, "money", "integer")

        def run(lines: Lines) -> None:
            acts = lines.running
            if self.only_with:
                acts = acts & np.logical_or.reduce([lines.present(name) for name in self.only_with])
            found, stated = lines.total(self.fields)
            if self.otherwise is not None:
                values, present = lines.sum(self.otherwise)
                found = either(stated, found, values * present)
                stated = stated | present
            lines.stop_missing(acts & ~stated)
            if self.ratio is not None:
                found = context.share(found, self.ratio)
            before = lines.stated_or_zero(self.less)
            if self.less_ledger:
                before = before + lines.paid[self.less_ledger]
            bound = np.maximum(found - before, 0)
            lines.set_amount(bound, acts & stated & (~lines.has | (lines.amount > bound)))

        return run

    def sentence(self, label: Label) -> str:
        return f"不超过{self._named(label, '与')}"

    def _named(self, label: Label, by: str) -> str:
        named = self.called or joined(self.fields, label, by)
        return named if self.ratio is None else f"{named}的 {ratio_text(self.ratio)}"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"ratio": f"不超过{self.called or joined(self.fields, label, '、')}的几成"}

    def bounds(self, words: Wording) -> Iterator[str]:
        if not self.only_with:
            yield f"不超过{self._named(words.label, '、')}"
