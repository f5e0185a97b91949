"""What the scores of a panel come to: each claim's score, what lies far out, ranks. Read from the points, exactly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from review.panels.enums import SeatState, TieRule
from review.panels.models import Entry, Panel, ScoreSheet
from review.panels.scoring import Place, Standing, outliers, ranked, rounded, trimmed_mean, weighted


@dataclass(frozen=True, slots=True)
class EntryScores:
    """The scores that count of one claim, by seat; `far` are the seats whose score is far from the median."""

    entry: Entry
    sheets: dict[int, ScoreSheet]
    exact: dict[int, Fraction]
    far: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.exact)


def scores_of(panel: Panel) -> list[EntryScores]:
    """The scores handed in for each claim, in the order of their numbers; two queries."""
    criteria = panel.scheme.criterion_rows
    by_entry: dict[int, dict[int, ScoreSheet]] = defaultdict(dict)
    sheets = ScoreSheet.objects.filter(entry__panel=panel, seat__state=SeatState.HANDED_IN)
    for sheet in sheets.order_by("seat_id"):
        by_entry[sheet.entry_id][sheet.seat_id] = sheet
    found = []
    for entry in panel.entries.filter(is_open=True).select_related("claim__applicant", "claim__item"):
        its = by_entry[entry.pk]
        exact = {seat: score for seat, sheet in its.items() if (score := weighted(criteria, sheet.given)) is not None}
        found.append(EntryScores(entry, its, exact, outliers(exact, panel.scheme.outlier_distance)))
    return found


def places_of(panel: Panel, scores: list[EntryScores]) -> tuple[dict[int, Decimal], list[Place[int]]]:
    """Each claim's score by its entry's key, and the ranks. Every claim must have a score."""
    scheme = panel.scheme
    first = scheme.criterion_rows[:1]
    final = {one.entry.pk: rounded(trimmed_mean(list(one.exact.values()), scheme.trimmed)) for one in scores}
    standings = []
    # The first filed comes first; of one moment, the one that was entered first.
    filed = sorted(scores, key=lambda one: (one.entry.claim.submitted_at, one.entry.claim_id))
    for number, one in enumerate(filed):
        parts = [weighted(first, sheet.given[:1]) for sheet in one.sheets.values()]
        known = [part for part in parts if part is not None]
        lead = rounded(trimmed_mean(known, scheme.trimmed)) if known else Decimal(0)
        standings.append(Standing(one.entry.pk, final[one.entry.pk], lead, number))
    return final, ranked(standings, tie=TieRule(scheme.tie), places=scheme.places, needed=scheme.needed)
