"""The interpreter, the reference implementation: from a question to an answer, in the order of the document.

Order: version, region, applicant, conditions, the item's steps, quota and times, limits in the order of the lines,
lower tiers, other policies, the sums that people grant, the split.
"""

from datetime import date
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from policies.engine.assessment import Assessment, LineAmount, PartAnswer, Reason
from policies.engine.catalogue import Catalogue
from policies.engine.errors import QuestionError
from policies.engine.line import Line
from policies.engine.part import Part
from policies.engine.pool import Pool
from policies.engine.program import Program
from policies.engine.question import Question, read_question
from policies.engine.regions import covers, district_name
from policies.engine.split import Parts, divide
from policies.engine.terms import APPLICANT_KINDS, Outcome

if TYPE_CHECKING:
    from policies.engine.trace import Entry


def assess(catalogue: Catalogue, question: dict[str, Any]) -> Assessment:
    """Answer one question (the JSON contract of docs/engine.md). Raises QuestionError for what it cannot read."""
    asked = read_question(catalogue, question)
    parts = []
    for part in asked.parts:
        run = Part(part, part.program, asked.year)
        parts.append(run)
        _check_claim(asked, run)
        if not run.reasons:
            _run_lines(catalogue, asked, run)
    pool = Pool(asked, parts)
    pool.apply()
    for run in parts:
        if run.asked.supported is not None:
            _cut_to_supported(run, run.asked.supported, pool)
    return _answer(asked, parts, pool)


def stated_values(catalogue: Catalogue, question: dict[str, Any], name: str) -> list[Any]:
    """What each line of a question has of a fact, stated or worked out (sums in yuan), None for none.

    Raises QuestionError.
    """
    asked = read_question(catalogue, question)
    found: list[Any] = []
    for part in asked.parts:
        run = Part(part, part.program, asked.year)
        _run_lines(catalogue, asked, run)
        types = {fact.name: fact.type for fact in part.program.item.facts}
        types |= {one.derived[0]: one.derived[1] for one in part.program.operations if one.derived is not None}
        values = [line.facts.get(name) for line in run.lines]
        is_sum = types.get(name) == "money"
        found += [Fraction(value, 100) if is_sum and isinstance(value, int) else value for value in values]
    return found


def _cut_to_supported(run: Part, supported: tuple[int, ...], pool: Pool) -> None:
    """Where people grant less than the rules give, each line is cut to what they grant; never raised to it."""
    for line, fen in zip(run.lines, supported, strict=True):
        if line.amount:
            line.amount = min(line.amount, fen)
    pool.entries += [cut.entry() for cut in run.asked.cuts]
    pool.entries.append((run.program.notes["SUPPORTED"], (run.sum,), run.sum, True, 0))


def _check_claim(asked: Question, run: Part) -> None:
    part, program = run.asked, run.program
    if asked.kind not in program.kinds:
        run.refuse("APPLICANT_KIND", APPLICANT_KINDS[asked.kind])
    if asked.region is not None and not covers(program.item.content["document"], asked.region):
        run.refuse("REGION", asked.region)
    for name in part.unmet:
        if names_priority(program, name):
            run.entries.append((program.notes["PRIORITY"], (name,), None, False, 0))
        elif name in program.unmet:
            run.reasons.append((program.unmet[name], (), 0))
        else:
            run.refuse("UNMET", name)
    for limit in program.refusing:
        reason = limit.refusal(run)
        if reason is not None:
            run.reasons.append(reason)


def names_priority(program: Program, name: str) -> bool:
    """Whether an officer names a priority, in its words or a part of them: it ranks, and never refuses."""
    return any(name == known or (len(name) > 3 and name in known) for known in program.priorities)


def _run_lines(catalogue: Catalogue, asked: Question, run: Part) -> None:
    lines = _merged(run.asked.lines) if run.program.aggregate else run.asked.lines
    as_of = run.program.item.as_of
    for number, (facts, count) in enumerate(lines, 1):
        day = facts.get(as_of, asked.on) if as_of else asked.on
        program = run.program
        if day is not asked.on:
            program = catalogue.program_for(program.item.id, day, run.asked.overrides)
        facts["on"] = day
        facts["claimed_on"] = asked.on
        facts["applicant_kind"] = asked.kind
        if asked.size is not None:
            facts["applicant_size"] = asked.size
        if asked.region is not None:
            facts["applicant_region"] = district_name(asked.region)
        line = Line(program, number, facts, count, run.asked.paid.sums)
        run.lines.append(line)
        _run_line(program, line, day, assume=asked.assume)


