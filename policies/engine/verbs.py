"""The verbs a step may use. Each compiles to a function of a line; true from it stops the line.

The order of steps is legal content: a step sees the amount the earlier ones left.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from policies.engine.context import Context
from policies.engine.dates import add_months, parse_date
from policies.engine.line import Line
from policies.engine.model import Content
from policies.engine.money import (
    number_text,
    parse_number,
    parse_ratio,
    parse_yuan,
    ratio_text,
)
from policies.engine.predicates import money_text

Step = Callable[[Line], bool]


def standard(spec: Content, context: Context) -> Step:
    """The sum per right that the document names."""
    fen = parse_yuan(spec["yuan"])
    most = "最高 " if spec["nature"] == "ceiling" else " "
    cite = spec.get("cite", context.citation)
    note = context.note("STANDARD", f"依据 {cite}：{spec.get('per', '每件')}{most}{money_text(fen)}", cite=cite)

    def run(line: Line) -> bool:
        line.amount = fen
        line.note(note)
        return False

    return run


def rate_of(spec: Content, context: Context) -> Step:
    """A share of costs that were paid: the given fields are added, absent ones are not claimed."""
    fields: list[str] = spec["fields"]
    setting = spec.get("ratio_setting")
    chosen = context.settings.get(setting) if setting else spec["ratio"]
    most = "最高 " if spec["nature"] == "ceiling" else ""
    base_cap = parse_yuan(spec["base_at_most"]) if "base_at_most" in spec else None
    largest_only = spec.get("combine") == "largest"
    if chosen is None:
        return _without_ratio(spec, context, setting or "ratio")
    ratio = parse_ratio(chosen)
    part = context.part()

    def words(figures: tuple[Any, ...]) -> str:
        parts, base, amount = figures
        named = " + ".join(f"{context.label(name)} {money_text(fen)}" for name, fen in parts)
        counted = f"（计入基数 {money_text(base)}）" if len(parts) > 1 or base != parts[0][1] else ""
        return f"依据 {context.citation}：{named}{counted}，按{most}{ratio_text(ratio)} 计 {money_text(amount)}"

    note = context.note("RATE", words)

    def run(line: Line) -> bool:
        parts = [(name, value) for name in fields if (value := line.value(name)) is not None]
        if not parts:
            line.missing.extend(fields[:1] if not spec.get("all") else fields)
            return True
        base = max(fen for _, fen in parts) if largest_only else sum(fen for _, fen in parts)
        if base_cap is not None and base > base_cap:
            base = base_cap
        line.amount = part(int(base), ratio)
        line.note(note, (parts, base, line.amount))
        return False

    return run


def _without_ratio(spec: Content, context: Context, setting: str) -> Step:
    """No ratio is set: a sum by the district's own rule may stand in; otherwise the ratio is what is missing."""
    instead = spec.get("or_field")
    note = context.note("GIVEN", lambda figures: f"{context.label(figures[0])} {money_text(figures[1])}")

    def run(line: Line) -> bool:
        value = line.facts.get(instead) if instead else None
        if value is None:
            line.missing.append(setting)
            return True
        line.amount = value
        line.note(note, (instead, value))
        return False

    return run


def per_n(spec: Content, context: Context) -> Step:
    """So much for every whole N of a count; what earlier claims counted is taken off in whole N's too."""
    size, fen, prior = spec["n"], parse_yuan(spec["yuan"]), spec.get("prior")

    def words(figures: tuple[Any, ...]) -> str:
        count, before, times, amount = figures
        earlier = f"（此前已计 {before}）" if before else ""
        rule = f"每满 {size} 计 {money_text(fen)}"
        return f"依据 {context.citation}：共 {count}{earlier}，{rule}，满 {times} 次，计 {money_text(amount)}"

    note = context.note("PER_N", words)

    def run(line: Line) -> bool:
        before = (line.facts.get(prior) or 0) if prior else 0
        times = (before + line.count) // size - before // size
        line.amount = fen * times
        line.note(note, (line.count, before, times, line.amount))
        return False

    return run


