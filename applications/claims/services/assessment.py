"""Ask the engine about a claim: live while it is written, and stored whenever somebody acts on it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Assessment, Claim, ClaimLine
from applications.claims.selectors.context import ClaimContext, LineState
from applications.ledger.selectors import asked_buckets, balances, party_of
from policies.engine import assess
from policies.engine.buckets import program_asked
from policies.engine.model import Item, content_hash
from policies.engine.shortage import Cut
from policies.engine.terms import Outcome
from policies.facts.applicants import stated_applicant
from policies.facts.lists import with_lists
from policies.facts.values import DECIDED, DECIDED_FACTS, DECISION_NO, PANEL_SCORE, engine_facts, facts_of, with_score
from policies.published.selectors import catalogue_for
from policies.published.wording import as_shown
from policies.rates.selectors import takes_ratio, with_rates
from portal.audit.services import record_contents
from portal.core.actor import ActorContext
from portal.core.money import ZERO, quantise_yuan

# What the ledger knows better than the applicant: earlier money on the same right, and on the same item of it.
SUBSIDISED = "subsidised_before"
PAID_BEFORE = "paid_item_before"

# What a panel gave a claim: functions of the claim, None without a score.
SCORES: list[Callable[[Claim], Decimal | None]] = []
# Which group of companies an applicant belongs to on a day: functions of the claim and the day, "" for none.
GROUPS: list[Callable[[Claim, date], str]] = []


class Ranked(NamedTuple):
    """The place from 1 that a selection gives a claim, and among how many, where it selects a share of them."""

    place: int
    among: int = 0


# Where a selection ranks claims: a function of the claim, None where it has no place.
RANKS: list[Callable[[Claim], Ranked | None]] = []


def score_of(claim: Claim, item: Item) -> Decimal | None:
    """What a panel gave a claim whose rules go by it; None for nothing yet."""
    if not any(fact.name == PANEL_SCORE for fact in item.facts):
        return None
    return next((found for score in SCORES if (found := score(claim)) is not None), None)


def group_of(claim: Claim, on: date) -> str:
    """The name of the group of companies to which the claim's applicant belongs on a day; "" for none."""
    return next((name for group in GROUPS if (name := group(claim, on))), "")


@dataclass(frozen=True, slots=True)
class DecidedSums:
    """Sums in yuan that officers set where the document names none, by the line's pk, and the paper that sets them."""

    by_line: Mapping[int, Decimal]
    decision_no: str = ""

    @property
    def are_money(self) -> bool:
        """Whether any line gets something: a nought only tells the engine that a line gets nothing."""
        return any(self.by_line.values())


def assess_claim(
    context: ClaimContext,
    *,
    act: ActorContext,
    stage: Action | str,
    unmet: Iterable[str] = (),
    question: dict[str, Any] | None = None,
) -> Assessment:
    """Put the claim to the engine under its own version and store question and answer; to be called in a transaction.

    Each line's `assessed_amount` becomes what the answer gives it (None where a person has to decide or a fact is
    missing). The answer's `outcome` may be any: `refused` has its reasons and the amount 0, `no_amount` and
    `undetermined` have none, and `recognised` has its title in `result`. `question` is one that was built already;
    without it, the claim is asked without the conditions in `unmet`.
    """
    claim = context.claim
    if question is None:
        question = build_question(context, on=day_of(claim, act), unmet=unmet)
    answer = assess(catalogue_for(claim.version), question).as_dict()
    # A claim that is refused as a whole is answered without its lines.
    amounts = {line["line"]: _yuan(line["amount"]) for line in answer["lines"]}
    otherwise = ZERO if answer["outcome"] == Outcome.REFUSED else None
    for state in context.lines:
        state.line.assessed_amount = amounts.get(state.number, otherwise)
    ClaimLine.objects.bulk_update([state.line for state in context.lines], ["assessed_amount"])
    record_contents(state.line for state in context.lines)
    return _store(claim, question, answer, act=act, stage=stage)


def assess_supported(
    assessment: Assessment, *, sums: Mapping[int, Decimal], act: ActorContext, cuts: Sequence[Cut] = ()
) -> Assessment:
    """Store the engine's answer where people grant less than `assessment` gives: `sums` in yuan by the line's number.

    `cuts`: how money that is short led to these sums.

    Its amount and its city and district parts are those of what is granted. Where nothing is cut, `assessment` itself.
    """
    answer, claim = assessment.answer, assessment.claim
    if all(sums.get(line["line"], ZERO) == (_yuan(line["amount"]) or ZERO) for line in answer["lines"]):
        return assessment
    question = with_supported_sums(assessment.question, answer, sums)
    if cuts:
        question["cuts"] = [cut.as_dict() for cut in cuts]
    supported = assess(catalogue_for(assessment.version), question).as_dict()
    return _store(claim, question, supported, act=act, stage=assessment.stage)


def _store(
    claim: Claim, question: dict[str, Any], answer: dict[str, Any], *, act: ActorContext, stage: Action | str
) -> Assessment:
    return Assessment.objects.create(
        claim=claim,
        stage=stage,
        version=claim.version,
        question=question,
        answer=answer,
        hash=content_hash({"version": claim.version.hash, "question": question, "answer": answer}),
        amount=_yuan(answer["amount"]),
        made_at=act.at,
    )


def day_of(claim: Claim, act: ActorContext) -> date:
    """The day as of which a claim is asked about: that of its submission, so that its answer never changes."""
    return timezone.localdate(claim.submitted_at or act.at)


