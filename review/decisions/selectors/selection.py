"""Selection by score (打分择优): where claims stand among those that ask for the places of the same year.

Who has a place is the document's word: its number of places, the score that it needs, and its rule for equal scores.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Assessment, Claim
from applications.ledger.keys import bucket_key
from applications.ledger.selectors import Balance, balances, party_of
from policies.engine import Outcome
from policies.engine.buckets import Bucket
from policies.engine.guards import chosen
from policies.engine.interpret import stated_values
from policies.engine.limits.count import Count
from policies.engine.limits.registry import read_limits
from policies.engine.limits.selecting import Selection
from policies.engine.money import number_text
from policies.engine.ranking import EXCEED, Candidate, Score, placed
from policies.engine.regions import district_name
from policies.facts.values import PANEL_SCORE
from policies.published.models import ItemVersion
from policies.published.selectors import catalogue_for, compiled_item, published_catalogue
from review.decisions.models import ClaimScore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from policies.engine import Item

# Claims of which no sum is decided yet.
UNDECIDED = frozenset(
    {
        *(ClaimStatus.SUBMITTED, ClaimStatus.CORRECTION, ClaimStatus.DISTRICT_REVIEW),
        *(ClaimStatus.DISTRICT_CONFIRMATION, ClaimStatus.CITY_REVIEW, ClaimStatus.AUDIT, ClaimStatus.PANEL),
        ClaimStatus.FINAL_DECISION,
    }
)
# Decided ones that still stand in a ranking: those that have a place, and those that were refused.
_SETTLED = frozenset(
    {
        *(ClaimStatus.AWAITING_PUBLICITY, ClaimStatus.PUBLICITY, ClaimStatus.OBJECTION, ClaimStatus.APPROVED),
        *(ClaimStatus.PAID, ClaimStatus.RECOGNISED, ClaimStatus.REJECTED),
    }
)
_GETS = (Outcome.PAYABLE, Outcome.NO_AMOUNT, Outcome.RECOGNISED)


class _Answer(NamedTuple):
    """What the rules said of a claim last: key and hash, outcome, when, and by which of them it was refused."""

    pk: int
    hash: str
    outcome: str
    made_at: datetime
    refused_by: frozenset[str]


# What answers say of facts, by the answer and the fact.
_KNOWN: dict[tuple[_Answer, str], Score | None] = {}
_MOST_KNOWN = 100_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A claim's place of a year: `place` counts those taken before; `waiting` claims have no score yet.

    `ranked`: how many claims the places of a share are a share of.
    """

    rule: Selection
    score: Score | None
    rank: int
    place: int
    waiting: int = 0
    ranked: int = 0

    @property
    def places(self) -> int:
        """How many places there are."""
        return self.rule.places(self.ranked)

    @property
    def has_place(self) -> bool:
        return self.place <= self.places

    @property
    def passes(self) -> bool:
        needed = self.rule.cut_off
        return self.has_place and (needed is None or (self.score is not None and self.score >= needed))

    @property
    def words(self) -> str:
        """Why it has no place."""
        shown = number_text(self.score) if isinstance(self.score, Fraction) else self.score
        score = "没有得分" if self.score is None else f"得分 {shown}"
        needed = "" if self.rule.needed is None else f"，须达到 {self.rule.needed}"
        among = f"（{self.rule.how_many.strip()}，{self.ranked} 件参加排名）" if self.rule.is_share else ""
        return f"择优未入选：{score}，第 {self.rank} 名，每年名额 {self.places} 个{among}{needed}"


def rules_of(claims: Sequence[Claim]) -> dict[int, Item]:
    """The rules of each claim by its key. One query."""
    versions = ItemVersion.objects.in_bulk({claim.version_id for claim in claims})
    return {claim.pk: compiled_item(versions[claim.version_id]) for claim in claims}


def places_in(item: Item) -> Selection | Count | None:
    """The limit by which an item's places of a year are counted, None where they are not."""
    limits = read_limits(spec for spec in item.limits if chosen(spec, item.defaults))
    found = (one for one in limits if isinstance(one, Selection) or (isinstance(one, Count) and one.are_places))
    return next(found, None)