def given(spec: Content, context: Context) -> Step:
    """A sum set outside the document: by a decision, or by a district's own rule."""
    fields: list[str] = spec["fields"]
    waits = spec["missing"] == "no_amount"
    note = context.note("GIVEN", lambda figures: f"{context.label(figures[0])} {money_text(figures[1])}")
    nothing = context.note("NO_AMOUNT", f"依据 {context.citation}：文件未定金额，由审定决定，并注明决定文号")

    def run(line: Line) -> bool:
        for name in fields:
            value = line.facts.get(name)
            if value is not None:
                line.amount = value
                line.note(note, (name, value))
                return False
        if waits:
            line.needs_decision = True
            line.note(nothing)
        else:
            line.missing.append(fields[0])
        return True

    return run


def cap_by(spec: Content, context: Context) -> Step:
    """Not more than a sum of facts, less what was already had of it."""
    fields: list[str] = spec["fields"]
    instead, less, ledger = spec.get("else"), spec.get("less"), spec.get("less_ledger")
    only_with = frozenset(spec.get("only_with", ()))
    code = spec.get("code", "FEES")
    bounded_by = spec.get("label") or "、".join(context.label(name) for name in fields)

    def words(figures: tuple[Any, ...]) -> str:
        total, before, bound = figures
        if before:
            taken = f"减去此前已获 {money_text(before)}"
            return f"不超过{bounded_by} {money_text(total)}{taken}，即 {money_text(bound)}"
        return f"不超过{bounded_by} {money_text(bound)}"

    note = context.note(code, words, cite=spec.get("cite"))
    skipped = context.note(code, f"未填写{bounded_by}，不作此项比较", cite=spec.get("cite"))

    def run(line: Line) -> bool:
        facts = line.facts
        if only_with and only_with.isdisjoint(facts):
            line.note(skipped, applied=False)
            return False
        total = _total(line, fields)
        if total is None and instead is not None:
            total = _total(line, [instead])
        if total is None:
            line.missing.extend(fields)
            return True
        before = (facts.get(less, 0) if less else 0) + (line.paid[ledger] if ledger else 0)
        bound = total - before if total > before else 0
        applied = line.amount is None or line.amount > bound
        if applied:
            line.amount = bound
        line.note(note, (total, before, bound), applied=applied)
        return False

    return run


def _total(line: Line, fields: list[str]) -> int | None:
    """The sum of those fields that are given, None where none is."""
    total: int | None = None
    for name in fields:
        value = line.value(name)
        if value is not None:
            total = int(value) if total is None else total + int(value)
    return total


def at_most(spec: Content, context: Context) -> Step:
    """A ceiling of one line that no ledger shares."""
    fen = parse_yuan(spec["yuan"])
    note = context.note(
        spec.get("code", "CEILING"), f"依据 {context.citation}：{spec.get('per', '每项')}最高 {money_text(fen)}"
    )

    def run(line: Line) -> bool:
        applied = line.amount is not None and line.amount > fen
        if applied:
            line.amount = fen
        line.note(note, applied=applied)
        return False

    return run


def scale(spec: Content, context: Context) -> Step:
    """A share of the amount so far, for some applicants only."""
    ratio = parse_ratio(spec["ratio"])
    predicate = context.only(spec.get("only"))
    part = context.part()
    code, label = spec.get("code", "SCALE"), spec["label"]
    note = context.note(code, lambda figures: f"{label}：{money_text(figures[0])}", cite=spec.get("cite"))
    skipped = context.note(code, f"{label}不适用", cite=spec.get("cite"))

    def run(line: Line) -> bool:
        if predicate is not None and not predicate(line.facts):
            line.note(skipped, applied=False)
            return False
        line.amount = part(line.amount or 0, ratio)
        line.note(note, (line.amount,))
        return False

    return run


def propose(spec: Content, context: Context) -> Step:
    """A person may propose less than a ceiling, never more."""
    field = spec["field"]
    note = context.note(
        "PROPOSED", lambda figures: f"{context.label(field)} {money_text(figures[0])}，低于上限，按此计"
    )
    unused = context.note(
        "PROPOSED", lambda figures: f"{context.label(field)} {money_text(figures[0])}不低于上限，按上限计"
    )

    def run(line: Line) -> bool:
        value = line.facts.get(field)
        if value is None:
            return False
        if line.amount is not None and value < line.amount:
            line.amount = value
            line.note(note, (value,))
        else:
            line.note(unused, (value,), applied=False)
        return False

    return run


