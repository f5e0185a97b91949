"""How a bucket is named: the item and the scope it counts over. Pure.

A decided claim is entered in every scope of its item below, whether or not a limit stands on it: the balances then
answer what the engine asks of earlier payments, and a limit is a ceiling on one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from portal.core.money import ZERO, format_yuan, quantise_yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Number = TypeVar("_Number", int, Decimal)


class Scope(StrEnum):
    """What a bucket counts over. The values stand in the keys."""

    APPLICANT = "applicant"
    APPLICANT_YEAR = "applicant-year"
    SUBJECT = "subject"
    PROGRAMME_YEAR = "programme-year"
    GROUP = "group"
    RIGHT = "right"


SCOPE_LABELS = {
    Scope.APPLICANT: "该申报单位累计",
    Scope.APPLICANT_YEAR: "该申报单位本年度",
    Scope.SUBJECT: "同一项目（权利、合同）累计",
    Scope.PROGRAMME_YEAR: "本年度全市",
    Scope.GROUP: "同类一次性支持",
    Scope.RIGHT: "同一权利在本政策下累计",
}

# What a limit is counted per, in the catalogue's words, and the scope of its bucket.
_SCOPES = {
    ("subject",): Scope.SUBJECT,
    ("applicant",): Scope.APPLICANT,
    ("applicant", "year"): Scope.APPLICANT_YEAR,
    ("programme", "year"): Scope.PROGRAMME_YEAR,
}


class ChosenReading(Protocol):
    """A setting of an item: its name and the value that holds unless an administrator chose another."""

    @property
    def name(self) -> str: ...
    @property
    def default(self) -> bool | str | None: ...


class RulesOfItem(Protocol):
    """What the ledger needs to know of the engine's item."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def document_id(self) -> str: ...
    @property
    def once_group(self) -> str | None: ...
    @property
    def limits(self) -> tuple[Mapping[str, Any], ...]: ...
    @property
    def settings(self) -> tuple[ChosenReading, ...]: ...


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most a bucket may hold: a sum in yuan, a number of times, or both."""

    amount: Decimal | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class LimitUse:
    """What a claim takes from one bucket: `amount` in yuan and `times`, under the ceiling that stands there."""

    key: str
    label: str
    amount: Decimal
    times: int = 1
    ceiling: Ceiling = Ceiling()
    unit: str = "次"

    def merged(self, other: LimitUse) -> LimitUse:
        """Both uses of the same bucket as one."""
        return replace(self, amount=self.amount + other.amount, times=self.times + other.times)


def merge_uses(uses: Iterable[LimitUse]) -> list[LimitUse]:
    """One use per bucket, in the order of the keys: the order in which everybody locks."""
    merged: dict[str, LimitUse] = {}
    for use in uses:
        merged[use.key] = merged[use.key].merged(use) if use.key in merged else use
    return [merged[key] for key in sorted(merged)]


@dataclass(frozen=True, slots=True)
class Party:
    """Who claims, where and in which year: what the keys of a claim's buckets are made of."""

    applicant_id: int
    city_code: str
    year: int
    kind: str = ""


def scope_of(limit: Mapping[str, Any]) -> Scope:
    """The bucket a limit stands on, from the words it is counted per."""
    return _SCOPES[tuple(limit.get("per", ("applicant",)))]


def bucket_key(scope: Scope, base: str, party: Party, subject: str = "") -> str:
    """The key of a bucket; `base` is an item's id, a shared limit's group or a document's id."""
    where = {
        Scope.SUBJECT: f"subject={subject}",
        Scope.RIGHT: f"right={subject}",
        Scope.APPLICANT: f"applicant={party.applicant_id}",
        Scope.GROUP: f"once|applicant={party.applicant_id}",
        Scope.APPLICANT_YEAR: f"applicant={party.applicant_id}|year={party.year}",
        Scope.PROGRAMME_YEAR: f"city={party.city_code}|year={party.year}",
    }
    return f"{base}|{where[scope]}"


def chosen_limits(item: RulesOfItem) -> list[Mapping[str, Any]]:
    """The limits that stand under the item's default readings."""
    defaults = {setting.name: setting.default for setting in item.settings}
    return [
        limit
        for limit in item.limits
        if all(defaults.get(name) == wanted for name, wanted in (limit.get("if") or {}).items())
    ]


def lower_tiers(item: RulesOfItem) -> list[str]:
    """Ids of the items whose payment this one absorbs, e.g. the certification below the excellent evaluation."""
    return [limit["absorbs"] for limit in chosen_limits(item) if "absorbs" in limit]


def ceiling_of(limit: Mapping[str, Any], party: Party) -> Ceiling:
    """A limit as a ceiling on its bucket, scaled where it is lower for this kind of applicant."""
    amount = Decimal(limit["yuan"]) if "yuan" in limit else None
    scale = limit.get("scale")
    only = scale["only"] if scale else {}
    if amount is not None and scale and only.get("field") == "applicant_kind" and party.kind in only.get("in", ()):
        amount = quantise_yuan(Fraction(amount) * Fraction(scale["ratio"]))
    times = 1 if "once" in limit else limit.get("count")
    return Ceiling(amount, times)