def places_for(claim: Claim, item: Item) -> Selection | Count | None:
    """The limit by which the places are counted that a claim asks for: those of its district where these differ."""
    limit = places_in(item)
    return limit.of_district(district_name(claim.region_id)) if isinstance(limit, Selection) else limit


def selection_of(item: Item) -> Selection | None:
    """The rule by which an item selects by score, None where it does not."""
    limit = places_in(item)
    return limit if isinstance(limit, Selection) else None


def is_before_panel(claim: Claim) -> bool:
    """Whether a panel ranks the claim."""
    return "panel" in claim.departures.split(",")


def place_key(claim: Claim, item: Item, rule: Selection | Count) -> str:
    """The key of the bucket in which the claim's place of the year is counted."""
    return bucket_key(Bucket(rule.scope, rule.group or item.id), party_of(claim))


def competing(claim: Claim, rule: Selection | Count) -> QuerySet[Claim]:
    """The claims that ask for places of the same year and are not decided yet, in the order of filing."""
    return of_year(claim, rule).filter(status__in=UNDECIDED).order_by("submitted_at", "pk")


def of_year(claim: Claim, rule: Selection | Count) -> QuerySet[Claim]:
    """The claims that asked for places of the same year."""
    filed = timezone.localtime(claim.submitted_at) if claim.submitted_at else timezone.localtime()
    begin, end = (timezone.make_aware(datetime(year, 1, 1)) for year in (filed.year, filed.year + 1))  # noqa: DTZ001 - made aware here
    codes = [claim.item.code]
    if rule.group:
        versions = (versions[-1] for versions in published_catalogue().items.values())
        codes += [one.id for one in versions if any(spec.get("group") == rule.group for spec in one.limits)]
    where = {"region_id": claim.region_id} if "district" in rule.per else {"city_id": claim.city_id}
    return Claim.objects.filter(item__code__in=codes, submitted_at__gte=begin, submitted_at__lt=end, **where)


def standings(claims: Sequence[Claim], rules: Mapping[int, Item]) -> dict[int, Standing]:
    """Where each of these claims stands whose document selects by score, by its key; no query where none does.

    Those before a panel are left out: it ranks them, and passes nobody on without a place.
    """
    asking: dict[str, list[tuple[Claim, Selection]]] = defaultdict(list)
    for claim in claims:
        rule = places_for(claim, rules[claim.pk])
        if isinstance(rule, Selection) and not is_before_panel(claim):
            asking[place_key(claim, rules[claim.pk], rule)].append((claim, rule))
    found: dict[int, Standing] = {}
    for key, own in asking.items():
        taken = balances([key]).get(key, Balance()).times
        first, rule = own[0]
        pool = {one.pk: one for one in (*competing(first, rule), *(claim for claim, _ in own))}
        decided = of_year(first, rule).filter(status__in=_SETTLED).only("pk", "submitted_at", "created_at")
        settled = [one for one in decided if one.pk not in pool]
        found |= _placed(list(pool.values()), settled, rule, taken)
    return {claim.pk: found[claim.pk] for claim in claims if claim.pk in found}


def _placed(pool: Sequence[Claim], settled: Sequence[Claim], rule: Selection, taken: int) -> dict[int, Standing]:
    """The standing of each claim of the pool that the rules give something.

    `settled` claims of the year are decided. Those that were refused for want of a place still stand in the ranking, so
    that the next of equal scores gets none for that. Where all equal scores pass, whoever has a place takes none from
    those with as many points that were filed before it was decided. Where ranks have sums of their own, those with a
    place are ranked together with the others, whoever was decided first.
    """
    answers = _answers([*pool, *settled])
    ranked = _ranked([*pool, *settled], rule, answers)
    unplaced = [one for one in settled if one.pk in answers and rule.code in answers[one.pk].refused_by]
    asking = [*(one for one in pool if _gets(answers.get(one.pk))), *unplaced]
    holders = [one for one in settled if one.pk in answers and _gets(answers[one.pk])]
    holders = holders if rule.ties == EXCEED or rule.sums else []
    if rule.sums:
        asking, holders, taken = [*asking, *holders], [], 0
    scores = values_of([*asking, *holders], rule.by, answers)
    then = values_of(asking, rule.then, answers) if rule.then else {}
    filed = sorted(asking, key=lambda one: (one.submitted_at is None, one.submitted_at or one.created_at, one.pk))
    candidates = [Candidate(scores.get(one.pk), at, then.get(one.pk)) for at, one in enumerate(filed)]
    waiting = sum(scores.get(one.pk) is None for one in asking)
    # As long as there are places for all, and the same for each, nobody waits for a score.
    waiting = waiting if rule.sums or taken + len(filed) > rule.places(ranked) else 0
    found = {}
    for one, candidate, place in zip(filed, candidates, placed(candidates, rule.ties), strict=True):
        behind = [
            held for held in holders if _stood_behind(one, candidate.score, scores.get(held.pk), answers[held.pk])
        ]
        found[one.pk] = Standing(
            rule, candidate.score, place.rank, max(taken - len(behind), 0) + place.place, waiting, ranked
        )
    return found


