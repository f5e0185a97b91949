"""One claim through everything that states its sum, and every place that states another one.

Calculator, stored assessment, reservation, award and simulation are asked in their own code; what they must agree on
is worked out here from their answers alone. `disagreements` names each difference in words.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Assessment, Claim, ClaimLine
from applications.claims.selectors.context import read_claim
from applications.claims.services.assessment import assess_claim, assess_supported
from applications.claims.services.replay import difference_in
from applications.ledger.keys import bucket_key
from applications.ledger.models import LimitEntry
from applications.ledger.selectors import party_of, uses_of_claim
from applications.ledger.services import reserve_limits
from policies.engine import Catalogue, Item, Outcome, assess, catalogue_of, compile_item, plain_content
from policies.engine.batch import Population, generate, simulate
from policies.engine.batch.questions import questions
from policies.engine.batch.result import OUTCOME_CODES
from policies.engine.buckets import Bucket, program_asked
from policies.engine.columns.population import KINDS
from policies.engine.limits.money import MoneyLimit
from policies.engine.money import parse_ratio, parse_yuan
from policies.engine.operations.base import Role
from policies.engine.operations.registry import read_operations
from policies.engine.scopes import SCOPES
from policies.facts.values import engine_facts
from policies.published.forms import read_calculator
from portal.core.money import ZERO, to_yuan
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, LineDecision
from review.funding.awards import record_award
from review.funding.models import Award
from tests.factories import ClaimFactory, ItemVersionFactory, act, make_official, wuxi


def disagreements(
    item: Item, *, seed: int, kind: str, chosen: Mapping[str, Any], granted: Fraction, claims: int = 1
) -> list[str]:
    """What differs for made claims of one kind of applicant under the chosen readings, of which officers grant a part.

    To be called in a transaction that is rolled back: it writes claims, assessments, limits and awards.
    """
    catalogue = catalogue_of([], [item])
    settings = {name: value for name, value in chosen.items() if name in catalogue.settings}
    population = generate(catalogue, claims, seed=seed, items=[item.id], edge=True)
    population.kind[:] = KINDS.index(kind)
    simulated = list(_simulated(catalogue, population, settings))
    found: list[str] = []
    for number, question in enumerate(questions(catalogue, population)):
        asked = {**question, "settings": settings} if settings else question
        claim = _claim(item, asked)
        stored = assess_claim(read_claim(claim), act=act(), stage=Action.DECIDE, question=asked)
        found += _unequal("simulation", simulated[number], _padded(_figures(stored.answer), simulated[number]["lines"]))
        found += _unequal("calculator", _calculated(catalogue, item, asked), _figures(stored.answer))
        found += _faults_of_answer(item, stored.answer)
        found += _order_faults(catalogue, item, asked, stored.answer)
        found += [text] if (text := difference_in(stored)) else []
        if stored.answer["outcome"] == Outcome.PAYABLE:
            found += _granted_faults(claim, item, stored, granted)
    return found


def _figures(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "outcome": answer["outcome"],
        "amount": answer["amount"] or "0.00",
        "city": answer["city"],
        "district": answer["district"],
        "lines": [line["amount"] or "0.00" for line in answer["lines"]],
    }


def _padded(figures: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    """Columns have a sum for lines too that an answer leaves out: refused with the whole claim, or counted together."""
    return figures | {"lines": figures["lines"] + ["0.00"] * (len(lines) - len(figures["lines"]))}


def _unequal(place: str, found: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    return [f"{place}: {name} is {found[name]}, stored {stored[name]}" for name in found if found[name] != stored[name]]


def _claim(item: Item, asked: Mapping[str, Any]) -> Claim:
    version = ItemVersionFactory(item__code=item.id, content=plain_content(item), hash=item.hash)
    claim: Claim = ClaimFactory(version=version, status=ClaimStatus.FINAL_DECISION, lines=0)
    for position, line in enumerate(asked["lines"], start=1):
        subject = str(line.get(item.subject or "", ""))
        ClaimLine.objects.create(claim=claim, position=position, facts={}, subject_key=subject)
    return claim


# ---- the simulation and the calculator ---------------------------------------------------------------------------


def _simulated(catalogue: Catalogue, population: Population, settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What columns answer, claim by claim, each standing alone."""
    answers = simulate(catalogue, population, settings=settings, ledger=False)
    for claim in range(len(population)):
        divided = bool(answers.divided[claim])
        lines = answers.line_amounts[0][np.flatnonzero(population.tables[0].claim == claim)]
        yield {
            "outcome": OUTCOME_CODES[int(answers.outcome[claim])].value,
            "amount": str(to_yuan(int(answers.amount[claim]))),
            "city": str(to_yuan(int(answers.city[claim]))) if divided else None,
            "district": str(to_yuan(int(answers.district[claim]))) if divided else None,
            "lines": [str(to_yuan(fen)) for fen in lines.tolist()],
        }


