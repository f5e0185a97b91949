"""Limits as compiled values: sums with a ledger, times, quotas, one-offs, tiers that absorb lower ones."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from policies.engine.context import Context
from policies.engine.model import Content
from policies.engine.money import parse_ratio, parse_yuan
from policies.engine.predicates import Predicate, money_text
from policies.engine.terms import LEDGERS
from policies.engine.trace import Note

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoneyLimit:
    """A sum that one bucket may not pass. `per` names the bucket; `ledger` what was paid from it before."""

    code: str
    fen: int
    per: tuple[str, ...]
    ledger: str
    group: str
    before: str | None
    ratio: Fraction | None
    only: Predicate | None
    cut: Note
    kept: Note


@dataclass(frozen=True, slots=True)
class TimesLimit:
    """So many subsidies. `by_line` counts the lines of this claim too; otherwise a claim is one decision."""

    count: int
    by_line: bool
    note: Note
    cut: Note


@dataclass(frozen=True, slots=True)
class QuotaLimit:
    """So many places a year, taken in order of rank. `by_line`: each line takes a place; else the applicant does."""

    code: str
    count: int
    group: str
    by_line: bool
    note: Note
    kept: Note


@dataclass(frozen=True, slots=True)
class OnceLimit:
    """Only one item of a group is paid to one applicant (or for one subject)."""

    group: str
    per: tuple[str, ...]
    note: Note


@dataclass(frozen=True, slots=True)
class AbsorbLimit:
    """A higher tier pays what the lower one has not paid yet."""

    item: str
    ledger: str
    note: Note
    unused: Note


Limit = MoneyLimit | TimesLimit | QuotaLimit | OnceLimit | AbsorbLimit

_SPANS = {
    ("subject",): "每件",
    ("applicant",): "同一主体累计",
    ("applicant", "year"): "同一主体每年",
    ("programme", "year"): "全市每年",
}


def limit_name(spec: Content) -> str:
    """What a limit is called where it is cited: its own label, or one made of its bucket."""
    return str(spec.get("label") or _SPANS[tuple(spec["per"])])


def compile_limit(spec: Content, context: Context, *, item_id: str) -> Limit:
    """Make one limit of its content. Raises KeyError for a content that the schema would have refused."""
    if "yuan" in spec:
        return _money_limit(spec, context, item_id)
    if "once" in spec:
        wording = f"依据 {context.citation}：同组事项只支持一次，此前或本次已有支持"
        return OnceLimit(spec["once"], tuple(spec["per"]), context.note(spec["code"], wording, cite=spec.get("cite")))
    if "absorbs" in spec:
        return _absorb_limit(spec, context)
    if spec["per"][0] == "programme":
        return _quota_limit(spec, context, item_id)
    count = spec["count"]
    return TimesLimit(
        count=count,
        by_line=spec["tally"] == "lines",
        note=context.note(
            spec["code"],
            lambda figures: f"依据 {context.citation}：同一主体最多支持 {count} 次，此前已支持 {figures[0]} 次",
            cite=spec.get("cite"),
        ),
        cut=context.note(
            spec["code"],
            lambda figures: f"同一主体最多支持 {count} 次，本次只计 {figures[0]} 项",
            cite=spec.get("cite"),
        ),
    )


def _money_limit(spec: Content, context: Context, item_id: str) -> MoneyLimit:
    name, scale = limit_name(spec), spec.get("scale")

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
        fen=parse_yuan(spec["yuan"]),
        per=tuple(spec["per"]),
        ledger=spec["ledger"],
        group=spec.get("group") or f"{item_id}:{spec['code']}",
        before=spec.get("before"),
        ratio=parse_ratio(scale["ratio"]) if scale else None,
        only=context.only(scale["only"]) if scale else None,
        cut=context.note(spec["code"], cut, cite=spec.get("cite")),
        kept=context.note(spec["code"], kept, cite=spec.get("cite")),
    )


def _absorb_limit(spec: Content, context: Context) -> AbsorbLimit:
    def words(figures: tuple[Any, ...]) -> str:
        return f"较低档次已获 {money_text(figures[0])}，本档只补差额"

    return AbsorbLimit(
        item=spec["absorbs"],
        ledger=spec["ledger"],
        note=context.note(spec["code"], words, cite=spec.get("cite")),
        unused=context.note(spec["code"], "此前未获较低档次支持，不需扣减", cite=spec.get("cite")),
    )


def _quota_limit(spec: Content, context: Context, item_id: str) -> QuotaLimit:
    count = spec["count"]
    return QuotaLimit(
        code=spec["code"],
        count=count,
        group=spec.get("group") or f"{item_id}:{spec['code']}",
        by_line=spec["tally"] == "lines",
        note=context.note(
            spec["code"],
            lambda figures: f"依据 {context.citation}：每年不超过 {count} 个名额，排名第 {figures[0]}，不在名额内",
            cite=spec.get("cite"),
        ),
        kept=context.note(
            spec["code"],
            lambda figures: f"每年不超过 {count} 个名额，排名第 {figures[0]}，在名额内",
            cite=spec.get("cite"),
        ),
    )
