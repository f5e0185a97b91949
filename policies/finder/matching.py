"""What an applicant may get for what happened: every item asked through the engine, none of them stored. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from policies.engine import Assessment, Evidence, Item, Outcome, assess, catalogue_of
from policies.facts.forms import control_pairs
from policies.facts.values import FactsReading, engine_facts, facts_of
from policies.finder.events import COUNT, NOT_ASKED, Event, counts_by_n
from policies.finder.selectors import PublishedItem
from policies.published.enums import DocumentStatus
from policies.published.models import ItemVersion
from policies.published.selectors import catalogue_for, compiled_item
from policies.published.wording import is_discretionary
from policies.rates.selectors import Rates, with_rates
from portal.core.money import to_yuan

_SUPPORTED = (Outcome.PAYABLE, Outcome.RECOGNISED, Outcome.NO_AMOUNT, Outcome.UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a kind of the engine's, and a region by code (or in words, where it is elsewhere)."""

    kind: str
    region: str


@dataclass(frozen=True)
class Happening:
    """One event with what is known of it; `picked` are the items it is about, where the asker said which."""

    event: Event
    reading: FactsReading
    picked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Match:
    """One item with the engine's answer to one happening."""

    entry: PublishedItem
    version: ItemVersion
    event: Event
    question: Mapping[str, Any]
    answer: Assessment
    is_certain: bool

    @property
    def rules(self) -> Item:
        return compiled_item(self.version)

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome

    @property
    def day(self) -> date | None:
        """The day of the fact by which calls take it, None where it was not said."""
        stated = self.question["lines"][0].get(self.rules.as_of or "")
        return date.fromisoformat(stated) if isinstance(stated, str) else None

    @property
    def is_ceiling(self) -> bool:
        """Whether the sum is only the most that people may grant."""
        return is_discretionary(self.rules)

    @property
    def amount(self) -> Decimal | None:
        """The sum in yuan, where the rules give one."""
        if self.outcome is not Outcome.PAYABLE or self.answer.amount is None:
            return None
        return to_yuan(self.answer.amount)

    @property
    def is_leading(self) -> bool:
        """Whether it is shown in full: it is certain, and there is a sum, or will be once a fact is filled in."""
        return self.is_certain and (self.amount is not None or bool(self.missing))

    @cached_property
    def words(self) -> dict[str, Any]:
        """The answer in words: steps, reasons, shares."""
        return self.answer.as_dict()

    @property
    def open_conditions(self) -> list[str]:
        """Conditions that nothing was said about, or that only a person can judge: still to be shown."""
        assumed = set(self.answer.assumed)
        return [
            condition.text
            for condition in self.rules.conditions
            if not condition.priority and (condition.field is None or condition.field in assumed)
        ]

    @property
    def missing(self) -> list[str]:
        """Labels of the facts without which there is no sum, that the asker can state."""
        names = {name.split("[", maxsplit=1)[0] for name in self.answer.missing} - NOT_ASKED
        return [fact.label for fact in self.rules.facts if fact.name in names]

    @property
    def is_set_elsewhere(self) -> bool:
        """Whether only a sum or ratio is missing that a district or another document sets."""
        return self.outcome is Outcome.UNDETERMINED and not self.missing

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return self.rules.evidence

    @property
    def route(self) -> str:
        return self.rules.procedure.words

    @property
    def prefill(self) -> list[tuple[str, str]]:
        """The controls of the item's calculator, filled in with what is known."""
        stated = {name: value for name, value in self.question["lines"][0].items() if name not in NOT_ASKED}
        kind = str(self.question["applicant"]["kind"])
        return [("kind", kind), ("lines", "1"), *control_pairs(stated, prefix="line-0")]


@dataclass(frozen=True)
class Total:
    """What the certain sums of one applicant come to together, and which of them do not add up."""

    amount: Decimal
    notes: Sequence[str]


@dataclass
class Finding:
    """All items that may concern an applicant, by what can be done with them; the largest sums first."""

    in_force: list[Match] = field(default_factory=list)
    drafts: list[Match] = field(default_factory=list)
    ended: list[Match] = field(default_factory=list)
    refused: list[Match] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.in_force) + len(self.drafts) + len(self.ended)

    @cached_property
    def total(self) -> Total:
        return total_of(self.in_force)


def question_for(rules: Item, asker: Asker, reading: FactsReading, *, today: date) -> dict[str, Any]:
    """The engine's question about one happening: conditions that nothing is said about count as met."""
    asked = [*facts_of(rules), COUNT] if counts_by_n(rules) else facts_of(rules)
    line = engine_facts([fact for fact in asked if fact.name in reading.values], reading)
    if line.get(COUNT.name) == 0:
        del line[COUNT.name]
    return {
        "item": rules.id,
        "on": line.get(rules.as_of or "", today.isoformat()),
        "applicant": {"kind": asker.kind, "region": asker.region},
        "lines": [line],
        "assume": "met",
    }


