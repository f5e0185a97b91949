"""The answer: outcome, amount, shares, lines, buckets used, and the trace in figures and words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

from policies.engine.money import parse_yuan, yuan_plain, yuan_text
from policies.engine.terms import OUTCOMES, TRACE_FORMAT, Outcome
from policies.engine.trace import Entry, Note, render_entry

Reason = tuple[Note, tuple[Any, ...], int]


class BucketUse(NamedTuple):
    """What one claim takes from one limit. Amounts and caps in fen; counts where `unit` is `count`.

    `group` names the bucket (shared by the items of a group); `key` says what tells its instances apart, such as
    ("applicant", "year"). `subject` and `year` are the values this claim gives; the caller knows the applicant.
    """

    code: str
    group: str
    key: tuple[str, ...]
    subject: str | None
    year: int | None
    amount: int
    cap: int
    unit: str = "fen"

    def as_dict(self) -> dict[str, Any]:
        """The bucket for JSON; sums as decimal strings of yuan."""
        money = self.unit == "fen"
        return {
            "code": self.code,
            "group": self.group,
            "key": list(self.key),
            "subject": self.subject,
            "year": self.year,
            "unit": "yuan" if money else "count",
            "amount": yuan_plain(self.amount) if money else self.amount,
            "cap": yuan_plain(self.cap) if money else self.cap,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """The use that `as_dict` wrote down."""
        money = raw["unit"] == "yuan"
        read = parse_yuan if money else int
        return cls(
            raw["code"],
            raw["group"],
            tuple(raw["key"]),
            raw["subject"],
            raw["year"],
            read(raw["amount"]),
            read(raw["cap"]),
            "fen" if money else "count",
        )


class LineAmount(NamedTuple):
    """One line of the answer: its amount in fen (None where there is none), and its share of the trace."""

    item: str
    number: int
    subject: str | None
    outcome: Outcome
    amount: int | None
    entries: tuple[Entry, ...]
    reasons: tuple[Reason, ...]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of this line in words."""
        return [render_entry(entry, many_lines=False) for entry in self.entries]

    def as_dict(self) -> dict[str, Any]:
        """The line for JSON."""
        return {
            "item": self.item,
            "line": self.number,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "amount": None if self.amount is None else yuan_plain(self.amount),
            "reasons": [note.code for note, _, _ in self.reasons],
        }


class PartAnswer(NamedTuple):
    """One item of the claim: which version answered, and with what."""

    item: str
    title: str
    citation: str
    version: str
    hash: str
    outcome: Outcome
    amount: int | None

    def as_dict(self) -> dict[str, Any]:
        """The part for JSON."""
        return {
            "item": self.item,
            "version": self.version,
            "hash": self.hash,
            "outcome": self.outcome.value,
            "amount": None if self.amount is None else yuan_plain(self.amount),
        }


@dataclass(eq=False)
class Assessment:
    """The engine's answer to one question, which nobody changes. Amounts in fen; `as_dict` writes the JSON contract.

    Not frozen: one that refuses to be changed takes longer to make than the whole sum to compute.
    """

    outcome: Outcome
    amount: int | None
    city: int | None
    district: int | None
    result: str | None
    assumed: tuple[str, ...]
    missing: tuple[str, ...]
    limits: tuple[BucketUse, ...]
    entries: tuple[Entry, ...]
    reason_entries: tuple[Reason, ...]
    make_details: Callable[[], tuple[tuple[PartAnswer, ...], tuple[LineAmount, ...]]]
    # Fen of payers besides city and district.
    others: tuple[tuple[str, int], ...] = ()

    @property
    def parts(self) -> tuple[PartAnswer, ...]:
        """The items of the claim, each with the version that answered."""
        return self._details[0]

    @property
    def lines(self) -> tuple[LineAmount, ...]:
        """The lines of the claim with their amounts, in the order of the question."""
        return self._details[1]

    @cached_property
    def _details(self) -> tuple[tuple[PartAnswer, ...], tuple[LineAmount, ...]]:
        return self.make_details()

    @property
    def item(self) -> str:
        """The id of the item; of several, joined by `+`."""
        return "+".join(part.item for part in self.parts)

    @property
    def version(self) -> str:
        return "+".join(dict.fromkeys(part.version for part in self.parts))

    @property
    def outcome_text(self) -> str:
        """The outcome in Chinese."""
        return OUTCOMES[self.outcome]

    @property
    def amount_text(self) -> str:
        """The amount as people read it, or an empty string."""
        return "" if self.amount is None else f"{yuan_text(self.amount)} 元"

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """Every step in words, in the order in which it happened."""
        many = len(self.lines) > 1
        return [render_entry(entry, many_lines=many) for entry in self.entries]

    @cached_property
    def reasons(self) -> list[dict[str, Any]]:
        """Why something was refused, or what is missing."""
        many = len(self.lines) > 1
        return [_reason(reason, many_lines=many) for reason in self.reason_entries]

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract: decimal strings of yuan with two places, or null."""
        first = self.parts[0]
        answer: dict[str, Any] = {
            "trace": TRACE_FORMAT,
            "item": self.item,
            "version": self.version,
            "hash": first.hash,
            "outcome": self.outcome.value,
            "amount": None if self.amount is None else yuan_plain(self.amount),
            "city": None if self.city is None else yuan_plain(self.city),
            "district": None if self.district is None else yuan_plain(self.district),
            "result": self.result,
            "assumed": list(self.assumed),
            "missing": list(self.missing),
            "reasons": self.reasons,
            "steps": self.steps,
            "lines": [line.as_dict() for line in self.lines],
            "limits": [use.as_dict() for use in self.limits],
        }
        if self.others:
            answer["others"] = {name: yuan_plain(fen) for name, fen in self.others}
        if len(self.parts) > 1:
            answer["parts"] = [part.as_dict() for part in self.parts]
        return answer


def _reason(reason: Reason, *, many_lines: bool) -> dict[str, Any]:
    note, figures, line = reason
    words = note.say(figures)
    found: dict[str, Any] = {
        "code": note.code,
        "text": f"第{line}项：{words}" if many_lines and line else words,
        "citation": note.citation,
    }
    if line:
        found["line"] = line
    if note.code == "MISSING":
        found["field"] = figures[0]
    return found
