"""`tops_up`: what the applicant had of the item before is taken off, so that a higher tier brings the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.limits.base import Limit
from policies.engine.limits.deduction import Deduction, DeductionColumns
from policies.engine.money import money_text
from policies.engine.scopes import APPLICANT, APPLICANT_YEAR
from policies.engine.spec import key

if TYPE_CHECKING:
    from policies.engine.context import Context
    from policies.engine.operations.base import Label

_SCOPES = {scope.ledger: scope for scope in (APPLICANT, APPLICANT_YEAR)}
_SPANS = {APPLICANT.ledger: "累计", APPLICANT_YEAR.ledger: "本年度"}


@dataclass(frozen=True, kw_only=True)
class TopUp(Limit):
    """A claim gets what its sum is above that which the applicant had of the item before, in all or in the year."""

    kind = "tops_up"
    label = "晋档补差"
    help = "同一事项达到更高一档时，只补与以前已获的差额"
    order = 35
    preset: ClassVar = {"code": "TOP_UP", "tops_up": APPLICANT.ledger}

    tops_up: str = key(_SPANS, "减去以前多久的")

    def compile(self, context: Context, *, item_id: str) -> TopUpLimit:
        def words(figures: tuple[Any, ...]) -> str:
            return f"{_SPANS[self.tops_up]}已获本事项 {money_text(figures[0])}，只补差额"

        return TopUpLimit(
            code=self.code,
            scope=_SCOPES[self.tops_up],
            base=item_id,
            ledger=self.tops_up,
            note=self.note(context, words),
            unused=self.note(context, "此前未获本事项支持，不需扣减"),
        )

    def sentence(self, label: Label) -> str:
        return f"{_SPANS[self.tops_up]}已获本事项支持的只补差额"

    def short_name(self) -> str:
        return "已获本事项支持"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpLimit(Deduction):
    """What the item's own bucket holds, taken off; the bucket is entered for its own sake."""

    turn = 35


class TopUpColumns(DeductionColumns):
    """The same for all claims of a run."""


TopUpLimit.columns = TopUpColumns