def _merged(lines: list[tuple[dict[str, Any], int]]) -> list[tuple[dict[str, Any], int]]:
    """Lines of a per-N item count together: one line, the counts added, the earlier count the largest stated."""
    facts = dict(lines[0][0])
    for other, _ in lines[1:]:
        for name, value in other.items():
            mine = facts.get(name)
            facts[name] = (
                max(mine, value) if isinstance(mine, int) and isinstance(value, int) else facts.get(name, value)
            )
    return [(facts, sum(count for _, count in lines))]


def _run_line(program: Program, line: Line, day: date, *, assume: bool) -> None:
    if not program.in_force(day):
        line.reasons.append((program.notes["NOT_IN_FORCE"], (not_in_force_text(program, day),)))
        return
    for derive in program.derivations:
        if derive(line):
            return
    for gate in program.gates:
        holds = gate.predicate(line.facts)
        if holds or (gate.unless is not None and gate.unless(line.facts)):
            continue
        if holds is False:
            line.reasons.append((gate.failed, ()))
        elif assume:
            line.assumed.extend(name for name in gate.fields if name not in line.facts)
            line.note(gate.missing, applied=False)
        elif gate.needed:
            line.missing.extend(name for name in gate.fields if name not in line.facts)
    if line.reasons:
        return
    for step in program.steps:
        if step(line):
            break


def not_in_force_text(program: Program, day: date) -> str:
    """Why a version does not reach a day."""
    citation = program.item.content["document"]["citation"]
    if program.effective_from is None:
        return f"{citation}尚未施行，不能据以支持"
    if day < program.effective_from:
        return f"{citation}自 {program.effective_from.isoformat()} 起施行，{day.isoformat()} 的事实不适用"
    end = program.effective_to.isoformat() if program.effective_to else ""
    return f"{citation}支持到 {end} 前的事实，{day.isoformat()} 的事实不适用"


# By names of this module: to look a member up in its enumeration takes as long as a step of the rules.
PAYABLE, REFUSED = Outcome.PAYABLE, Outcome.REFUSED


def _line_outcome(line: Line) -> Outcome:
    if line.reasons:
        return REFUSED
    if line.missing:
        return Outcome.UNDETERMINED
    if line.measured is not None:
        return Outcome.TARGET_MET if line.measured else Outcome.TARGET_MISSED
    if line.title is not None and line.amount is None:
        return Outcome.RECOGNISED
    if line.needs_decision:
        return Outcome.NO_AMOUNT
    return PAYABLE if line.amount else REFUSED


# Where several lines or items answer together, the first of these that any of them has is the answer of the whole.
PRECEDENCE = (
    Outcome.UNDETERMINED,
    Outcome.NO_AMOUNT,
    PAYABLE,
    Outcome.TARGET_MISSED,
    Outcome.TARGET_MET,
    Outcome.RECOGNISED,
    REFUSED,
)
_PARTS_PRECEDENCE = (Outcome.UNDETERMINED, PAYABLE, *PRECEDENCE[1:])


def _first(precedence: tuple[Outcome, ...], found: list[Outcome]) -> Outcome:
    return next((outcome for outcome in precedence if outcome in found), REFUSED)


def _part_outcome(run: Part) -> Outcome:
    if run.reasons:
        return REFUSED
    if len(run.lines) == 1:
        return _line_outcome(run.lines[0])
    return _first(PRECEDENCE, [_line_outcome(line) for line in run.lines])


def _outcomes(parts: list[Part]) -> tuple[Outcome, list[Outcome]]:
    """The outcome of the whole claim, and of each item."""
    if len(parts) == 1:
        outcome = _part_outcome(parts[0])
        return outcome, [outcome]
    outcomes = [_part_outcome(run) for run in parts]
    return _first(_PARTS_PRECEDENCE, outcomes), outcomes


