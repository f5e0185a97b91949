"""`year_total`: a year's money of a city or district that is shared in proportion where it does not suffice for all."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.arithmetic import run_starts
from policies.engine.columns.buckets import joined
from policies.engine.columns.ledger import Ledger
from policies.engine.limits.base import GROUP, Ceiling, CompiledLimit, Limit, LimitColumns, Shared, limits_of, shared_by
from policies.engine.money import money_text
from policies.engine.shortage import PRO_RATA, ration
from policies.engine.spec import YUAN, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import IntArray
    from policies.engine.context import Context
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.pool import Pool
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Entry, Note


@dataclass(frozen=True, kw_only=True)
class YearTotal(Shared, Limit):
    """All claims of a year share `year_total` yuan: in full as long as it suffices, else in proportion."""

    kind = "year_total"
    label = "资金总量，不足时按比例折算"
    help = "全市或每个区一年共有多少钱；各项合计超过时，审定前按同一比例折算"
    order = 15
    preset: ClassVar = {"code": "TOTAL", "per": ["programme", "year"]}

    year_total: int = key(YUAN, "资金总量（元）")
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一笔资金", default=None)

    def compile(self, context: Context, *, item_id: str) -> TotalLimit:
        most = self.sentence(context.label)
        return TotalLimit(
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks=self.scope.ledger,
            fen=self.year_total,
            note=self.note(context, most),
            cut=self.note(context, lambda figures: f"{most}，可用 {money_text(figures[0])}"),
        )

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        del item_id
        return self.scope_problems()

    def sentence(self, label: Label) -> str:
        return f"{self._name}资金共 {money_text(self.year_total)}，不足时各项按同一比例折算"

    @property
    def _name(self) -> str:
        return self.called or self.scope.name

    def short_name(self) -> str:
        return f"{self._name}资金"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"{self._name}资金共 {words.sum(self.year_total)}"

    def figures(self) -> Mapping[str, str]:
        return {"year_total": f"{self._name}资金"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalLimit(CompiledLimit):
    """A compiled sum that claims share. A lone claim cannot tell what others ask for: it gets at most what is left."""

    turn = 95

    fen: int
    note: Note
    cut: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The whole of it."""
        del uses
        return Ceiling(fen=self.fen)

    def deduct(self, claim: Pool, part: Part) -> Entry | None:
        """Take off what even a lone claim cannot get."""
        if not part.sum:
            return None
        left = max(self.fen - part.asked.paid.sums[self.scope.ledger], 0)
        if part.sum <= left:
            return (self.note, (), part.sum, False, 0)
        part.take_off(part.sum - left)
        if not left:
            part.reasons.append((self.cut, (0,), 0))
        return (self.cut, (left,), part.sum, True, 0)

    def use(self, part: Part) -> BucketUse | None:
        if not part.sum:
            return None
        return BucketUse(self.code, self.base, self.scope.per, None, part.year, part.sum, self.fen)


class TotalColumns(LimitColumns):
    """What each claim gets of a sum that all share, once every claim is answered."""

    limit: TotalLimit

    def deduct(self, work: Work) -> None:
        left = np.maximum(self.limit.fen - work.run.paid_before(self.limit.scope.ledger), 0)
        work.take_off(np.maximum(work.total - left, 0), self.limit.code)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        for name, (scope, _), members in shared_by(runs, cls, attrgetter("base"), attrgetter("scope", "fen")):
            yield TotalLedger(name, scope, members, keys)


class TotalLedger(Ledger):
    """The fen that claims ask for of a sum that all share."""

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        return run.answers.amount[at]

    def shown_to(self, run: Run) -> tuple[str, ...]:
        return ()

    def conclude(self) -> None:
        """Cut what claims get, in the order of filing, to their shares of each year's sum."""
        limit: TotalLimit = limits_of(self.runs[0], TotalColumns)
        wanted, filed = self.settled(), self.keys.filed[self.buckets.claims]
        bucket = joined([self.keys.of(run, self.scope) for run in self.runs])
        stated = joined([run.paid_before(self.scope.ledger) for run in self.runs])
        order = np.lexsort((filed, bucket))
        given = wanted.copy()
        for members in np.split(order, run_starts(bucket[order])[1:]):
            left = limit.fen - int(stated[members].max(initial=0))
            given[members] = ration(wanted[members].tolist(), left, PRO_RATA)
        for place, run in enumerate(self.runs):
            run.answers.cut(run.shape, given[self._part(place)])


TotalLimit.columns = TotalColumns
