"""A sum that one bucket may not pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.engine.limits.base import Ceiling, Limit
from policies.engine.money import parse_ratio, parse_yuan
from policies.engine.predicates import Predicate, money_text
from policies.engine.scopes import SCOPES
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from policies.engine.assessment import BucketUse
    from policies.engine.context import Context
    from policies.engine.model import Content
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLimit(Limit):
    """A sum that one bucket may not pass. `per` names the bucket; `ledger` what was paid from it before."""

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


def limit_name(spec: Content) -> str:
    """What a limit is called where it is cited: its own label, or one made of its bucket."""
    return str(spec.get("label") or SCOPES[tuple(spec["per"])].name)


def money_limit(spec: Content, context: Context, *, item_id: str) -> MoneyLimit:
    """Compile a limit of a sum."""
    name, scale, group = limit_name(spec), spec.get("scale"), spec.get("group")

    def cut(figures: tuple[Any, ...]) -> str:
        cap, used, left = figures
        spent = f"，{LEDGERS[spec['ledger']]} {money_text(used)}" if used else ""
        return f"依据 {context.citation}：{name}最高 {money_text(cap)}{spent}，可用 {money_text(left)}"

    def kept(figures: tuple[Any, ...]) -> str:
        cap, used, _ = figures
        spent = f"（{LEDGERS[spec['ledger']]} {money_text(used)}）" if used else ""
        return f"未超过{name}最高 {money_text(cap)}{spent}"

    return MoneyLimit(
        code=spec["code"],
        scope=SCOPES[tuple(spec["per"])],
        base=group or item_id,
        asks=spec["ledger"] if group else None,
        fen=parse_yuan(spec["yuan"]),
        per=tuple(spec["per"]),
        ledger=spec["ledger"],
        group=group or f"{item_id}:{spec['code']}",
        before=spec.get("before"),
        ratio=parse_ratio(scale["ratio"]) if scale else None,
        only=context.only(scale["only"]) if scale else None,
        cut=context.note(spec["code"], cut, cite=spec.get("cite")),
        kept=context.note(spec["code"], kept, cite=spec.get("cite")),
    )
