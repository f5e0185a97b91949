"""The buckets of a ledger of payments: those that a question asks about, and those that a granted claim enters.

Whoever keeps the ledger reads no rules: it looks up the buckets that are asked, and writes the entries under the
ceilings that are stated here, which are the caps of the engine's own answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from policies.engine.assessment import BucketUse
from policies.engine.dates import parse_date
from policies.engine.limits.base import NO_CEILING, Ceiling, CompiledLimit
from policies.engine.question import read_settings
from policies.engine.scopes import (
    APPLICANT,
    APPLICANT_YEAR,
    ONE_OF_GROUP,
    RIGHT,
    SCOPES,
    SUBJECT,
    Scope,
    document_base,
    group_base,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from policies.engine.catalogue import Catalogue
    from policies.engine.program import Program


class Bucket(NamedTuple):
    """One bucket: what it counts over, what it is named by, and the subject where each has its own."""

    scope: Scope
    base: str
    subject: str = ""


class Granted(NamedTuple):
    """What is granted to one line, in fen. `subject` is its subject in the ledger's normal form, empty for none."""

    subject: str
    fen: int


@dataclass(frozen=True, slots=True)
class BucketEntry:
    """What a granted claim takes from one bucket: fen and times, under the ceiling that stands there.

    `windows`: ceilings of what its last years hold, each with the scope that says how many.
    """

    bucket: Bucket
    fen: int
    times: int = 1
    ceiling: Ceiling = NO_CEILING
    windows: tuple[tuple[Scope, Ceiling], ...] = ()


def program_asked(catalogue: Catalogue, question: Mapping[str, Any]) -> Program:
    """The version of a question's item, under the question's readings. Raises QuestionError for unknown readings."""
    overrides = read_settings(catalogue, question.get("settings"), "settings")
    return catalogue.program_for(question["item"], parse_date(question["on"]), overrides)


def buckets_asked(program: Program, subjects: Iterable[str]) -> dict[str, list[Bucket]]:
    """The buckets behind each name of a question's `paid`, and of times; `right` is what a right had in all.

    `subjects` are in the ledger's normal form.
    """
    item, named = program.item, [subject for subject in dict.fromkeys(subjects) if subject]

    def of(scope: Scope, base: str) -> list[Bucket]:
        return [Bucket(scope, base, subject) for subject in named] if scope.by_subject else [Bucket(scope, base)]

    asked = {scope.ledger: of(scope, item.id) for scope in SCOPES.values() if not scope.is_rolling}
    asked[RIGHT.ledger] = of(RIGHT, document_base(item.document_id))
    if item.once_group:
        asked[ONE_OF_GROUP.ledger] = of(ONE_OF_GROUP, group_base(item.once_group))
    # Of two limits that mean different buckets by one name the earlier is asked.
    asked |= {limit.asks: of(limit.scope, limit.base) for limit in reversed(program.limits) if limit.asks}
    return asked


def bucket_entries(program: Program, answer: Mapping[str, Any], granted: Sequence[Granted]) -> list[BucketEntry]:
    """Every bucket that a claim enters when its lines are granted these sums, one sum for each line of the question.

    `answer` is the engine's answer in its JSON form. A claim enters every scope of its item, whether or not a limit
    stands there: that is what later questions ask. A line without a sum takes nothing. The bucket of the year's
    programme is one for the whole city, so a claim enters it only where a limit stands on it. A claim counts one time,
    unless the limit counts lines. Raises ValueError where something is granted that the answer does not give.
    """
    paid = [line for line in granted if line.fen]
    if not paid:
        return []
    by_subject: dict[str, tuple[int, int]] = {}
    for line in paid:
        if line.subject:
            fen, lines = by_subject.get(line.subject, (0, 0))
            by_subject[line.subject] = fen + line.fen, lines + 1
    whole = {"": (sum(line.fen for line in paid), len(paid))}
    uses = _uses_by_subject(answer, granted)
    found: dict[Bucket, BucketEntry] = {}

    def enter(scope: Scope, base: str, limit: CompiledLimit | None = None) -> None:
        for subject, (fen, lines) in (by_subject if scope.by_subject else whole).items():
            bucket = Bucket(scope.kept, base, subject)
            known = found.setdefault(bucket, BucketEntry(bucket, fen))
            if limit is None:
                continue
            ceiling, times = limit.ceiling(uses.get(subject, ())), max(known.times, limit.times_taken(lines))
            if scope.is_rolling:
                found[bucket] = replace(known, windows=(*known.windows, (scope, ceiling)), times=times)
            else:
                found[bucket] = replace(known, ceiling=known.ceiling.lower(ceiling), times=times)

    for scope in (APPLICANT, APPLICANT_YEAR, SUBJECT):
        enter(scope, program.item.id)
    enter(RIGHT, document_base(program.item.document_id))
    if program.item.once_group:
        enter(ONE_OF_GROUP, group_base(program.item.once_group))
    for limit in program.limits:
        if limit.is_entered:
            enter(limit.scope, limit.base, limit)
    return list(found.values())


def _uses_by_subject(answer: Mapping[str, Any], granted: Sequence[Granted]) -> dict[str, list[BucketUse]]:
    """What the answer takes from its buckets, by the subject's normal form; under "" what is not by subject."""
    normal = {line["subject"]: granted[line["line"] - 1].subject for line in answer["lines"]}
    found: dict[str, list[BucketUse]] = {}
    for raw in answer["limits"]:
        use = BucketUse.from_dict(raw)
        found.setdefault("" if use.subject is None else normal.get(use.subject, use.subject), []).append(use)
    return found
