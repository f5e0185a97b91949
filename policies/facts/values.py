"""Facts of an item as people write them: read, checked, kept in one normal form, and shown again. Pure.

A draft keeps what was typed even where it is wrong; so every reading gives back a value to keep, and beside it what
is wrong with it. The normal form is the engine's own: sums as decimal strings in yuan, dates as ISO days.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from policies.engine.model import Fact, Item
from policies.facts.identifiers import (
    PATENT_KIND_LABELS,
    cn_patent_kind,
    comparison_key,
    read_identifier,
)
from policies.facts.synonyms import CHOICES
from portal.core.identifiers import IdentifierError
from portal.core.money import MoneyError, format_yuan, read_yuan
from portal.core.numbers import NumberError, read_day, read_number, shown
from portal.core.printable import not_to_be_typed
from portal.core.text import compact, single_line, visible

MAX_TEXT = 200
MAX_ROWS = 240
MAX_YUAN = Decimal(10) ** 12
MAX_INTEGER = 1_000_000
# A sum that people decide where the document names none, and the paper that sets it: never the applicant's to state.
DECIDED = "decided"
DECISION_NO = "decision_no"
DECIDED_FACTS = frozenset({DECIDED, DECISION_NO})
# Who holds a right, in the order of its certificate.
HOLDERS = "holders"
PATENT_KIND = "patent_kind"
# What a panel gave, which it gives on paper as well; what is asked of before it gave any.
PANEL_SCORE = "panel_score"
FULL_SCORE = Decimal(100)
OFFICERS_FACTS = DECIDED_FACTS | {PANEL_SCORE}
# Below and above these sums (yuan) the unit is probably another than meant: by the fact's name, and for all others.
_LIKELY: Mapping[str, tuple[Decimal, Decimal]] = {"fees": (Decimal(100), Decimal(200_000))}
_LIKELY_AT_ALL = (Decimal(10), Decimal(10) ** 9)
_YES = frozenset({"true", "1", "yes", "是", "有", "对"})
_NO = frozenset({"false", "0", "no", "否", "无", "不是", "没有"})


class FactError(ValueError):
    """A value that cannot be read. The message is Chinese, and says what to write instead."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one value: its normal form, or what was typed with the reason why it will not do."""

    value: Any
    error: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return self.value in ("", None, [])


@dataclass(slots=True)
class FactsReading:
    """All facts of one line, or of the claim itself.

    Errors, warnings and what is missing stand under the fact's name, cells of a table as `interest_payments.0.paid_on`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return all(value in ("", None, []) for value in self.values.values())

    @property
    def is_complete(self) -> bool:
        return not self.errors and not self.missing

    @property
    def left_out(self) -> dict[str, str]:
        """Why values are not asked of the engine: what cannot be read, and the empty cells of rows that are begun."""
        return self.errors | {place: text for place, text in self.missing.items() if "." in place}


def facts_of(item: Item, scope: str = "line") -> tuple[Fact, ...]:
    """The facts that an applicant states, once per line or once per claim; what officers decide is none of them."""
    return tuple(fact for fact in item.facts if fact.scope == scope and fact.name not in OFFICERS_FACTS)


def takes_decided_sum(item: Item) -> bool:
    """Whether the rules leave a sum to be decided by people: a question may then state it."""
    return any(fact.name == DECIDED for fact in item.facts)


def with_score(question: Mapping[str, Any], item: Item, score: Decimal | None) -> dict[str, Any]:
    """The question with what a panel gave, where the rules go by it; the full score as long as it gave nothing."""
    if not any(fact.name == PANEL_SCORE for fact in item.facts):
        return dict(question)
    given = str(FULL_SCORE if score is None else score)
    return {**question, "lines": [{**line, PANEL_SCORE: given} for line in question["lines"]]}


def read_facts(facts: Iterable[Fact], raw: Mapping[str, Any]) -> FactsReading:
    """Read what was typed (or stored) under each fact's name. Unknown names are dropped."""
    found = FactsReading()
    for fact in facts:
        if fact.type == "rows":
            _read_rows(fact, raw.get(fact.name), found)
            continue
        reading = read_fact(fact, raw.get(fact.name))
        found.values[fact.name] = reading.value
        if reading.error:
            found.errors[fact.name] = reading.error
        elif reading.is_blank and fact.required:
            found.missing[fact.name] = missing_text(fact)
        if reading.warnings:
            found.warnings[fact.name] = reading.warnings
    _check_patent_kind(facts, found)
    return found


