"""What an applicant may claim now: what it holds, put to the engine under every open item, with what it had before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.claims.models import Claim, ClaimLine
from applications.ledger.keys import Party
from applications.ledger.selectors import Balance, asked_buckets, balances
from applications.rights.models import Right, Roster
from applications.rights.selectors import Holding, Holdings, holdings_of, right_kinds
from policies.calls.models import Call
from policies.calls.selectors import CallBook, Taking, call_rows, calls_ahead
from policies.engine import Assessment, Item, Outcome, assess
from policies.engine.buckets import program_asked
from policies.facts.applicants import stated_applicant
from policies.facts.values import facts_of, subject_key
from policies.finder.events import NOT_ASKED, Event, event_code
from policies.finder.selectors import PUBLISHED_ROWS, PublishedItem, is_rated, published_items
from policies.published.models import ItemVersion
from policies.published.selectors import catalogue_for, compiled_item
from policies.rates.models import DistrictRate
from policies.rates.selectors import Rates, with_rates
from portal.accounts.models import Applicant, User
from portal.core.money import to_yuan
from portal.core.row_versions import Rows

MAX_SUGGESTIONS = 5
_SUPPORTED = (Outcome.PAYABLE, Outcome.RECOGNISED, Outcome.NO_AMOUNT, Outcome.UNDETERMINED)


@dataclass(frozen=True)
class Place:
    """Where something may be claimed: by whom, under which rules, in which call."""

    applicant: Applicant
    entry: PublishedItem
    version: ItemVersion
    event: Event
    call: Call | None
    next_call: Call | None
    rates: Rates | None

    @property
    def rules(self) -> Item:
        return compiled_item(self.version)


@dataclass(frozen=True)
class Suggestion(Place):
    """One item that an applicant may claim for what it holds: with the sum, and the call it is open in (or will be).

    `holdings` would become the claim's lines; of these `assessed` are in the sum, the others lack the facts `missing`.
    """

    holdings: Sequence[Holding]
    assessed: Sequence[Holding]
    answer: Assessment
    missing: Sequence[str]

    @property
    def amount(self) -> Decimal | None:
        """Yuan for all of it together, caps and earlier payments counted; None where the rules give no sum."""
        if self.outcome is not Outcome.PAYABLE or self.answer.amount is None:
            return None
        return to_yuan(self.answer.amount)

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome

    @property
    def lacking(self) -> int:
        """How many of the holdings are not in the sum, because a fact is missing."""
        return len(self.holdings) - len(self.assessed)

    @property
    def guesses(self) -> list[str]:
        """Labels of choices that the record does not make, and that were taken as met: the result of an evaluation."""
        assumed = set(self.answer.assumed)
        return [fact.label for fact in self.rules.facts if fact.type == "choice" and fact.name in assumed]

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """What is open comes first, then what will be; of these what is certain, and the largest sum."""
        return (self.call is None, self.next_call is None, bool(self.guesses), -(self.answer.amount or 0))


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The best suggestions, and whether there was anything on record that they could come from.

    `balances` are those of every bucket of the ledger that was asked: while they and the rows of `rows_behind` stay,
    the suggestions stay.
    """

    found: list[Suggestion]
    is_register_empty: bool
    balances: Mapping[str, Balance]


def suggestions_for(user: User, *, at: datetime) -> Suggestions:
    """What the person's applicants may claim now, the most pressing first.

    Five queries, and one more for each applicant that holds something.
    """
    applicants = [membership.applicant for membership in user.active_memberships]
    suggester = Suggester(applicants)
    found = sorted(suggester.suggest(at=at), key=lambda suggestion: suggestion.rank)
    asked = [AfterLedger(suggestion, today=timezone.localdate(at)) for suggestion in found[:MAX_SUGGESTIONS]]
    held = balances_of(key for one in asked for key in one.buckets.keys.values())
    best = sorted(filter(None, (one.answer(held) for one in asked)), key=lambda suggestion: suggestion.rank)
    return Suggestions(best, is_register_empty=not suggester.holdings.held, balances=held)


def balances_of(keys: Iterable[str]) -> dict[str, Balance]:
    """The balance of each of these buckets, an empty one's too. One query."""
    wanted = set(keys)
    return dict.fromkeys(wanted, Balance()) | balances(wanted)


def rows_behind(user: User, *, at: datetime) -> list[Rows]:
    """The rows that the suggestions (and what else is shown of one's claims) are made of, but for the ledger's."""
    mine = [membership.applicant_id for membership in user.active_memberships]
    owned = "applicant_id = ANY(%s)"
    return [
        *PUBLISHED_ROWS,
        *call_rows(at),
        Rows(DistrictRate),
        Rows(Applicant, "id = ANY(%s)", [mine]),
        Rows(Right, owned, [mine]),
        # A roster's rows come with it and stay.
        Rows(Roster),
        Rows(Claim, owned, [mine]),
        # As an array: one plan serves all applicants, and a join would read every line there is.
        Rows(ClaimLine, f"claim_id = ANY(ARRAY(SELECT id FROM {Claim._meta.db_table} WHERE {owned}))", [mine]),  # noqa: S608
    ]


def suggestion_for(applicant: Applicant, item_code: str, *, at: datetime) -> Suggestion | None:
    """What one applicant may claim under one item for what it holds; None where there is nothing."""
    return next(Suggester([applicant]).suggest(at=at, only=item_code), None)