def _ranked(claims: Sequence[Claim], rule: Selection, answers: Mapping[int, _Answer]) -> int:
    """How many claims of the year the places of a share are a share of; 0 where their number is the document's."""
    if not rule.is_share:
        return 0
    ranked = [one for one in claims if _gets(answers.get(one.pk)) or rule.code in answers[one.pk].refused_by]
    if rule.counts_all or rule.cut_off is None:
        return len(ranked)
    scores = values_of(ranked, rule.by, answers)
    return sum(scores.get(one.pk) is None or scores[one.pk] >= rule.cut_off for one in ranked)


def _stood_behind(claim: Claim, score: Score | None, other: Score | None, answer: _Answer) -> bool:
    """Whether a decided claim with a place was ranked together with this one, and not before it."""
    together = claim.submitted_at is None or claim.submitted_at < answer.made_at
    return together and score is not None and (other is None or other <= score)


def values_of(claims: Sequence[Claim], name: str, answers: Mapping[int, _Answer] | None = None) -> dict[int, Score]:
    """What each claim has of a fact, the highest of its lines; of the panel's score what was entered last."""
    if name == PANEL_SCORE:
        return dict(latest_scores([claim.pk for claim in claims]))
    asked = _answers(claims) if answers is None else answers
    wanted = {one.pk: asked[one.pk] for one in claims if one.pk in asked}
    # An answer never changes, and what it was worked out of is long: each is read once a process.
    fresh = [answer.pk for answer in wanted.values() if (answer, name) not in _KNOWN]
    if len(_KNOWN) + len(fresh) > _MOST_KNOWN:
        _KNOWN.clear()
        fresh = [answer.pk for answer in wanted.values()]
    by_pk = {answer.pk: answer for answer in wanted.values()}
    for stored in Assessment.objects.filter(pk__in=fresh).select_related("version"):
        stated = [value for value in stated_values(catalogue_for(stored.version), stored.question, name) if _is(value)]
        _KNOWN[by_pk[stored.pk], name] = max(stated, default=None)
    found = {pk: _KNOWN[answer, name] for pk, answer in wanted.items()}
    return {pk: value for pk, value in found.items() if value is not None}


def latest_scores(claim_ids: Iterable[int]) -> dict[int, Decimal]:
    """What panels gave claims last, by their keys. One query."""
    newest = ClaimScore.objects.filter(claim=OuterRef("claim")).order_by("-pk").values("pk")[:1]
    latest = ClaimScore.objects.filter(claim__in=list(claim_ids), pk=Subquery(newest))
    return dict(latest.values_list("claim_id", "score"))


def _answers(claims: Sequence[Claim]) -> dict[int, _Answer]:
    """What the rules say of each claim, as they were asked last, by its key. One query."""
    of_rules = Assessment.objects.of_rules()
    newest = of_rules.filter(claim=OuterRef("claim")).order_by("-pk").values("pk")[:1]
    found = of_rules.filter(claim__in=[claim.pk for claim in claims], pk=Subquery(newest))
    rows = found.values_list("claim_id", "pk", "hash", "answer__outcome", "made_at", "answer__reasons")
    return {
        claim: _Answer(pk, of, outcome, made_at, frozenset(reason["code"] for reason in reasons or ()))
        for claim, pk, of, outcome, made_at, reasons in rows
    }


def _gets(answer: _Answer | None) -> bool:
    return answer is None or answer.outcome in _GETS


def _is(value: Any) -> bool:
    return value is not None and not isinstance(value, str | tuple)