def read_fact(fact: Fact, raw: Any) -> Reading:
    """Read one value that is not a table."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return Reading("")
    if isinstance(raw, bool) and fact.type == "boolean":
        return Reading(raw)
    text = visible(str(raw)[: MAX_TEXT * 5]).strip()
    if not text:
        return Reading("")
    if len(text) > MAX_TEXT:
        return Reading(text[:MAX_TEXT], f"最多 {MAX_TEXT} 个字，请缩短。")
    try:
        return _READERS[fact.type](fact, text)
    except (FactError, IdentifierError, MoneyError, NumberError) as error:
        return Reading(text, str(error))


def _read_rows(fact: Fact, raw: Any, found: FactsReading) -> None:
    rows: list[dict[str, Any]] = []
    given = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else []
    for source in given[:MAX_ROWS]:
        readings = {column.name: read_fact(column, source.get(column.name)) for column in fact.columns}
        if all(reading.is_blank for reading in readings.values()):
            continue
        place = f"{fact.name}.{len(rows)}"
        for column in fact.columns:
            reading = readings[column.name]
            if reading.error:
                found.errors[f"{place}.{column.name}"] = reading.error
            elif reading.is_blank:
                found.missing[f"{place}.{column.name}"] = missing_text(column)
        rows.append({name: reading.value for name, reading in readings.items()})
    found.values[fact.name] = rows
    if len(given) > MAX_ROWS:
        found.errors[fact.name] = f"最多 {MAX_ROWS} 行，多出的没有保存。"
    if not rows and fact.required:
        found.missing[fact.name] = f"请至少填写一行{fact.label}。"


def _check_patent_kind(facts: Iterable[Fact], found: FactsReading) -> None:
    """A patent number tells its kind: it must be the one stated beside it."""
    for fact in facts:
        stated = found.values.get(PATENT_KIND)
        if fact.check != "patent_no" or fact.name in found.errors or not stated:
            continue
        number = found.values.get(fact.name)
        kind = cn_patent_kind(number) if number else stated
        if stated in PATENT_KIND_LABELS and kind != stated:
            found.errors[fact.name] = (
                f"从号码看这是{PATENT_KIND_LABELS[kind]}，而填写的种类是{PATENT_KIND_LABELS[stated]}，请核对号码和种类。"
            )


def implied_facts(facts: Iterable[Fact], reading: FactsReading, *, applicant: str = "") -> dict[str, Any]:
    """What nobody stated and the rest of a line tells: a patent's kind by its number, the applicant as its holder."""
    by_name = {fact.name: fact for fact in facts}
    blank = {name for name in by_name if reading.values.get(name) in ("", None, [])}
    derived: dict[str, Any] = {}
    for fact in by_name.values():
        if PATENT_KIND in blank and fact.check == "patent_no" and not {fact.name} & {*reading.errors, *blank}:
            kind = cn_patent_kind(str(reading.values[fact.name]))
            if kind in dict(by_name[PATENT_KIND].choices):
                derived[PATENT_KIND] = kind
    if HOLDERS in blank and applicant and not reading.is_blank:
        derived[HOLDERS] = applicant
    return derived


def impliable(facts: Iterable[Fact]) -> set[str]:
    """The names of the facts that `implied_facts` may fill in, so that a table can do without them."""
    has_number = any(fact.check == "patent_no" for fact in facts)
    return {HOLDERS, PATENT_KIND} if has_number else {HOLDERS}


def missing_text(fact: Fact) -> str:
    """The request to fill in a fact that is still empty."""
    return f"请{'选择' if fact.type in ('choice', 'boolean') else '填写'}{fact.label}。"


def engine_facts(facts: Iterable[Fact], reading: FactsReading) -> dict[str, Any]:
    """What may be asked of the engine: every fact that is filled in and readable; a table only without a fault."""
    ready = {}
    faulty = {place.partition(".")[0] for place in reading.left_out}
    for fact in facts:
        value = reading.values.get(fact.name)
        if value not in ("", None, []) and fact.name not in faulty:
            ready[fact.name] = value
    return ready