def find_matches(
    items: Iterable[PublishedItem],
    asker: Asker,
    happenings: Sequence[Happening],
    *,
    today: date,
    rates: Mapping[str, Rates] | None = None,
) -> Finding:
    """Ask every item of the happenings' kinds; where the asker said which item it was, the others are left out.

    `rates` are what the asker's district set, by the codes of the items that leave it to districts.
    """
    finding = Finding()
    by_code = {entry.item.code: entry for entry in items}
    for happening in happenings:
        for rules in happening.event.items:
            match = match_item(by_code[rules.id], asker, happening, today=today, rates=(rates or {}).get(rules.id))
            if match is not None:
                _put(finding, match)
    for matches in (finding.in_force, finding.drafts, finding.ended):
        matches.sort(key=lambda m: (not m.is_certain, _SUPPORTED.index(m.outcome), -(m.answer.amount or 0)))
    return finding


def match_item(
    entry: PublishedItem, asker: Asker, happening: Happening, *, today: date, rates: Rates | None = None
) -> Match | None:
    """One item's answer to one happening; None where the asker said that it was another item's."""
    alternatives = {item.id for item in happening.event.alternatives}
    is_alternative = entry.item.code in alternatives
    if is_alternative and happening.picked and entry.item.code not in happening.picked:
        return None
    version = entry.version_on(_day_of(happening) or today)
    rules = compiled_item(version)
    question = question_for(rules, asker, happening.reading, today=today)
    if rates is not None:
        question = with_rates(question, rules, rates)
    answer = assess(catalogue_for(version), question)
    is_certain = (not is_alternative or entry.item.code in happening.picked) and not _guesses(version, answer)
    return Match(entry, version, happening.event, question, answer, is_certain=is_certain)


def _guesses(version: ItemVersion, answer: Assessment) -> bool:
    """Whether a choice was taken as met that nobody made, such as the kind of a patent."""
    assumed = set(answer.assumed)
    return any(fact.type == "choice" and fact.name in assumed for fact in compiled_item(version).facts)


def _day_of(happening: Happening) -> date | None:
    """The day of the event, None where it is not said or cannot be read."""
    name = happening.event.as_of or ""
    value = happening.reading.values.get(name)
    return date.fromisoformat(value) if value and name not in happening.reading.errors else None


def _put(finding: Finding, match: Match) -> None:
    if match.outcome is Outcome.REFUSED:
        finding.refused.append(match)
    elif match.entry.status == DocumentStatus.IN_FORCE:
        finding.in_force.append(match)
    elif match.entry.status == DocumentStatus.DRAFT:
        finding.drafts.append(match)
    else:
        finding.ended.append(match)


# ---- together -------------------------------------------------------------------------------------


def total_of(matches: Sequence[Match]) -> Total:
    """The certain sums together, as far as they may be had together.

    For one event the document that gives more counts (从新、从优、从高). Within a document the engine answers for all
    items at once: caps that items share, groups of which only one is paid and tiers that absorb each other hold.
    """
    certain = [match for match in matches if match.is_certain and match.amount]
    best: dict[str, str] = {}
    for code in {match.event.code for match in certain}:
        by_document: dict[str, int] = {}
        for match in certain:
            if match.event.code == code:
                document = match.rules.document_id
                by_document[document] = max(by_document.get(document, 0), match.answer.amount or 0)
        best[code] = max(sorted(by_document), key=by_document.__getitem__)
    kept = [match for match in certain if best[match.event.code] == match.rules.document_id]
    fen = 0
    for document in sorted({match.rules.document_id for match in kept}):
        fen += _together([match for match in kept if match.rules.document_id == document])
    return Total(to_yuan(fen), _notes(matches, certain, kept, fen))


def _together(matches: Sequence[Match]) -> int:
    """Fen that one document gives for these at once."""
    if len(matches) == 1:
        return matches[0].answer.amount or 0
    first = matches[0].question
    answer = assess(
        catalogue_of([], [match.rules for match in matches]),
        {
            "on": first["on"],
            "applicant": first["applicant"],
            "assume": "met",
            "parts": [{"item": match.rules.id, "lines": match.question["lines"]} for match in matches],
        },
    )
    return answer.amount or 0


def _notes(matches: Sequence[Match], certain: Sequence[Match], kept: Sequence[Match], fen: int) -> list[str]:
    """Why the sums do not simply add up, in words."""
    notes = []
    if len(kept) < len(certain):
        left = [match.rules.title for match in certain if match not in kept]
        notes.append(f"同一件事在几份政策中都有支持的，从新、从优、从高，不重复享受；{_named(left)}没有计入。")
    if fen < sum(match.answer.amount or 0 for match in kept):
        notes.append("其中有的事项只能选一项、高档吸收低档，或者合用一个上限，合计已按规则扣减。")
    whys = (
        ("还要填写几个数才能测算", lambda match: bool(match.missing)),
        ("的金额由审定决定", lambda match: match.outcome is Outcome.NO_AMOUNT),
        ("的金额由区规定", lambda match: match.is_set_elsewhere),
    )
    for why, applies in whys:
        if left := [match.rules.title for match in matches if match.is_certain and applies(match)]:
            notes.append(f"{_named(left)}{why}，没有计入。")
    unsure = [match for match in matches if not match.is_certain and match.amount]
    if unsure:
        notes.append(f"{_named([match.rules.title for match in unsure])}要看具体是哪一项，没有计入。")
    return notes


def _named(titles: Collection[str]) -> str:
    shown = "、".join(f"“{title}”" for title in list(titles)[:3])
    return f"{shown}等 {len(titles)} 项" if len(titles) > 3 else shown