def uses_of(item: RulesOfItem, party: Party, amounts: Iterable[tuple[str, Decimal]]) -> list[LimitUse]:
    """Every bucket that a claim of these sums enters; `amounts` has one subject key and one sum in yuan per line.

    A line without a sum takes nothing. The year's programme is entered only where a limit stands on it: its bucket
    is one for the whole city, and would make every approval there wait for the others. A claim counts one time in a
    bucket, unless the limit counts lines.
    """
    paid = [(subject, amount) for subject, amount in amounts if amount]
    total = sum((amount for _, amount in paid), ZERO)
    if not paid:
        return []
    uses: dict[str, LimitUse] = {}

    def enter(scope: Scope, base: str, amount: Decimal, what: str = "", *, times: int = 1) -> str:
        subject = what if scope in (Scope.SUBJECT, Scope.RIGHT) else ""
        key = bucket_key(scope, base, party, subject)
        label = f"{item.title} · {SCOPE_LABELS[scope]}{f'（{what}）' if what else ''}"[:200]
        if key not in uses:
            uses[key] = LimitUse(key, label, amount, times)
        return key

    enter(Scope.APPLICANT, item.id, total)
    enter(Scope.APPLICANT_YEAR, item.id, total, str(party.year))
    per_subject: dict[str, Decimal] = {}
    for subject, amount in paid:
        if subject:
            per_subject[subject] = per_subject.get(subject, ZERO) + amount
    for subject, amount in per_subject.items():
        enter(Scope.SUBJECT, item.id, amount, subject)
        enter(Scope.RIGHT, f"document:{item.document_id}", amount, subject)
    if item.once_group:
        enter(Scope.GROUP, f"group:{item.once_group}", total)

    for limit in chosen_limits(item):
        if "absorbs" in limit:
            continue
        ceiling, scope = ceiling_of(limit, party), scope_of(limit)
        base = limit.get("group") or item.id
        if "once" in limit:
            base, scope = f"group:{limit['once']}", Scope.GROUP if scope is Scope.APPLICANT else scope
        times = len(paid) if limit.get("tally") == "lines" else 1
        what = str(party.year) if scope in (Scope.APPLICANT_YEAR, Scope.PROGRAMME_YEAR) else ""
        named = per_subject if scope is Scope.SUBJECT else {what: total}
        for name, amount in named.items():
            key = enter(scope, base, amount, name, times=times)
            lower = Ceiling(
                _lower(uses[key].ceiling.amount, ceiling.amount), _lower(uses[key].ceiling.times, ceiling.times)
            )
            uses[key] = replace(uses[key], ceiling=lower, times=max(uses[key].times, times))
    return [uses[key] for key in sorted(uses)]


def call_key(call_id: int, item_code: str = "") -> str:
    """The key of a call's bucket: of the call as a whole, or of one of its items."""
    return f"call={call_id}|item={item_code}" if item_code else f"call={call_id}"


def uses_of_call(limits: Mapping[str, tuple[str, Ceiling]], amounts: Iterable[tuple[str, Decimal]]) -> list[LimitUse]:
    """What a supported claim takes from its call: one place and its sum, in each bucket that has a limit.

    A title that brings no money takes a place too. `limits` has label and ceiling by key. A bucket without a limit is
    left alone: it is one for the whole call, and would make every approval there wait for the others.
    """
    total = sum((amount for _, amount in amounts), ZERO)
    return [
        LimitUse(key, label, total, 1, ceiling, unit="件")
        for key, (label, ceiling) in sorted(limits.items())
        if ceiling != Ceiling()
    ]


def ledger_keys(item: RulesOfItem, party: Party, subjects: Iterable[str]) -> dict[str, list[str]]:
    """The buckets behind each name of the engine's `paid`, plus `times` and `once`."""
    named = [subject for subject in subjects if subject]
    found = {
        "same_year": [bucket_key(Scope.APPLICANT_YEAR, item.id, party)],
        "lifetime": [bucket_key(Scope.APPLICANT, item.id, party)],
        "project": [bucket_key(Scope.SUBJECT, item.id, party, subject) for subject in named],
        "programme_year": [bucket_key(Scope.PROGRAMME_YEAR, item.id, party)],
        "lower_tier": [bucket_key(Scope.APPLICANT, tier, party) for tier in lower_tiers(item)],
        "times": [bucket_key(Scope.APPLICANT, item.id, party)],
        "once": [bucket_key(Scope.GROUP, f"group:{item.once_group}", party)] if item.once_group else [],
    }
    for limit in chosen_limits(item):
        scope = scope_of(limit)
        if limit.get("group") and "ledger" in limit:
            subject_keys = named if scope is Scope.SUBJECT else [""]
            found[limit["ledger"]] = [bucket_key(scope, limit["group"], party, subject) for subject in subject_keys]
        if "once" in limit and scope is not Scope.APPLICANT:
            subject_keys = named if scope is Scope.SUBJECT else [""]
            found["once"] = [bucket_key(scope, f"group:{limit['once']}", party, subject) for subject in subject_keys]
    return found


def shortage(use: LimitUse, *, amount: Decimal, times: int) -> str:
    """What stands against a use of a bucket that already holds `amount` and `times`; empty where nothing does."""
    ceiling = use.ceiling
    if ceiling.times is not None and times + use.times > ceiling.times:
        return f"“{use.label}”最多 {ceiling.times} {use.unit}，已有 {times} {use.unit}，不能再支持。"
    if ceiling.amount is not None and amount + use.amount > ceiling.amount:
        return (
            f"“{use.label}”最高 {format_yuan(ceiling.amount)} 元，已占用 {format_yuan(amount)} 元，"
            f"尚余 {format_yuan(ceiling.amount - amount)} 元，本次 {format_yuan(use.amount)} 元超出。"
            "请将金额核减至余额以内后再审定。"
        )
    return ""


def _lower(one: _Number | None, other: _Number | None) -> _Number | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