def subject_key(item: Item, values: Mapping[str, Any]) -> str:
    """The right or contract a line is about, in the form in which two claims are compared; "" where it is not known."""
    if not item.subject:
        return ""
    return comparison_key(str(values.get(item.subject) or ""))[:120]


def show_fact(fact: Fact, value: Any) -> str:
    """A stored value as people read it, with its unit; a value that cannot be read is shown as typed."""
    if value in ("", None, []):
        return "—"
    if fact.type != "rows" and read_fact(fact, value).error:
        return str(value)
    show = _SHOWN.get(fact.type)
    return show(fact, value) if show else f"{value} {fact.unit}".strip()


def _show_date(_fact: Fact, value: Any) -> str:
    day = date.fromisoformat(str(value))
    return f"{day.year}年{day.month}月{day.day}日"


_SHOWN: dict[str, Callable[[Fact, Any], str]] = {
    "rows": lambda _fact, value: f"{len(value)} 行",
    "money": lambda _fact, value: f"{format_yuan(str(value))} 元",
    "date": _show_date,
    "boolean": lambda _fact, value: "是" if value is True else "否",
    "choice": lambda fact, value: dict(fact.choices).get(str(value), str(value)),
}


def _money(fact: Fact, text: str) -> Reading:
    amount = read_yuan(text)
    if amount < 0:
        raise FactError("金额不能是负数。")
    if amount > MAX_YUAN:
        raise FactError("金额过大，请核对单位是否为元。")
    return Reading(str(amount), warnings=unlikely_sum(fact, amount))


def unlikely_sum(fact: Fact, amount: Decimal) -> tuple[str, ...]:
    """A warning where a sum (yuan) is so small or large that its unit is probably another."""
    least, most = _LIKELY.get(fact.name, _LIKELY_AT_ALL)
    if amount == 0 or least <= amount <= most:
        return ()
    size = "偏小" if amount < least else "偏大"
    return (f"{format_yuan(amount)} 元{size}，请核对单位是否为元；无误可以继续。",)


def _integer(fact: Fact, text: str) -> Reading:
    number = read_number(text, what="整数", example="3")
    if number.unit not in ("", fact.unit) or number.value < 0 or number.value != number.value.to_integral_value():
        raise FactError(f"“{shown(text)}”不是整数：请填写 0 或更大的整数，如 3。")
    if number.value > MAX_INTEGER:
        raise FactError("数字过大，请核对。")
    return Reading(int(number.value))


def _number(fact: Fact, text: str) -> Reading:
    number = read_number(text)
    percent = "%" if number.unit == "%" else ""
    if number.unit not in ("", "%", fact.unit):
        raise FactError(f"“{shown(text)}”不是数字：请填写数字，如 26.6。")
    exponent = number.value.as_tuple().exponent
    if number.value.adjusted() > 17 or not isinstance(exponent, int) or exponent < -12:
        raise FactError(f"“{shown(text)}”不是可用的数字，请核对位数。")
    return Reading(f"{number.value:f}{percent}")


def _date(_fact: Fact, text: str) -> Reading:
    return Reading(read_day(text, first_year=1980, last_year=2099).isoformat())


def _boolean(_fact: Fact, text: str) -> Reading:
    word = text.lower()
    if word in _YES or word in _NO:
        return Reading(word in _YES)
    raise FactError(f"“{text}”看不懂：请填写“是”或“否”。")


def _choice(fact: Fact, text: str) -> Reading:
    word = compact(text)
    for code, label in fact.choices:
        if text == code or word in (compact(label), f"{label}专利", *CHOICES.get(label, ())):
            return Reading(code)
    raise FactError(f"“{text}”不在可选范围内：请从{'、'.join(label for _, label in fact.choices)}中选择。")


def _text(fact: Fact, text: str) -> Reading:
    if fact.check:
        identifier = read_identifier(fact.check, text)
        return Reading(identifier.value, warnings=identifier.warnings)
    line = single_line(" ".join(text.split()))
    # A warning: what was submitted before must stay readable.
    unprintable = not_to_be_typed(line)
    return Reading(line, warnings=(unprintable,) if unprintable else ())


_READERS = {
    "money": _money,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
    "choice": _choice,
    "text": _text,
}
