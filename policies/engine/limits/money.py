"""`yuan`: a sum that one bucket may not pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.assessment import BucketUse
from policies.engine.limits.base import GROUP, PER, Ceiling, CompiledLimit, Limit
from policies.engine.predicates import money_text
from policies.engine.scopes import SCOPES
from policies.engine.spec import FACT, ONLY, RATIO, YUAN, Kind, Spec, key
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from policies.engine.conditions.base import Predicate
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Wording
    from policies.engine.part import Part
    from policies.engine.trace import Note


@dataclass(frozen=True, kw_only=True)
class Scale(Spec):
    """A share of a cap that holds for some applicants only."""

    ratio: Fraction = key(RATIO, "按几成")
    only: Mapping[str, Any] = key(ONLY, "只对谁")


# The schema checks what is inside, as that of `ONLY`.
SCALE = Kind("scale", lambda value: value, Scale.read)


@dataclass(frozen=True, kw_only=True)
class Money(Limit):
    """The lines of a bucket get at most `yuan` together, with what `ledger` says was paid before."""

    kind = "yuan"
    label = "金额上限"
    help = "一件、一个主体或全市，合计不超过多少钱"
    order = 10
    preset: ClassVar = {"code": "YEAR_CAP", "per": ["applicant", "year"]}
    stands_beside_its_like = True

    yuan: int = key(YUAN, "上限（元）")
    per: tuple[str, ...] = key(PER, "按什么合计")
    ledger: str | None = key(LEDGERS, "查哪一本台账", help="不选时按合计范围确定", default=None)
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)
    before: str | None = key(FACT, "此前已获金额填在", types=("money", "rows"), default=None)
    scale: Scale | None = key(SCALE, "部分申请人打折", default=None)

    @property
    def name(self) -> str:
        """What it is called where it is cited: its own label, or one made of its bucket."""
        return self.called or SCOPES[self.per].name

    @classmethod
    def complete(cls, content: dict[str, Any]) -> None:
        content.setdefault("ledger", SCOPES[tuple(content["per"])].ledger)

    def compile(self, context: Context, *, item_id: str) -> MoneyLimit:
        name, scale = self.name, self.scale
        ledger = self.ledger or SCOPES[self.per].ledger

        def cut(figures: tuple[Any, ...]) -> str:
            cap, used, left = figures
            spent = f"，{LEDGERS[ledger]} {money_text(used)}" if used else ""
            return f"依据 {context.citation}：{name}最高 {money_text(cap)}{spent}，可用 {money_text(left)}"

        def kept(figures: tuple[Any, ...]) -> str:
            cap, used, _ = figures
            spent = f"（{LEDGERS[ledger]} {money_text(used)}）" if used else ""
            return f"未超过{name}最高 {money_text(cap)}{spent}"

        return MoneyLimit(
            code=self.code,
            scope=SCOPES[self.per],
            base=self.group or item_id,
            asks=ledger if self.group else None,
            fen=self.yuan,
            per=self.per,
            ledger=ledger,
            group=self.group or f"{item_id}:{self.code}",
            before=self.before,
            ratio=scale.ratio if scale else None,
            only=context.only(scale.only) if scale else None,
            cut=context.note(self.code, cut, cite=self.cite),
            kept=context.note(self.code, kept, cite=self.cite),
        )

    def facts(self) -> Iterator[str]:
        if self.before:
            yield self.before
        if self.scale is not None:
            yield self.scale.only["field"]

    def sentence(self) -> str:
        shared = "（与同组事项合并计算）" if self.group else ""
        return f"{self.name}最高 {money_text(self.yuan)}{shared}"

    def short_name(self) -> str:
        return f"{self.name}上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"{self.name}最高 {words.sum(self.yuan)}"

    def figures(self) -> Mapping[str, str]:
        return {"yuan": f"{self.name}最高"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLimit(CompiledLimit):
    """A compiled sum. `per` names the bucket; `ledger` what was paid from it before; `group` the claim's bucket."""

    fen: int
    per: tuple[str, ...]
    ledger: str
    group: str
    before: str | None
    ratio: Fraction | None
    only: Predicate | None
    cut: Note
    kept: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The cap that the answer found. Raises ValueError where the answer takes nothing from the bucket."""
        caps = [use.cap for use in uses if use.group == self.group and use.key == self.per]
        if not caps:
            raise ValueError(f"{self.code}: something is granted from a bucket from which the answer takes nothing")
        return Ceiling(fen=min(caps))


@dataclass(slots=True)
class _Bucket:
    """A bucket of one claim, in fen: its cap, what was paid before, what is left, and the lines that took from it.

    `stated` is what the claim itself states as paid, and no ledger knows.
    """

    limit: MoneyLimit
    key: tuple[str, ...]
    cap: int
    stated: int
    used: int
    left: int
    lines: list[Line] = field(default_factory=list)


class ClaimBuckets:
    """The buckets of one claim, while its lines take from them in their order; `year` is the claim's."""

    def __init__(self, year: int) -> None:
        self.year = year
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def cut(self, parts: Sequence[Part]) -> None:
        """Cut each line to what the smallest of its buckets still holds, and take that from all of them."""
        for run in parts:
            for line, program in zip(run.lines, run.programs, strict=True):
                if not line.amount or not program.money_limits or line.reasons or line.missing:
                    continue
                found = [self._bucket(run, line, limit) for limit in program.money_limits]
                for bucket in found:
                    _cut(line, bucket)
                for bucket in found:
                    bucket.left -= line.amount or 0
                    bucket.lines.append(line)

    def uses(self) -> list[BucketUse]:
        """What the lines took from each bucket; what the claim states as paid is not there for others either."""
        found = []
        for bucket in self._buckets.values():
            limit, amount = bucket.limit, sum(line.amount or 0 for line in bucket.lines)
            if amount:
                subject = bucket.key[1] if limit.per == ("subject",) else None
                year = self.year if "year" in limit.per else None
                cap = bucket.cap - bucket.stated
                found.append(BucketUse(limit.code, limit.group, limit.per, subject, year, amount, cap))
        return found

    def _bucket(self, run: Part, line: Line, limit: MoneyLimit) -> _Bucket:
        key = [limit.group]
        cap, ledger = limit.fen, run.asked.paid.sums[limit.ledger]
        for part in limit.per:
            if part == "subject":
                subject = _subject(run, line)
                key.append(subject)
                ledger = run.asked.paid.projects.get(subject, ledger)
            elif part == "year":
                key.append(str(self.year))
            else:
                key.append(part)
        stated = int(line.value(limit.before) or 0) if limit.before is not None else 0
        bucket = self._buckets.get(tuple(key))
        if bucket is not None:
            return bucket
        if limit.ratio is not None and limit.only is not None and limit.only(line.facts):
            cap = run.program.part(cap, limit.ratio)
        if limit.per == ("subject",):
            # So many equal ones are so many subjects, each with its own cap.
            cap *= line.count
        used = ledger + stated
        bucket = _Bucket(limit, tuple(key), cap, stated, used, max(cap - used, 0))
        self._buckets[tuple(key)] = bucket
        return bucket


def _cut(line: Line, bucket: _Bucket) -> None:
    limit, amount = bucket.limit, line.amount or 0
    figures = (bucket.cap, bucket.used, bucket.left)
    if amount <= bucket.left:
        line.note(limit.kept, figures, applied=False)
        return
    line.amount = bucket.left
    if bucket.left:
        line.note(limit.cut, figures)
    else:
        line.reasons.append((limit.cut, figures))


def _subject(run: Part, line: Line) -> str:
    name = run.program.item.subject
    value = line.facts.get(name) if name else None
    return str(value) if value is not None else f"{run.program.item.id}#{line.number}"
