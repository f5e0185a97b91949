"""What the pages of payments show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from portal.accounts.models import User
from portal.core.money import to_yuan
from review.payments.enums import OPEN_ROWS, LineState, RowState
from review.payments.models import BankFile, BankRowQuerySet, Batch, Disbursement
from review.payments.selectors.checks import Finding, check_lines


@dataclass(frozen=True, slots=True)
class StateSum:
    """How many disbursements stand in a state, and their sum in yuan."""

    state: LineState
    count: int
    yuan: Decimal


def sums_of(batch: Batch) -> list[StateSum]:
    """A batch's disbursements by state, in the order of the states. One query."""
    rows = batch.lines.order_by().values_list("state").annotate(count=Count("pk"), fen=Sum("fen"))
    found = {state: StateSum(LineState(state), count, to_yuan(fen)) for state, count, fen in rows}
    return [found[state] for state in LineState if state in found]


@dataclass(frozen=True, slots=True)
class CheckList:
    """The findings of a batch: of each kind how many and one of them, and of each line its own."""

    kinds: Sequence[tuple[Finding, int]]
    by_line: Mapping[int, Sequence[Finding]]

    @property
    def stopped(self) -> int:
        """How many lines cannot be paid as things stand."""
        return sum(any(finding.stops for finding in found) for found in self.by_line.values())


def check_list(batch: Batch, user: User) -> CheckList:
    """The check list of a batch for the person who would act now."""
    by_line = check_lines(list(batch.lines.for_checks()), user=user)
    first: dict[tuple[str, bool], Finding] = {}
    counts: Counter[tuple[str, bool]] = Counter()
    for found in by_line.values():
        for finding in found:
            kind = (finding.kind, finding.stops)
            first.setdefault(kind, finding)
            counts[kind] += 1
    ordered = sorted(first, key=lambda kind: (not kind[1], -counts[kind]))
    return CheckList([(first[kind], counts[kind]) for kind in ordered], by_line)


HANDLED = "handled"


def row_counts(file: BankFile) -> list[tuple[str, str, int]]:
    """The desks of an answer, each with its label and its number of rows; those that want a person come first."""
    found = Counter(dict(file.rows.order_by().values_list("state").annotate(count=Count("pk"))))
    handled = Counter(dict(file.rows.handled().order_by().values_list("state").annotate(count=Count("pk"))))
    desks = [
        (state.value, str(state.label), found[state] - handled[state])
        for state in (RowState.UNMATCHED, RowState.INVALID, RowState.ALREADY, RowState.MATCHED)
    ]
    totals = [(RowState.TOTAL.value, str(RowState.TOTAL.label), found[RowState.TOTAL])] if found[RowState.TOTAL] else []
    return [*desks[:2], (HANDLED, "已人工办理", handled.total()), *desks[2:], *totals]


def rows_on(file: BankFile, desk: str) -> BankRowQuerySet:
    """The rows of an answer on one of its desks."""
    rows = file.rows.handled() if desk == HANDLED else file.rows.filter(state=desk)
    return rows.to_do() if desk in OPEN_ROWS else rows


def lines_of_award(award_id: int) -> list[Disbursement]:
    """Every attempt to pay an award's parts, by part, stage and attempt, for who may see the claim's money."""
    rows = Disbursement.objects.with_claims().filter(part__award_id=award_id)
    return list(rows.order_by("part_id", "stage", "attempt", "pk"))
