"""The verbs over columns: the twins of `verbs`, one by one. A step works on the lines that are still running."""

from collections.abc import Callable
from typing import Any

import numpy as np

from policies.engine.columns.arithmetic import add_months, any_between, times
from policies.engine.columns.conditions import UnsupportedRuleError, compare
from policies.engine.columns.context import ColumnContext, holds
from policies.engine.columns.lines import Lines
from policies.engine.columns.population import BoolArray, IntArray
from policies.engine.dates import parse_date
from policies.engine.model import Content
from policies.engine.money import parse_number, parse_ratio, parse_yuan

Step = Callable[[Lines], None]


def standard(spec: Content, _: ColumnContext) -> Step:
    fen = parse_yuan(spec["yuan"])
    return lambda lines: lines.set_amount(fen, lines.running)


def rate_of(spec: Content, rules: ColumnContext) -> Step:
    fields: list[str] = spec["fields"]
    rules.need_sums(fields)
    setting = spec.get("ratio_setting")
    chosen = rules.settings.get(setting) if setting else spec["ratio"]
    if chosen is None:
        return _without_ratio(spec.get("or_field"), rules)
    ratio, share = parse_ratio(chosen), rules.share
    base_cap = parse_yuan(spec["base_at_most"]) if "base_at_most" in spec else None
    largest = spec.get("combine") == "largest"

    def run(lines: Lines) -> None:
        base, stated = total_of(lines, fields, largest=largest)
        lines.stop_missing(lines.running & ~stated)
        if base_cap is not None:
            base = np.minimum(base, base_cap)
        lines.set_amount(share(base, ratio), lines.running)

    return run


def total_of(lines: Lines, fields: list[str], *, largest: bool = False) -> tuple[IntArray, BoolArray]:
    """The sum (or the largest) of those fields that are given, and where any is."""
    total = np.zeros(len(lines), dtype=np.int64)
    stated = np.zeros(len(lines), dtype=np.bool_)
    for name in fields:
        values, present = lines.sum(name)
        given = values * present
        total = np.maximum(total, given) if largest else total + given
        stated |= present
    return total, stated


def _without_ratio(instead: str | None, rules: ColumnContext) -> Step:
    if instead is not None:
        rules.need(instead, "money")

    def run(lines: Lines) -> None:
        if instead is None:
            lines.stop_missing(lines.running.copy())
            return
        values, present = lines.sum(instead)
        lines.stop_missing(lines.running & ~present)
        lines.set_amount(values, lines.running)

    return run


def per_n(spec: Content, rules: ColumnContext) -> Step:
    size, fen, prior = spec["n"], parse_yuan(spec["yuan"]), spec.get("prior")
    if prior is not None:
        rules.need(prior, "integer", "money")

    def run(lines: Lines) -> None:
        before = stated_or_zero(lines, prior)
        filled = (before + lines.count) // size - before // size
        lines.set_amount(times(fen, filled, rules.item), lines.running)

    return run


def stated_or_zero(lines: Lines, name: str | None) -> IntArray:
    """A whole number of the facts, zero where it is not stated."""
    if name is None:
        return np.zeros(len(lines), dtype=np.int64)
    values, present = lines.sum(name)
    return values * present


def given(spec: Content, rules: ColumnContext) -> Step:
    fields: list[str] = spec["fields"]
    for name in fields:
        rules.need(name, "money")
    waits = spec["missing"] == "no_amount"

    def run(lines: Lines) -> None:
        open_ = lines.running.copy()
        for name in fields:
            values, present = lines.sum(name)
            lines.set_amount(values, open_ & present)
            open_ &= ~present
        if waits:
            lines.decision |= open_
            lines.running &= ~open_
        else:
            lines.stop_missing(open_)

    return run


def cap_by(spec: Content, rules: ColumnContext) -> Step:
    fields: list[str] = spec["fields"]
    instead, less, ledger = spec.get("else"), spec.get("less"), spec.get("less_ledger")
    only_with: list[str] = spec.get("only_with", [])
    rules.need_sums([*fields, *([instead] if instead else [])])
    if less is not None:
        rules.need(less, "money", "integer")

    def run(lines: Lines) -> None:
        acts = lines.running
        if only_with:
            acts = acts & np.logical_or.reduce([lines.present(name) for name in only_with])
        total, stated = total_of(lines, fields)
        if instead is not None:
            values, present = lines.sum(instead)
            total = np.where(stated, total, values * present)
            stated = stated | present
        lines.stop_missing(acts & ~stated)
        before = stated_or_zero(lines, less)
        if ledger:
            before = before + lines.paid[ledger]
        bound = np.maximum(total - before, 0)
        lines.set_amount(bound, acts & stated & (~lines.has | (lines.amount > bound)))

    return run