class Suggester:
    """The published items, and what these applicants hold."""

    def __init__(self, applicants: Sequence[Applicant]) -> None:
        self.applicants = applicants
        self.items = published_items()
        self.kinds = right_kinds(self.items)
        self.holdings = holdings_of([applicant.pk for applicant in applicants], self.kinds, self.items)

    def suggest(self, *, at: datetime, only: str = "") -> Iterator[Suggestion]:
        """Every claimable item (or only one) that supports something held, in no order."""
        wanted = [entry for entry in self.items if entry.is_claimable and only in ("", entry.item.code)]
        holders = {holding.applicant_id for holding in self.holdings.held}
        for applicant in self.applicants:
            if applicant.pk in holders:
                yield from _of_applicant(applicant, wanted, self.kinds, self.holdings, at=at)


def _of_applicant(
    applicant: Applicant,
    items: Sequence[PublishedItem],
    kinds: Mapping[str, Event],
    holdings: Holdings,
    *,
    at: datetime,
) -> Iterator[Suggestion]:
    today = timezone.localdate(at)
    calls = calls_ahead(at, region_code=applicant.region_id)
    for entry in items:
        if not entry.is_for(kind=applicant.kind, region=applicant.region_id):
            continue
        event = kinds[event_code(entry.newest)]
        held = holdings.unclaimed(applicant.pk, entry.newest, event)
        if not held:
            continue
        taking, held = _by_call(calls, entry.item.code, held, as_of=event.as_of or "")
        place = place_of(applicant, entry, event, taking, today=today)
        suggestion = suggest(place, held, today=today)
        if suggestion is not None:
            yield suggestion


def place_of(applicant: Applicant, entry: PublishedItem, event: Event, taking: Taking, *, today: date) -> Place:
    """The place of an applicant under an item in a call, by the rules and rates of the day."""
    rates = Rates(entry.item.pk, applicant.region) if is_rated(entry.newest) else None
    return Place(applicant, entry, entry.version_on(today), event, taking.call, taking.coming, rates)


def _by_call(calls: CallBook, code: str, held: Sequence[Holding], *, as_of: str) -> tuple[Taking, list[Holding]]:
    """The call that takes most of what is held (an open one before one that is coming), and what of it that takes.

    A holding whose day is not on record may still turn out to be inside.
    """
    groups: dict[Taking, list[Holding]] = {}
    for one in held:
        stated = one.facts.get(as_of)
        day = date.fromisoformat(stated) if isinstance(stated, str) else None
        groups.setdefault(calls.taking(code, day), []).append(one)
    best = max(groups, key=lambda taking: (taking.call is not None, taking.coming is not None, len(groups[taking])))
    return best, groups[best]


def suggest(place: Place, held: Sequence[Holding], *, today: date) -> Suggestion | None:
    """The engine's answer for what of the holdings the item supports; None where it supports nothing of it."""
    answer = _assess(place, held, today=today)
    outcomes = {line.number: line.outcome for line in answer.lines}
    fit = {number: one for number, one in enumerate(held, start=1) if outcomes.get(number) in _SUPPORTED}
    if not fit:
        return None
    ready = [one for number, one in fit.items() if outcomes[number] is not Outcome.UNDETERMINED]
    names = {name.split("[", maxsplit=1)[0] for name in answer.missing} - NOT_ASKED
    missing = [fact.label for fact in place.rules.facts if fact.name in names]
    assessed = ready or list(fit.values())
    if len(assessed) < len(held):
        answer = _assess(place, assessed, today=today)
    return Suggestion(**vars(place), holdings=list(fit.values()), assessed=assessed, answer=answer, missing=missing)


class AfterLedger:
    """A suggestion with the buckets of the ledger that its rules ask about."""

    def __init__(self, suggestion: Suggestion, *, today: date) -> None:
        applicant, rules = suggestion.applicant, suggestion.rules
        city = applicant.region.city
        subjects = {
            str(one.facts[rules.subject]): subject_key(rules, one.facts)
            for one in suggestion.assessed
            if rules.subject and rules.subject in one.facts
        }
        party = Party(applicant.pk, city.pk if city else "", today.year, applicant.region_id, today)
        self.suggestion = suggestion
        self.catalogue = catalogue_for(suggestion.version)
        self.question = question_of(suggestion, suggestion.assessed, today=today)
        self.buckets = asked_buckets(program_asked(self.catalogue, self.question), party=party, subjects=subjects)

    def answer(self, held: Mapping[str, Balance]) -> Suggestion | None:
        """The suggestion with what the ledger holds taken off; None where nothing is left."""
        ledger = self.buckets.state({key: balance for key, balance in held.items() if balance != Balance()})
        if not any(ledger.values()):
            return self.suggestion
        answer = assess(self.catalogue, self.question | ledger)
        return None if answer.outcome is Outcome.REFUSED else replace(self.suggestion, answer=answer)


def _assess(place: Place, held: Sequence[Holding], *, today: date) -> Assessment:
    return assess(catalogue_for(place.version), question_of(place, held, today=today))


def question_of(place: Place, held: Sequence[Holding], *, today: date) -> dict[str, Any]:
    known = {fact.name for fact in facts_of(place.rules)}
    question: dict[str, Any] = {
        "item": place.rules.id,
        "on": today.isoformat(),
        "applicant": stated_applicant(place.applicant, place.applicant.region_id),
        "lines": [{name: value for name, value in one.facts.items() if name in known} for one in held],
        "assume": "met",
    }
    return question if place.rates is None else with_rates(question, place.rules, place.rates)