def _calculated(catalogue: Catalogue, item: Item, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the calculator answers where its form is filled in with the same facts.

    Facts that its form leaves out, as no sum depends on them alone, and what only a claim knows are added.
    """
    typed = {"kind": asked["applicant"]["kind"], "lines": str(len(asked["lines"]))}
    for number, line in enumerate(asked["lines"]):
        typed |= dict(_controls(f"line-{number}", line))
    form = read_calculator(item, typed, today=date.fromisoformat(asked["on"]))
    lines = []
    for line, shown in zip(asked["lines"], form.lines, strict=True):
        read = engine_facts(shown.form.facts, shown.reading)
        shown_names = {fact.name for fact in shown.form.facts}
        # A form cannot say that there are no rows, only say nothing of them.
        hidden = {name: value for name, value in line.items() if name not in shown_names or value == []}
        # The page names what it left out and why; the engine, asked with it, says what is missing.
        left_out = {place.partition(".")[0] for place in shown.reading.left_out}
        lines.append({**hidden, **read, **{name: line[name] for name in left_out if name in line}})
    return _figures(assess(catalogue, {**asked, "lines": lines}).as_dict())


def _controls(prefix: str, line: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a person types into the controls of one line."""
    for name, value in line.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for index, row in enumerate(value):
                yield from ((f"{prefix}-{name}-{index}-{column}", str(cell)) for column, cell in row.items())
        elif isinstance(value, bool):
            yield f"{prefix}-{name}", "是" if value else "否"
        else:
            yield f"{prefix}-{name}", str(value)


# ---- what an answer must keep within itself ----------------------------------------------------------------------


def _faults_of_answer(item: Item, answer: Mapping[str, Any]) -> list[str]:
    """Lines add up to the sum, and so do the payers' parts; the city stays within its ceiling."""
    found = []
    total = Decimal(answer["amount"] or 0)
    if answer["outcome"] == Outcome.PAYABLE and total != sum(Decimal(line["amount"] or 0) for line in answer["lines"]):
        found.append(f"answer: the lines do not add up to {total}")
    if answer["city"] is not None and item.split is not None:
        city, district = Decimal(answer["city"]), Decimal(answer["district"])
        others = [Decimal(yuan) for yuan in answer.get("others", {}).values()]
        if sum([city, district, *others]) != total:
            found.append(f"split: {city}, {district} and {others} do not add up to {total}")
        if Fraction(city) > parse_ratio(item.split["city"]) * Fraction(total):
            found.append(f"split: the city's {city} passes {item.split['city']} of {total}")
    return found


def _order_faults(catalogue: Catalogue, item: Item, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Filters of rows leave the same rows in whichever order they stand."""
    steps = read_operations(item.steps)
    at = [number for number, step in enumerate(steps) if step.role is Role.FILTERS]
    if len(at) < 2:
        return []
    content = plain_content(item)
    turned = [content["steps"][number] for number in reversed(at)]
    for number, step in zip(at, turned, strict=True):
        content["steps"][number] = step
    other = assess(catalogue_of([], [compile_item(content)]), dict(asked)).as_dict()
    return _unequal("filters in another order", _figures(other), _figures(answer))


# ---- what is granted: reservation and award ----------------------------------------------------------------------


def _granted_faults(claim: Claim, item: Item, stored: Assessment, granted: Fraction) -> Iterator[str]:
    sums = {line["line"]: _cut(line["amount"], granted) for line in stored.answer["lines"]}
    total = sum(sums.values(), ZERO)
    if not total:
        return
    final = assess_supported(stored, sums=sums, act=act())
    yield from _unequal("final assessment", {"amount": str(total)}, _figures(final.answer))
    yield from _faults_of_answer(item, final.answer)
    yield from [text] if (text := difference_in(final)) else []
    decision = _decide(claim, final, sums, total)
    yield from _reservation_faults(claim, decision, sums)
    claim.approved_amount = total
    yield from _award_faults(claim, record_award(claim, act=act()), final.answer)


def _award_faults(claim: Claim, award: Award, answer: Mapping[str, Any]) -> Iterator[str]:
    """The award has the answer's sum and shares; where more than two pay, its parts by payer have them."""
    stated = {"amount": award.total, "city": award.city_share, "district": award.district_share}
    figures = _figures(answer)
    if others := answer.get("others"):
        figures |= {"city": None, "district": None}
        # A district pays the parts of its towns, which keep no books here.
        borne: defaultdict[str | None, Decimal] = defaultdict(Decimal)
        borne[claim.city.parent_id] += Decimal(others.get("province", 0))
        borne[claim.city_id] += Decimal(answer["city"])
        borne[claim.region_id] += Decimal(answer["district"]) + Decimal(others.get("town", 0))
        parts = {part.region_id: part.yuan for part in award.parts.all()}
        if parts != {region: yuan for region, yuan in borne.items() if yuan}:
            yield f"award: the parts are {parts}, the answer's {dict(borne)}"
    words = {name: None if value is None else f"{value:.2f}" for name, value in stated.items()}
    yield from _unequal("award", words, figures)


def _cut(amount: str | None, granted: Fraction) -> Decimal:
    return to_yuan(int(parse_yuan(amount or "0") * granted))


def _decide(claim: Claim, final: Assessment, sums: Mapping[int, Decimal], total: Decimal) -> Decision:
    officer = make_official("decision_maker", wuxi())
    decision = Decision.objects.create(
        claim=claim,
        stage=Stage.FINAL,
        round=1,
        conclusion=Conclusion.SUPPORT,
        officer=officer,
        officer_name=officer.name,
        amount=total,
        ceiling=total,
        minutes_number="纪要",
        minutes_date=date(2026, 6, 1),
        assessment=final,
    )
    rows = list(claim.lines.order_by("position"))
    LineDecision.objects.bulk_create(
        LineDecision(decision=decision, line=rows[number - 1], amount=amount, ceiling=amount)
        for number, amount in sums.items()
    )
    return decision


def _reservation_faults(claim: Claim, decision: Decision, sums: Mapping[int, Decimal]) -> Iterator[str]:
    """The entries hold what the answer takes from each bucket, under the caps that it states."""
    final = decision.assessment
    assert final is not None
    lines = list(claim.lines.order_by("position"))
    amounts = [(line.subject_key, sums.get(number, ZERO)) for number, line in enumerate(lines, start=1)]
    uses = {use.key: use for use in uses_of_claim(claim, final, amounts)}
    reserve_limits(claim, uses=uses.values(), act=act())
    entered = dict(LimitEntry.objects.filter(claim=claim).values_list("bucket__key", "amount"))
    party, rules = (
        party_of(claim),
        program_asked(catalogue_of([], [compile_item(final.version.content)]), final.question),
    )
    caps: dict[str, Decimal] = {}
    for limit in (limit for limit in rules.limits if isinstance(limit, MoneyLimit)):
        for use in final.answer["limits"]:
            if use["group"] != limit.group or tuple(use["key"]) != limit.scope.per or use["unit"] != "yuan":
                continue
            is_unnamed = use["subject"] is not None and not any(line.subject_key == use["subject"] for line in lines)
            if is_unnamed:
                continue
            key = bucket_key(Bucket(limit.scope, limit.base, use["subject"] or ""), party)
            caps[key] = min(caps.get(key, Decimal(use["cap"])), Decimal(use["cap"]))
            if entered.get(key) != Decimal(use["amount"]):
                yield f"reservation: {key} holds {entered.get(key)}, the answer takes {use['amount']}"
    for key, cap in caps.items():
        # A sum of the last years is the ceiling of a window, and that of no whole bucket.
        ceilings = [uses[key].ceiling, *(window.ceiling for window in uses[key].windows)]
        held = min((one.amount for one in ceilings if one.amount is not None), default=None)
        if held != cap:
            yield f"reservation: {key} is held under {held}, the answer's cap is {cap}"
    whole = {bucket_key(Bucket(SCOPES[per], rules.item.id), party) for per in (("applicant",), ("applicant", "year"))}
    yield from (f"reservation: {key} holds {entered[key]}" for key in whole if entered[key] != decision.amount)