def _amount(outcome: Outcome, fen: int) -> int | None:
    if outcome is PAYABLE:
        return fen
    return 0 if outcome is REFUSED else None


def _divide_total(asked: Question, parts: list[Part], outcomes: list[Outcome]) -> tuple[int, Parts | None]:
    """Fen over all payable items, and their city and district parts where any item is split."""
    if len(parts) == 1:
        total, split = parts[0].sum if outcomes[0] is PAYABLE else 0, parts[0].program.split
        return total, None if split is None else divide([(split, total)], asked.city_requested)
    total, shared = 0, []
    for run, outcome in zip(parts, outcomes, strict=True):
        fen, split = run.sum if outcome is PAYABLE else 0, run.program.split
        total += fen
        if split is not None:
            shared.append((split, fen))
    return total, divide(shared, asked.city_requested) if shared else None


def _answer(asked: Question, parts: list[Part], pool: Pool) -> Assessment:
    outcome, outcomes = _outcomes(parts)
    reasons: list[Reason] = []
    entries: list[Entry] = []
    title: str | None = None
    assumed: list[str] = []
    missing: list[str] = []
    for run in parts:
        entries += run.entries
        reasons += run.reasons
        for line in run.lines:
            entries += line.trace
            if line.reasons:
                reasons += [(note, figures, line.number) for note, figures in line.reasons]
            elif line.title and title is None:
                title = line.title
            if line.missing:
                names = dict.fromkeys(line.missing)
                missing += names
                reasons += [(run.program.notes["MISSING"], (name,), line.number) for name in names]
            if line.assumed:
                assumed += line.assumed
    entries += pool.entries
    amount, city, district = None, None, None
    others: tuple[tuple[str, int], ...] = ()
    if outcome is PAYABLE or outcome is REFUSED:
        amount, divided = _divide_total(asked, parts, outcomes)
        if divided is not None:
            city, district, others = divided.city, divided.district, divided.others
            if divided.entry is not None:
                entries.append(divided.entry)
            if divided.refusal is not None:
                reasons.append(divided.refusal)
                outcome, amount, city, district = REFUSED, 0, 0, 0
                outcomes = [outcome] * len(parts)
        if outcome is REFUSED and not reasons:
            reasons.append((parts[0].program.notes["NOTHING"], (), 0))
    # By position: naming twelve fields takes as long as a step of the rules.
    return Assessment(
        outcome,
        amount,
        city,
        district,
        title,
        tuple(dict.fromkeys(assumed)) if assumed else (),
        tuple(dict.fromkeys(missing)) if missing else (),
        pool.uses() if outcome is PAYABLE else (),
        tuple(entries),
        tuple(reasons),
        partial(_details, parts, outcomes),
        others,
    )


def _details(parts: list[Part], outcomes: list[Outcome]) -> tuple[tuple[PartAnswer, ...], tuple[LineAmount, ...]]:
    return (
        tuple(_part_answer(run, outcome) for run, outcome in zip(parts, outcomes, strict=True)),
        tuple(_line_answer(run, line) for run in parts for line in run.lines),
    )


def _part_answer(run: Part, outcome: Outcome) -> PartAnswer:
    item = run.program.item
    return PartAnswer(
        item=item.id,
        title=item.title,
        citation=item.citation,
        version=run.program.effective_from.isoformat() if run.program.effective_from else item.version,
        hash=item.hash,
        outcome=outcome,
        amount=_amount(outcome, run.sum),
    )


def _line_answer(run: Part, line: Line) -> LineAmount:
    outcome = _line_outcome(line)
    subject = run.program.item.subject
    value = line.facts.get(subject) if subject else None
    return LineAmount(
        item=run.program.item.id,
        number=line.number,
        subject=None if value is None else str(value),
        outcome=outcome,
        amount=_amount(outcome, line.amount or 0),
        entries=tuple(line.trace),
        reasons=tuple((note, figures, line.number) for note, figures in line.reasons),
    )


def ask_problems(catalogue: Catalogue, question: dict[str, Any]) -> QuestionError | None:
    """What is wrong with a question, or None; for forms that check before they ask."""
    try:
        read_question(catalogue, question)
    except QuestionError as error:
        return error
    return None
