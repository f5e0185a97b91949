"""An item's rules in the words of a poster: how much, for whom, within which bounds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from policies.engine.limits import limit_name
from policies.engine.money import number_text, parse_number, parse_ratio, ratio_text
from policies.engine.terms import NATURES
from portal.core.money import WAN, format_wan_yuan, format_yuan

if TYPE_CHECKING:
    from policies.engine.model import Item


@dataclass(frozen=True, slots=True)
class AmountWords:
    """How much, as a heading: words before the figure, the figure, and the bounds that come after it."""

    lead: str
    figure: str
    bounds: tuple[str, ...]
    is_stated: bool = True

    @property
    def in_one_line(self) -> str:
        return " ".join(filter(None, (self.lead, self.figure)))


def short_sum(yuan: str) -> str:
    """A round sum in few characters: `5 万元`, `5,000 元`, `0.05 元`."""
    amount = Decimal(yuan)
    if amount >= WAN and amount % 100 == 0:
        return f"{format_wan_yuan(amount)} 万元"
    return f"{format_yuan(amount).removesuffix('.00')} 元"


def amount_words(rules: Item) -> AmountWords:
    """What the item pays, from its steps and limits under its default settings."""
    chosen = {setting.name: setting.default for setting in rules.settings}
    steps = [step for step in rules.steps if _applies(step, chosen)]
    # A sum says more than the title it comes with; the title then stands among the bounds.
    by_weight = sorted(steps, key=lambda step: step["do"] == "title")
    found = next(filter(None, (_heading(rules, step, chosen) for step in by_weight)), None)
    lead, figure = found or ("金额", "由审定决定")
    bounds = [words for step in steps for words in _bounds_of_step(rules, step)]
    bounds += [words for limit in rules.limits if _applies(limit, chosen) for words in _bounds_of_limit(limit)]
    return AmountWords(
        lead, figure, tuple(b for b in dict.fromkeys(bounds) if b != f"{lead} {figure}"), found is not None
    )


def _applies(spec: Mapping[str, Any], chosen: Mapping[str, Any]) -> bool:
    return all(chosen.get(name) == wanted for name, wanted in (spec.get("if") or {}).items())


def _heading(rules: Item, step: Mapping[str, Any], chosen: Mapping[str, Any]) -> tuple[str, str] | None:
    verb = step["do"]
    most = NATURES["ceiling"] if step.get("nature") == "ceiling" else ""
    if verb == "standard":
        return f"{step.get('per', '每件')}{most or '给予'}", short_sum(step["yuan"])
    if verb == "rate_of":
        ratio = chosen.get(step["ratio_setting"]) if "ratio_setting" in step else step["ratio"]
        named = "、".join(fact_label(rules, name) for name in step["fields"])
        return f"按{named}的{most}", ratio_text(parse_ratio(ratio)) if ratio else "规定比例"
    if verb == "per_n":
        return f"每满 {step['n']} 件给予", short_sum(step["yuan"])
    if verb == "title":
        return "认定为", str(step["result"])
    return (f"{step['deadline']}目标", _aim(step)) if verb == "measure" else None


def _aim(step: Mapping[str, Any]) -> str:
    """A target in few words: `不低于 40 件`, `超过 25 亿元`, or the words it must come to."""
    if step.get("equals") is not None:
        return f"{step['equals']} {step['unit']}".strip()
    sign = {">": "超过", "=": ""}.get(step["op"], "不低于")
    number = parse_number(step["target"])
    shown = f"{number.numerator:,}" if number.denominator == 1 else number_text(number)
    return f"{sign} {shown} {step['unit']}".strip()


def _bounds_of_step(rules: Item, step: Mapping[str, Any]) -> Iterator[str]:
    verb = step["do"]
    if verb == "title":
        yield f"认定为 {step['result']}"
    elif verb == "at_most":
        yield f"{step.get('per', '每项')}最高 {short_sum(step['yuan'])}"
    elif verb == "cap_by" and "ratio" not in step and "only_with" not in step:
        yield f"不超过{step.get('label') or '、'.join(fact_label(rules, name) for name in step['fields'])}"
    elif verb == "scale":
        yield str(step["label"])
    elif verb == "window":
        yield f"只计{fact_label(rules, step['from'])}起 {step['months']} 个月内的{fact_label(rules, step['rows'])}"


def _bounds_of_limit(limit: Mapping[str, Any]) -> Iterator[str]:
    if "yuan" in limit:
        yield f"{limit_name(limit)}最高 {short_sum(limit['yuan'])}"
    elif "count" in limit and limit["per"][0] != "programme":
        yield f"同一主体最多 {limit['count']} 次"
    elif "count" in limit:
        yield f"全市每年 {limit['count']} 个名额"


def fact_label(rules: Item, name: str) -> str:
    """The label of one of the item's facts; of a cell such as `interest_payments[2].paid_on`, its table's."""
    try:
        return rules.fact(name.split("[", maxsplit=1)[0]).label
    except KeyError:
        return name
