"""`absorbs`: a higher tier pays what the lower one has not paid yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.limits.base import ITEM, CompiledLimit, Limit
from policies.engine.predicates import money_text
from policies.engine.problems import problem_code
from policies.engine.scopes import APPLICANT
from policies.engine.spec import key
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policies.engine.context import Context
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Entry, Note

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
    help = "已领较低一档的，这一档只补差额"
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
            item=self.absorbs,
            ledger=ledger,
            note=context.note(self.code, words, cite=self.cite),
            unused=context.note(self.code, "此前未获较低档次支持，不需扣减", cite=self.cite),
        )

    def problems(self, item_id: str) -> Iterator[tuple[Place, Fault]]:
        """A lower tier is another item."""
        if self.absorbs == item_id:
            yield ("absorbs",), ABSORBS_ITSELF.fault()

    def sentence(self) -> str:
        return "已获较低档次的只补差额"

    def short_name(self) -> str:
        return "已获较低档次支持"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorbLimit(CompiledLimit):
    """A compiled absorption of the lower tier `item`, whose bucket is only read."""

    is_entered = False

    item: str
    ledger: str
    note: Note
    unused: Note


def take_off_lower_tiers(parts: Sequence[Part]) -> Iterator[Entry]:
    """Take off each higher tier what its lower tier was or is now paid; yields what happened."""
    whole = [run.sum for run in parts]
    for run in parts:
        absorbs = run.program.absorbs
        if absorbs is None or not run.sum:
            continue
        before = run.asked.paid.sums[absorbs.ledger]
        below = [(tier, fen) for tier, fen in zip(parts, whole, strict=True) if tier.program.item.id == absorbs.item]
        lower = sum(fen for _, fen in below)
        # A lower tier that absorbs in its turn stands for what was paid below it, too.
        chained = any(tier.program.absorbs is not None for tier, _ in below)
        lower = max(lower, before) if chained else lower + before
        if not lower:
            yield (absorbs.unused, (), run.sum, False, 0)
            continue
        run.take_off(lower)
        yield (absorbs.note, (lower,), run.sum, True, 0)
        if not run.sum:
            run.reasons.append((absorbs.note, (lower,), 0))
