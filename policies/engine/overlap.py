"""从新从优从高: what other policies paid for the same matter is taken off, once for the whole claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from policies.engine.columns.arithmetic import among, distinct
from policies.engine.columns.buckets import Buckets, joined
from policies.engine.columns.keys import entries_of_lines
from policies.engine.columns.ledger import Ledger, grouped
from policies.engine.limits.deduction import Deduction, DeductionColumns
from policies.engine.money import money_text
from policies.engine.scopes import SUBJECT, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import IntArray
    from policies.engine.context import Context
    from policies.engine.model import Content
    from policies.engine.part import Part
    from policies.engine.pool import Pool

OTHER_POLICY = "other_policy"


def compile_overlap(spec: Content, context: Context, item_id: str) -> Overlap:
    """The rule of a document's `overlap`."""
    code, cite = "SET_OFF", spec.get("cite")

    def words(figures: tuple[int, ...]) -> str:
        return f"其他政策就同一事项已支持 {money_text(figures[0])}，只补差额"

    return Overlap(
        code=code,
        scope=SUBJECT,
        base=item_id,
        ledger=OTHER_POLICY,
        note=context.note(code, words, cite=cite),
        unused=context.note(code, "未获其他政策对同一事项的支持，不需扣减", cite=cite),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Deduction):
    """The compiled rule: no bucket of its own, as it is the other documents' that count."""

    turn = 90

    def had(self, claim: Pool, part: Part) -> int:
        # What a part does not state for itself is taken off once, from the first parts.
        return int(part.asked.paid.sums[OTHER_POLICY] if part.asked.own_paid else claim.left_of_others)

    def take_off(self, claim: Pool, part: Part, had: int) -> None:
        taken = part.take_off(had)
        if not part.asked.own_paid:
            claim.left_of_others -= taken

    def reads(self, item_id: str) -> tuple[str, Scope | None, str]:
        return OTHER_POLICY, None, item_id


class OverlapColumns(DeductionColumns):
    """What other documents paid for the claim's subjects, taken off."""


class OtherPolicies(Ledger):
    """What other documents paid for the same matter: what all paid, less what the claim's own document did."""

    shown_as = OTHER_POLICY

    def __init__(self, runs: list[Run], keys: Keys, matters: list[tuple[IntArray, IntArray]], shared: IntArray) -> None:
        self._matters = matters
        entries = entries_of_lines([(run, *own) for run, own in zip(runs, matters, strict=True)], keys)
        super().__init__(OTHER_POLICY, SUBJECT, runs, keys, entries)
        documents = list(dict.fromkeys(run.item.document_id for run in runs))
        numbers = [documents.index(run.item.document_id) for run in runs]
        ranks = [np.searchsorted(shared, subjects) for _, subjects in matters]
        claims, pairs = self.buckets.claims, zip(ranks, numbers, strict=True)
        own = [rank * len(documents) + number for rank, number in pairs]
        self._own = Buckets(own, [claims], [keys.filed[claims]])

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        return run.answers.granted[at]

    def _takes(self, place: int, at: IntArray | slice) -> IntArray:
        # Lines that are counted together are paid for the subject that was named first.
        run, (lines, subjects) = self.runs[place], self._matters[place]
        own = run.subjects(lines) == subjects
        return super()._takes(place, at) * own[at]

    def _show(self, place: int, at: IntArray | slice, before: IntArray) -> None:
        lines, _ = self._matters[place]
        if self.runs[place].merged is None:
            super()._show(place, at, before)
            return
        # A line finds what was paid for all its subjects.
        sums = np.zeros(len(self.runs[place].lines), dtype=np.int64)
        np.add.at(sums, lines, self._found[self._part(place)])
        at = np.unique(lines[at])
        self._mark(place, at, sums[at])

    def shown_to(self, run: Run) -> tuple[str, ...]:
        return (self.shown_as,) if self.shown_as in run.bases else ()

    def find(self, changed: IntArray | None) -> tuple[IntArray, IntArray]:
        found = self.buckets.found_by_all(self.taken) - self._own.found_by_all(self.taken)
        return np.arange(len(found)), found


Overlap.columns = OverlapColumns


def ledgers_of_other_policies(runs: list[Run], keys: Keys) -> Iterator[Ledger]:
    """One ledger for all matters that two documents pay for; none where nobody takes the other's sum off."""
    if not any(OTHER_POLICY in run.bases for run in runs):
        return
    named = [run for run in runs if len(run.own_subjects()[0])]
    documents = grouped(named, (run.item.document_id for run in named))
    if len(documents) < 2:
        return
    own = [distinct(joined([run.matters()[1] for run in part])) for part in documents.values()]
    subjects = np.sort(joined(own))
    shared = distinct(subjects[1:][subjects[1:] == subjects[:-1]])
    members: list[Run] = []
    where: list[tuple[IntArray, IntArray]] = []
    for run in named if len(shared) else ():
        lines, subjects = run.matters()
        both = among(subjects, shared)
        if both.any():
            members.append(run)
            where.append((lines[both], subjects[both]))
    if members:
        yield OtherPolicies(members, keys, where, shared)
