"""How one applicant stands to one item of a call: what it holds, put to the engine and to the claim's own checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from applications.claims.selectors.problems import applicant_problems
from applications.claims.selectors.scope import asked_papers
from applications.entitled.enums import Verdict
from applications.rights.selectors import Holding
from applications.rights.suggestions import (
    AfterLedger,
    Place,
    Suggester,
    Suggestion,
    balances_of,
    place_of,
    question_of,
    suggest,
)
from policies.calls.models import Call
from policies.calls.selectors import CallBook, Taking
from policies.engine import assess
from policies.engine.nearest import SUPPORTED, nearest_changes
from policies.engine.regions import covers
from policies.facts.values import facts_of, read_facts, show_fact
from policies.finder.events import Event, event_code
from policies.finder.selectors import PublishedItem
from policies.published.selectors import catalogue_for
from portal.accounts.models import Applicant

# What is told of each: so many things by name, and so many changes of one of them.
_MOST_NAMED = 5
_MOST_CHANGES = 2
# A day so far off is no near miss: nobody can wait for it or mend it.
_FAR_DAYS = 366
# Its number tells it.
_READ_FROM_NUMBER = "patent_kind"


@dataclass(frozen=True)
class Finding:
    """How the applicant stands; `suggestion` is what a claim would be made of, where the item supports anything."""

    verdict: Verdict
    count: int
    suggestion: Suggestion | None = None
    lacking: Sequence[str] = ()
    reasons: Sequence[str] = ()
    changes: Sequence[str] = ()

    @property
    def amount(self) -> Decimal | None:
        return self.suggestion.amount if self.suggestion else None


def find(
    suggester: Suggester, applicant: Applicant, entry: PublishedItem, call: Call, *, book: CallBook, at: datetime
) -> Finding | None:
    """How an applicant stands to an item of a call; None where it holds nothing that the item could be about.

    `book` are the calls ahead, to say which takes what this one does not. One query for the ledger where there is a
    sum, and those of the district's rates.
    """
    today = timezone.localdate(at)
    if not covers(entry.newest.content["document"], applicant.region_id):
        return None
    event = suggester.kinds[event_code(entry.newest)]
    if not suggester.holdings.of(applicant.pk, entry.newest, event):
        return None
    held = suggester.holdings.unclaimed(applicant.pk, entry.newest, event)
    if not held:
        return Finding(Verdict.CLAIMED, 0)
    place = place_of(applicant, entry, event, Taking(call), today=today)
    inside = [one for one in held if (day := _day(one, event)) is None or call.takes_facts_of(day)]
    suggestion = suggest(place, inside, today=today) if inside else None
    if suggestion is None:
        return _missed(place, held, inside, book=book, today=today)
    asked = AfterLedger(suggestion, today=today)
    left = asked.answer(balances_of(asked.buckets.keys.values()))
    if left is None:
        return Finding(Verdict.OUT, len(held), reasons=["以前已获的支持已经用完了限额或次数"])
    lacking = _lacking(left)
    return Finding(Verdict.TO_COMPLETE if lacking else Verdict.READY, len(left.holdings), left, lacking)


def _day(holding: Holding, event: Event) -> date | None:
    stated = holding.facts.get(event.as_of or "")
    return date.fromisoformat(stated) if isinstance(stated, str) else None


def _lacking(suggestion: Suggestion) -> list[str]:
    """What a claim of all of it would still need, in words: facts, papers, the applicant's own entry."""
    rules, found = suggestion.rules, list(suggestion.missing)
    for holding in suggestion.holdings:
        reading = read_facts(facts_of(rules), holding.facts)
        found += [fact.label for fact in rules.facts if fact.name in reading.missing]
    found += [fact.label for fact in facts_of(rules, "claim") if fact.required]
    is_attested = all(holding.is_attested for holding in suggestion.holdings)
    found += [
        wanted.label for wanted in asked_papers(rules) if wanted.required and not (wanted.per == "line" and is_attested)
    ]
    found += [problem.message for problem in applicant_problems(suggestion.applicant, rules)]
    return list(dict.fromkeys(found))


def _missed(
    place: Place, held: Sequence[Holding], inside: Sequence[Holding], *, book: CallBook, today: date
) -> Finding | None:
    """Why nothing of it is supported, and what single change would turn that, for the first few by name."""
    reasons: list[str] = []
    changes: list[str] = []
    is_named = len(held) > 1
    for holding in list(held)[:_MOST_NAMED]:
        why, turns = _why_not(place, holding, is_inside=holding in inside, book=book, today=today)
        name = f"{_name(place, holding)}：" if is_named else ""
        reasons += [f"{name}{words}" for words in why]
        changes += [f"{name}{words}" for words in turns]
    if not reasons:
        return None
    return Finding(Verdict.NEAR if changes else Verdict.OUT, len(held), reasons=reasons, changes=changes)


def _why_not(
    place: Place, holding: Holding, *, is_inside: bool, book: CallBook, today: date
) -> tuple[list[str], list[str]]:
    """Why one thing is not supported, and what would turn it; nothing of what its number says it is not."""
    catalogue, question = catalogue_for(place.version), question_of(place, [holding], today=today)
    answer = assess(catalogue, question)
    rules, call = place.rules, place.call
    day = _day(holding, place.event)
    if answer.outcome in SUPPORTED and call is not None and day is not None and not is_inside:
        apart = (call.facts_from - day).days if day < call.facts_from else (day - call.facts_to).days + 1
        label, other = rules.fact(str(rules.as_of)).label, book.taking(rules.id, day).words
        words = f"{label}为 {day.isoformat()}，不在受理的期间（{call.facts_words}）内，差 {apart} 天"
        return [words], [f"由{other}的通知受理"] if other else []
    if _is_another_kind(place, {reason["code"] for reason in answer.reasons}):
        return [], []
    fixed = {rules.subject or "", _READ_FROM_NUMBER}
    turns = [
        change.words
        for change in nearest_changes(catalogue, question, fixed=fixed)[:_MOST_CHANGES]
        if change.fact.type != "date" or change.distance <= _FAR_DAYS
    ]
    return list(dict.fromkeys(reason["text"] for reason in answer.reasons)), turns


def _is_another_kind(place: Place, failed: set[str]) -> bool:
    """Whether what fails is only that the thing is of another kind, such as a design where inventions are meant."""
    by_number = {condition.code for condition in place.rules.conditions if condition.field == _READ_FROM_NUMBER}
    return bool(failed) and failed <= by_number


def _name(place: Place, holding: Holding) -> str:
    subject = place.rules.subject
    if subject is None or subject not in holding.facts:
        return place.event.label
    return show_fact(place.rules.fact(subject), holding.facts[subject])
