"""Ask the engine about a claim: live while it is written, and stored whenever somebody acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from applications.claims.models import Assessment, Claim, ClaimLine
from applications.claims.selectors.problems import line_states
from applications.claims.selectors.scope import item_of
from applications.ledger.keys import Scope, bucket_key
from applications.ledger.selectors import balances, ledger_state, party_of
from policies.engine import assess
from policies.engine.model import content_hash
from policies.engine.terms import Outcome
from policies.facts.values import DECIDED, DECISION_NO, engine_facts, facts_of, takes_decided_sum
from policies.published.selectors import catalogue_for
from policies.rates.selectors import Rates, takes_ratio, with_rates
from portal.core.money import ZERO, quantise_yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from applications.claims.enums import Action
    from applications.claims.selectors.problems import LineState
    from policies.engine.model import Item
    from portal.core.act import Act

# What the ledger knows better than the applicant: earlier money on the same right, and on the same item of it.
SUBSIDISED = "subsidised_before"
PAID_BEFORE = "paid_item_before"


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
    claim: Claim, *, act: Act, stage: Action | str, unmet: Iterable[str] = (), decided: DecidedSums | None = None
) -> Assessment:
    """Put the claim to the engine under its own version and store question and answer; to be called in a transaction.

    Each line's `assessed_amount` becomes what the answer gives it (None where a person has to decide or a fact is
    missing). The answer's `outcome` may be any: `refused` has its reasons and the amount 0, `no_amount` and
    `undetermined` have none, and `recognised` has its title in `result`. `unmet` are the codes of conditions that an
    officer found missing; `decided` are sums that officers set where the rules ask for them, and the engine holds them
    against the limits. A submitted claim is asked as of the day it was submitted, so that the same facts give the same
    answer for ever.
    """
    item = item_of(claim)
    states = line_states(claim, item)
    day = timezone.localdate(claim.submitted_at or act.at)
    question = build_question(claim, item, states, on=day, unmet=unmet, decided=decided)
    answer = assess(catalogue_for(claim.version), question).as_dict()
    # A claim that is refused as a whole is answered without its lines.
    amounts = {line["line"]: _yuan(line["amount"]) for line in answer["lines"]}
    otherwise = ZERO if answer["outcome"] == Outcome.REFUSED else None
    for state in states:
        state.line.assessed_amount = amounts.get(state.number, otherwise)
    ClaimLine.objects.bulk_update([state.line for state in states], ["assessed_amount"])
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


def preview_claim(claim: Claim, *, states: Sequence[LineState], on: date) -> dict[str, Any] | None:
    """The answer for what is filled in so far; None while no line can be computed.

    Lines that cannot be computed yet are left out and listed under `pending` (their numbers on the page); conditions
    whose facts are not given yet are taken as met and listed under `assumed`.
    """
    item = item_of(claim)
    ready: list[LineState] = []
    pending: list[LineState] = []
    for state in states:
        known = engine_facts(facts_of(item), state.reading)
        wanted = [fact.name for fact in facts_of(item) if fact.needed and fact.required]
        computable = known and not state.line.is_defence and all(name in known for name in wanted)
        (ready if computable else pending).append(state)
    if not ready:
        return None
    question = build_question(claim, item, ready, on=on) | {"assume": "met"}
    answer = assess(catalogue_for(claim.version), question).as_dict()
    numbers = [state.number for state in ready]
    for part in (*answer["steps"], *answer["reasons"]):
        _renumber(part, numbers)
    for line in answer["lines"]:
        line["line"] = numbers[line["line"] - 1]
    labels = {fact.name: fact.label for fact in item.facts}
    answer["assumed_labels"] = [labels.get(name, name) for name in answer["assumed"]]
    answer["missing_labels"] = [labels.get(name, name) for name in answer["missing"]]
    answer["pending"] = [state.number for state in pending]
    return answer


def build_question(
    claim: Claim,
    item: Item,
    states: Sequence[LineState],
    *,
    on: date,
    unmet: Iterable[str] = (),
    decided: DecidedSums | None = None,
) -> dict[str, Any]:
    """The engine's question about these lines of the claim, with what the ledger says of earlier payments."""
    lines = [engine_facts(facts_of(item), state.reading) for state in states]
    if decided is not None and takes_decided_sum(item):
        for state, line in zip(states, lines, strict=True):
            line.update(_decided_facts(item, decided, state.line.pk))
    subjects = {
        str(line[item.subject]): state.line.subject_key
        for state, line in zip(states, lines, strict=True)
        if item.subject and item.subject in line
    }
    ledger = ledger_state(item, party=party_of(claim), subjects=subjects, without=claim)
    if any(fact.name == SUBSIDISED for fact in item.facts):
        _add_subsidies(claim, item, lines, subjects)
    for line in lines:
        if PAID_BEFORE in line:
            # The engine adds the ledger's sum to the stated one: what the ledger has already is not stated again.
            known = Decimal(ledger["paid"].get("project", {}).get(str(line.get(item.subject or "")), "0"))
            line[PAID_BEFORE] = str(max(Decimal(line[PAID_BEFORE]) - known, ZERO))
    question: dict[str, Any] = {
        "item": item.id,
        "on": on.isoformat(),
        "applicant": {"kind": claim.applicant.kind, "region": claim.region_id},
        "lines": lines,
        **ledger,
    }
    codes = list(unmet)
    question |= {"unmet": codes} if codes else {}
    return with_rates(question, item, Rates(claim.item_id, claim.region)) if takes_ratio(item) else question


def _decided_facts(item: Item, decided: DecidedSums, line_id: int) -> dict[str, str]:
    """What officers decided on a line, as far as the item knows these facts."""
    if line_id not in decided.by_line:
        return {}
    found = {DECIDED: str(quantise_yuan(decided.by_line[line_id]))}
    if decided.decision_no and any(fact.name == DECISION_NO for fact in item.facts):
        found[DECISION_NO] = decided.decision_no
    return found


def _add_subsidies(claim: Claim, item: Item, lines: Sequence[dict[str, Any]], subjects: dict[str, str]) -> None:
    """State on each line what its right was granted under any item of the document.

    Nothing granted is not said: the item would then ask for all of the right's costs since filing.
    """
    party, base = party_of(claim), f"document:{item.document_id}"
    keys = {stated: bucket_key(Scope.RIGHT, base, party, normal) for stated, normal in subjects.items()}
    found = balances(keys.values(), without=claim)
    for line in lines:
        balance = found.get(keys.get(str(line.get(item.subject or "")), ""))
        if balance is not None and balance.amount:
            line[SUBSIDISED] = str(max(balance.amount, Decimal(line.get(SUBSIDISED, "0"))))


def _renumber(part: dict[str, Any], numbers: list[int]) -> None:
    """Name a line by its number on the page: the question may have left lines out."""
    asked = part.get("line")
    if not asked:
        return
    part["line"] = numbers[asked - 1]
    part["text"] = part["text"].replace(f"第{asked}项：", f"第{numbers[asked - 1]}项：", 1)


def _yuan(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
