"""What the scores of a panel come to: each claim's score, what lies far out, ranks. Read from the points, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from applications.claims.models import Claim
from applications.ledger.selectors import Balance, balances
from policies.engine.describe import label_of
from policies.engine.limits.count import Count
from policies.engine.limits.selecting import Selection
from policies.engine.ranking import NONE_PASS, Candidate, placed
from policies.published.selectors import compiled_item
from review.decisions.selectors.selection import (
    competing,
    place_key,
    places_for,
    places_in,
    rules_of,
    selection_of,
    values_of,
)
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
    """Each claim's score by its entry's key, and the ranks. Every claim must have a score.

    Where a document selects by score, it says who passes, those of the same item and year ranked together; elsewhere
    the scheme does, and equal scores do not pass the places that the document has.
    """
    scheme = panel.scheme
    first = scheme.criterion_rows[:1]
    final = {one.entry.pk: rounded(trimmed_mean(list(one.exact.values()), scheme.trimmed)) for one in scores}
    # The first filed comes first; of one moment, the one that was entered first.
    filed = sorted(scores, key=lambda one: (one.entry.claim.submitted_at, one.entry.claim_id))
    rules = rules_of([one.entry.claim for one in filed])
    by_year: dict[str, tuple[Selection | Count, list[EntryScores]]] = {}
    standings = []
    selected: set[int] = set()
    for number, one in enumerate(filed):
        claim, limit = one.entry.claim, places_for(one.entry.claim, rules[one.entry.claim_id])
        if limit is not None:
            by_year.setdefault(place_key(claim, rules[claim.pk], limit), (limit, []))[1].append(one)
        if isinstance(limit, Selection):
            selected.add(one.entry.pk)
            continue
        parts = [weighted(first, sheet.given[:1]) for sheet in one.sheets.values()]
        known = [part for part in parts if part is not None]
        lead = rounded(trimmed_mean(known, scheme.trimmed)) if known else Decimal(0)
        standings.append(Standing(one.entry.pk, final[one.entry.pk], lead, number))
    found = ranked(standings, tie=TieRule(scheme.tie), places=scheme.places, needed=scheme.needed)
    within: dict[int, Place[int]] = {}
    for key, (limit, entries) in by_year.items():
        within |= {place.key: place for place in _by_document(panel, key, limit, entries, final)}
    kept = [replace(one, is_passed=one.is_passed and _fits(within.get(one.key))) for one in found]
    return final, sorted([*kept, *(within[pk] for pk in selected)], key=lambda one: one.rank)


def _fits(place: Place[int] | None) -> bool:
    return place is None or place.is_passed


def _by_document(
    panel: Panel, key: str, limit: Selection | Count, filed: list[EntryScores], final: Mapping[int, Decimal]
) -> list[Place[int]]:
    """The places of claims that share a document's places of a year, after those that are taken or promised already."""
    claims = [one.entry.claim for one in filed]
    promised = Entry.objects.filter(is_open=True, is_passed=True, claim__in=competing(claims[0], limit).values("pk"))
    taken = balances([key]).get(key, Balance()).times + promised.exclude(panel=panel).count()
    if isinstance(limit, Selection) and limit.is_share and limit.most is None:
        # Each panel selects its share of the claims that are before it.
        taken = 0
    then = values_of(claims, limit.then) if isinstance(limit, Selection) and limit.then else {}
    candidates = [
        Candidate(final[one.entry.pk], number, then.get(one.entry.claim_id)) for number, one in enumerate(filed)
    ]
    if isinstance(limit, Selection):
        most, needed = limit.places(_base_of(limit, [final[one.entry.pk] for one in filed])), limit.cut_off
    else:
        most, needed = limit.count, None
    return [
        Place(
            one.entry.pk,
            placed_.rank,
            taken + placed_.place,
            taken + placed_.place <= most and (needed is None or final[one.entry.pk] >= needed),
        )
        for one, placed_ in zip(
            filed, placed(candidates, limit.ties if isinstance(limit, Selection) else NONE_PASS), strict=True
        )
    ]


def _base_of(limit: Selection, scores: Sequence[Decimal]) -> int:
    """Of how many claims with these scores a selection by share selects its share."""
    if limit.counts_all or limit.cut_off is None:
        return len(scores)
    return sum(score >= limit.cut_off for score in scores)


def ranked_with(entry: Entry) -> int:
    """Of how many claims of the entry's panel its document selects a share; 0 where it says how many it selects."""
    limit = selection_of(compiled_item(entry.claim.version))
    if limit is None or not limit.is_share:
        return 0
    entries = list(entry.panel.entries.filter(is_open=True, score__isnull=False).select_related("claim__item"))
    rules = rules_of([one.claim for one in entries])
    own = place_key(entry.claim, rules[entry.claim_id], limit)
    ranked = [one for one in entries if selection_of(rules[one.claim_id]) is not None]
    scores = [
        one.score for one in ranked if one.score is not None and place_key(one.claim, rules[one.claim_id], limit) == own
    ]
    return _base_of(limit, scores)


def selection_words(claims: Sequence[Claim]) -> list[str]:
    """By which rules of their documents claims are selected, a sentence each; none where the scheme says it."""
    found = {}
    for rules in rules_of(claims).values():
        limit = places_in(rules)
        if isinstance(limit, Selection):
            found[rules.id] = f"“{rules.title}”按{rules.citation}：{limit.sentence(label_of(rules))}"
    return list(found.values())