def at_most(spec: Content, _: ColumnContext) -> Step:
    fen = parse_yuan(spec["yuan"])
    return lambda lines: lines.set_amount(fen, lines.running & lines.has & (lines.amount > fen))


def scale(spec: Content, rules: ColumnContext) -> Step:
    ratio, share = parse_ratio(spec["ratio"]), rules.share
    only = rules.only(spec.get("only"))

    def run(lines: Lines) -> None:
        acts = lines.running if only is None else lines.running & holds(only, lines)
        # What is no amount yet stands as zero fen, as in the scalar engine.
        lines.set_amount(share(lines.amount, ratio), acts)

    return run


def propose(spec: Content, rules: ColumnContext) -> Step:
    field = spec["field"]
    rules.need(field, "money", "integer")

    def run(lines: Lines) -> None:
        values, present = lines.sum(field)
        lines.set_amount(values, lines.running & lines.has & present & (values < lines.amount))

    return run


def window(spec: Content, rules: ColumnContext) -> Step:
    name, start, months = spec["rows"], spec["from"], spec["months"]
    rules.need(name, "rows")
    if start != "on":
        rules.need(start, "date")

    def run(lines: Lines) -> None:
        rows = lines.table.rows.get(name)
        if rows is None:
            return
        acts = lines.running & lines.present(name)
        undated = any_between(rows.paid_on == 0, rows.starts)
        lines.stop_missing(acts & (~lines.present(start) | undated))
        acts = acts & lines.running
        if not acts.any():
            return
        days = lines.days(start)
        first = np.where(acts, days, days[acts.argmax()])
        lengths = np.diff(rows.starts)
        inside = (rows.paid_on >= np.repeat(first, lengths)) & (
            rows.paid_on <= np.repeat(add_months(first, months), lengths)
        )
        lines.filter_rows(name, inside | np.repeat(~acts, lengths))

    return run


def since_effect(spec: Content, rules: ColumnContext) -> Step:
    name = spec["rows"]
    rules.need(name, "rows")
    start = rules.since.toordinal() if rules.since is not None else None

    def run(lines: Lines) -> None:
        rows = lines.table.rows.get(name)
        if rows is None or start is None:
            return
        lines.filter_rows(name, (rows.paid_on == 0) | (rows.paid_on >= start))

    return run


def title(spec: Content, rules: ColumnContext) -> Step:
    field = spec.get("decided")
    if field is not None:
        rules.need(field, "money")
    end = parse_date(spec["decided_before"]).toordinal() if "decided_before" in spec else None

    def run(lines: Lines) -> None:
        lines.title |= lines.running
        if field is None:
            return
        values, present = lines.sum(field)
        acts = lines.running & present
        lines.set_amount(values, acts if end is None else acts & (lines.day < end))

    return run


def measure(spec: Content, rules: ColumnContext) -> Step:
    field, text = spec["field"], spec.get("equals")
    rules.need(field, "number", *(("text", "choice") if text is not None else ()))
    bound = None if text is not None else parse_number(spec["target"])
    strict = spec["op"] == ">" and rules.settings.get("chaoguo_exclusive", True)

    def run(lines: Lines) -> None:
        column = lines.column(field)
        lines.stop_missing(lines.running & ~lines.present(field))
        spoken = column.spoken if column.spoken is not None else np.zeros(len(lines), dtype=np.bool_)
        if bound is None:
            worded = spoken if rules.types[field] == "number" else lines.present(field)
            same = np.array([word == text for word in column.words] or [False])
            met = worded & same[column.values * worded]
        else:
            lines.stop_missing(lines.running & spoken)
            met = compare(column.values, ">" if strict else ">=", bound, column.scale)
        np.copyto(lines.measured, met, where=lines.running, casting="unsafe")

    return run


VERBS: dict[str, Callable[[Content, ColumnContext], Step]] = {
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


def compile_steps(specs: list[Content], rules: ColumnContext) -> tuple[Step, ...]:
    """The chosen steps in their order; UnsupportedRuleError for a verb without a twin."""
    found: list[Step] = []
    for spec in specs:
        verb: Any = VERBS.get(spec["do"])
        if verb is None:
            raise UnsupportedRuleError(rules.item, f"the verb {spec['do']} has no twin")
        found.append(verb(spec, rules))
    return tuple(found)
