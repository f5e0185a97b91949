"""`absorbs`: a higher tier pays what the lower one has not paid yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.limits.base import ITEM, Limit
from policies.engine.limits.deduction import Deduction, DeductionColumns
from policies.engine.money import money_text
from policies.engine.problems import problem_code
from policies.engine.scopes import APPLICANT
from policies.engine.spec import key
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.context import Context
    from policies.engine.operations.base import Label
    from policies.engine.part import Part
    from policies.engine.pool import Pool
    from policies.engine.problems import Fault, Place
    from policies.engine.scopes import Scope

LOWER_TIER = "lower_tier"
ABSORBS_ITSELF = problem_code(
    "absorbs_itself",
    "事项不能吸收自己",
    "请写较低档次事项的 id",
    form="事项不能吸收自己，请选择较低档次的事项。",
)


@dataclass(frozen=True, kw_only=True)
class Absorb(Limit):
    """What the lower tier (the item `absorbs`) was or is now paid is taken off."""

    kind = "absorbs"
    label = "吸收较低档次"
    help = "已领较低一档的（本文件或以前文件的事项），这一档只补差额"
    order = 40
    preset: ClassVar = {"code": "ABSORB"}

    absorbs: str = key(ITEM, "较低档次的事项")
    ledger: str | None = key(LEDGERS, "查哪一本台账", help="不选时按合计范围确定", default=None)

    @classmethod
    def complete(cls, content: dict[str, Any]) -> None:
        content.setdefault("ledger", LOWER_TIER)

    def compile(self, context: Context, *, item_id: str) -> AbsorbLimit:
        def words(figures: tuple[Any, ...]) -> str:
            return f"较低档次已获 {money_text(figures[0])}，本档只补差额"

        ledger = self.ledger or LOWER_TIER
        return AbsorbLimit(
            code=self.code,
            scope=APPLICANT,
            base=self.absorbs,
            asks=ledger,
            ledger=ledger,
            note=self.note(context, words),
            unused=self.note(context, "此前未获较低档次支持，不需扣减"),
        )

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        """A lower tier is another item."""
        if self.absorbs == item_id:
            yield ("absorbs",), ABSORBS_ITSELF.fault()

    def other_items(self) -> Iterator[tuple[Place, str]]:
        yield ("absorbs",), self.absorbs

    def sentence(self, label: Label) -> str:
        return "已获较低档次的只补差额"

    def short_name(self) -> str:
        return "已获较低档次支持"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorbLimit(Deduction):
    """A compiled absorption of the lower tier `base`, an item."""

    turn = 40

    def had(self, claim: Pool, part: Part) -> int:
        """What the lower tier was or is now paid."""
        before = part.asked.paid.sums[self.ledger]
        below = [(tier, fen) for tier, fen in claim.sums() if tier.program.item.id == self.base]
        lower = sum(fen for _, fen in below)
        # A lower tier that absorbs in its turn stands for what was paid below it, too.
        chained = any(isinstance(limit, AbsorbLimit) for tier, _ in below for limit in tier.program.limits)
        return max(lower, before) if chained else lower + before

    def reads(self, item_id: str) -> tuple[str, Scope | None, str]:
        if self.ledger != LOWER_TIER:
            raise UnsupportedRuleError(item_id, f"{self.code} reads the ledger {self.ledger}")
        return Deduction.reads(self, item_id)


class AbsorbColumns(DeductionColumns):
    """What the lower tier was paid, taken off."""


AbsorbLimit.columns = AbsorbColumns