def window(spec: Content, context: Context) -> Step:
    """Only rows paid within so many months of a date count; the corresponding day still belongs to the term."""
    name, start, months = spec["rows"], spec["from"], spec["months"]

    def words(figures: tuple[Any, ...]) -> str:
        first, last, rows, fen = figures
        outside = f"，期外 {rows} 笔 {money_text(fen)}不计" if rows else ""
        return f"{context.label(name)}只计 {first.isoformat()} 至 {last.isoformat()}（{months} 个月）{outside}"

    note = context.note("WINDOW", words)

    def run(line: Line) -> bool:
        rows = line.facts.get(name)
        if rows is None:
            return False
        first = line.facts.get(start)
        if first is None:
            line.missing.append(start)
            return True
        for number, row in enumerate(rows):
            if row.get("paid_on") is None:
                line.missing.append(f"{name}[{number}].paid_on")
                return True
        last = add_months(first, months)
        gone, fen = line.filter_rows(name, lambda row: first <= row["paid_on"] <= last)
        line.note(note, (first, last, gone, fen), applied=bool(gone))
        return False

    return run


def since_effect(spec: Content, context: Context) -> Step:
    """Only rows paid on or after the day the policy took effect count."""
    name, start = spec["rows"], context.effective_from
    note = context.note(
        "EVENT_DATE",
        lambda figures: (
            f"政策施行（{start}）前支付的 {figures[0]} 笔{context.label(name)} {money_text(figures[1])}不计"
        ),
    )

    def run(line: Line) -> bool:
        if line.facts.get(name) is None or start is None:
            return False
        gone, fen = line.filter_rows(name, lambda row: row.get("paid_on") is None or row["paid_on"] >= start)
        if gone:
            line.note(note, (gone, fen))
        return False

    return run


def title(spec: Content, context: Context) -> Step:
    """A title is recognised; money, if any, is decided by a person, and only for facts before a phase-out."""
    name, field = spec["result"], spec.get("decided")
    end = parse_date(spec["decided_before"]) if "decided_before" in spec else None
    note = context.note("TITLE", f"依据 {context.citation}：认定为{name}")
    money = context.note("GIVEN", lambda figures: f"{context.label(field or '')} {money_text(figures[0])}")
    over = context.note("PHASEOUT", f"{end} 起补贴取消，只认定称号，不支持资金")

    def run(line: Line) -> bool:
        line.title = name
        line.note(note)
        value = line.facts.get(field) if field else None
        if value is None:
            return False
        if end is not None and line.facts["on"] >= end:
            line.note(over)
        else:
            line.amount = value
            line.note(money, (value,))
        return False

    return run


def measure(spec: Content, context: Context) -> Step:
    """A measured value against a target; the deadline stands in the words."""
    field, op, unit, deadline = spec["field"], spec["op"], spec["unit"], spec["deadline"]
    text = spec.get("equals")
    bound = None if text is not None else parse_number(spec["target"])
    sign = {">": "超过 ", ">=": "不低于 ", "range": "不低于 ", "=": ""}[op]
    aim = f"{sign}{text if bound is None else number_text(bound)} {unit}"
    strict = op == ">" and context.settings.get("chaoguo_exclusive", True)

    def words(figures: tuple[Any, ...]) -> str:
        value, met = figures
        shown = number_text(value) if isinstance(value, Fraction) else value
        return f"依据 {context.citation}：{deadline}目标为{aim}，实测 {shown}，{'已达成' if met else '未达成'}"

    note = context.note("TARGET", words)

    def run(line: Line) -> bool:
        value = line.facts.get(field)
        if value is None:
            line.missing.append(field)
            return True
        if bound is None:
            met = value == text
        elif isinstance(value, Fraction):
            met = value > bound if strict else value >= bound
        else:
            line.missing.append(field)
            return True
        line.measured = met
        line.note(note, (value, met))
        return False

    return run


VERBS: dict[str, Callable[[Content, Context], Step]] = {
    "standard": standard,
    "rate_of": rate_of,
    "per_n": per_n,
    "given": given,
    "cap_by": cap_by,
    "at_most": at_most,
    "scale": scale,
    "propose": propose,
    "window": window,
    "since_effect": since_effect,
    "title": title,
    "measure": measure,
}
# A verb that sets the amount must stand before any that changes it, and only one may apply.
SETTING_VERBS = frozenset({"standard", "rate_of", "per_n", "given", "title", "measure"})
ROW_VERBS = frozenset({"window", "since_effect"})