def preview_claim(context: ClaimContext, *, on: date) -> dict[str, Any] | None:
    """The answer for what is filled in so far; None while no line can be computed.

    Lines that cannot be computed yet are left out and listed under `pending` (their numbers on the page); conditions
    whose facts are not given yet are taken as met and listed under `assumed`.
    """
    facts = facts_of(context.item)
    wanted = [fact.name for fact in facts if fact.needed and fact.required]
    ready: list[LineState] = []
    pending: list[LineState] = []
    for state in context.lines:
        known = engine_facts(facts, state.reading)
        computable = known and not state.line.is_defence and all(name in known for name in wanted)
        (ready if computable else pending).append(state)
    if not ready:
        return None
    question = build_question(replace(context, lines=tuple(ready)), on=on) | {"assume": "met"}
    answer = assess(catalogue_for(context.claim.version), question).as_dict()
    numbers = [state.number for state in ready]
    for part in (*answer["steps"], *answer["reasons"]):
        _renumber(part, numbers)
    for line in answer["lines"]:
        line["line"] = numbers[line["line"] - 1]
    labels = context.labels
    answer["assumed_labels"] = [labels.get(name, name) for name in answer["assumed"]]
    answer["missing_labels"] = [labels.get(name, name) for name in answer["missing"]]
    answer["pending"] = [state.number for state in pending]
    return as_shown(answer, context.item)


def build_question(context: ClaimContext, *, on: date, unmet: Iterable[str] = ()) -> dict[str, Any]:
    """The engine's question about the claim's lines, with what the ledger says of earlier payments."""
    claim, item = context.claim, context.item
    lines = [engine_facts(facts_of(item), state.reading) for state in context.lines]
    subjects = {
        str(line[item.subject]): state.line.subject_key
        for state, line in zip(context.lines, lines, strict=True)
        if item.subject and item.subject in line
    }
    question: dict[str, Any] = {
        "item": item.id,
        "on": on.isoformat(),
        "applicant": stated_applicant(claim.applicant, claim.region_id),
        "lines": lines,
    }
    if takes_ratio(item):
        question = with_rates(question, item, context.rates)
    question = with_score(with_lists(question, item, claim.city), item, score_of(claim, item))
    rules = program_asked(catalogue_for(claim.version), question)
    if any(limit.scope.by_group for limit in rules.limits) and (group := group_of(claim, on)):
        question["applicant"] = {**question["applicant"], "group": group}
    party = party_of(claim, question)
    buckets = asked_buckets(rules, party=party, subjects=subjects)
    found = balances(buckets.keys.values(), without=claim)
    ledger = buckets.state(found)
    # Nothing granted is not said: the item would then ask for all of the right's costs since filing.
    granted = buckets.granted(found) if any(fact.name == SUBSIDISED for fact in item.facts) else {}
    for line in question["lines"]:
        subject = str(line.get(item.subject or ""))
        if subject in granted:
            line[SUBSIDISED] = str(max(granted[subject], Decimal(line.get(SUBSIDISED, "0"))))
        if PAID_BEFORE in line:
            # The engine adds the ledger's sum to the stated one: what the ledger has already is not stated again.
            known = Decimal(ledger["paid"].get("project", {}).get(subject, "0"))
            line[PAID_BEFORE] = str(max(Decimal(line[PAID_BEFORE]) - known, ZERO))
    codes = list(unmet)
    if ranks := [rank for rank_of in RANKS if (rank := rank_of(claim)) is not None]:
        # The place of a selection, or the next one that is free, whichever is later.
        free = 1 if any(limit.ranks_all for limit in rules.limits) else ledger.get("rank", 1)
        last = max(ranks)
        ledger["rank"] = max(last.place, free)
        if last.among:
            ledger["ranked"] = last.among
    return {**question, **ledger, **({"unmet": codes} if codes else {})}


def with_decided_sums(question: Mapping[str, Any], context: ClaimContext, decided: DecidedSums) -> dict[str, Any]:
    """The question with the sums that officers set, which the engine then holds against the limits."""
    lines = [
        line | _decided_facts(context.item, decided, state.line.pk)
        for state, line in zip(context.lines, question["lines"], strict=True)
    ]
    return {**question, "lines": lines}


def with_supported_sums(
    question: Mapping[str, Any], answer: Mapping[str, Any], sums: Mapping[int, Decimal]
) -> dict[str, Any]:
    """The question with the sums in yuan that people grant, by the line's number, in place of what its answer gives.

    The answer to it splits what is granted, and takes no more than that from the limits.
    """
    return {**question, "supported": [str(quantise_yuan(sums.get(line["line"], ZERO))) for line in answer["lines"]]}


def without_decided_sums(question: Mapping[str, Any]) -> dict[str, Any]:
    """The question with nothing in it that officers decided."""
    lines = [{name: line[name] for name in line if name not in DECIDED_FACTS} for line in question["lines"]]
    return {**question, "lines": lines}


def _decided_facts(item: Item, decided: DecidedSums, line_id: int) -> dict[str, str]:
    """What officers decided on a line, as far as the item knows these facts."""
    if line_id not in decided.by_line:
        return {}
    found = {DECIDED: str(quantise_yuan(decided.by_line[line_id]))}
    if decided.decision_no and any(fact.name == DECISION_NO for fact in item.facts):
        found[DECISION_NO] = decided.decision_no
    return found


def _renumber(part: dict[str, Any], numbers: list[int]) -> None:
    """Name a line by its number on the page: the question may have left lines out."""
    asked = part.get("line")
    if not asked:
        return
    part["line"] = numbers[asked - 1]
    part["text"] = part["text"].replace(f"第{asked}项：", f"第{numbers[asked - 1]}项：", 1)


def _yuan(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
