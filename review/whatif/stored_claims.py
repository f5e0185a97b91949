"""StoredClaims claims as a population: what was last asked of the engine about each, in the order of filing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Assessment, Claim
from policies.engine import Catalogue
from policies.engine.batch import KINDS, Arranged, Population, arranged
from portal.core.money import to_fen
from review.whatif.aggregates import Bools, Claims, Ints
from review.whatif.population_builder import PopulationBuilder, StoredQuestion

CHUNK = 2_000
# Given up, turned away for their form, or never filed: no rule decides on these.
_OUT = (ClaimStatus.DRAFT, ClaimStatus.WITHDRAWN, ClaimStatus.NOT_ACCEPTED)


@dataclass(frozen=True, slots=True)
class StoredClaims:
    """Claims of a city as a population, and what the portal knows of each besides: its groups and its sums in fen.

    All in the order in which the population is arranged.

    `claimed`, `assessed` and `approved` are what was asked for, last computed and granted (0 where there is none).
    """

    population: Arranged
    claims: Claims
    claimed: Ints
    assessed: Ints
    approved: Ints
    undecided: Bools


class _Row(NamedTuple):
    """A claim that is read: its last assessment, and its groups."""

    claim: int
    assessment: int
    applicant: int
    size: str
    region: str
    call: int | None


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a claim's last assessment asked, and what the procedure says of the claim; sums in fen."""

    question: Mapping[str, Any]
    day: int
    claimed: int
    assessed: int
    approved: int
    status: str

    @property
    def is_refused(self) -> bool:
        return self.status == ClaimStatus.REJECTED


def countable_claims(city_code: str) -> list[_Row]:
    """A city's claims that rules decide on: filed, neither given up nor turned away, and computed at least once.

    In the order of filing. One query.
    """
    last = Assessment.objects.of_rules().filter(claim=OuterRef("pk")).order_by("-pk")
    rows = (
        Claim.objects.filter(city_id=city_code, submitted_at__isnull=False)
        .exclude(status__in=_OUT)
        .annotate(last_assessment=Subquery(last.values("pk")[:1]))
        .exclude(last_assessment=None)
        .order_by("submitted_at", "pk")
        .values_list("pk", "last_assessment", "applicant_id", "applicant__size_class", "region_id", "call_id")
    )
    return [_Row(*row) for row in rows]


def read_stored_claims(
    catalogues: Sequence[Catalogue],
    *,
    city_code: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    bring_ledger: bool = False,
) -> StoredClaims:
    """All countable claims of a city. `progress` is called with how many of how many claims are read.

    Left out are claims of items that no catalogue has, and those refused for a reason that no rule knows: where the
    officer named the conditions that are not met, the claim stays in, and they stay unmet.
    """
    rows = countable_claims(city_code)
    builder = PopulationBuilder(catalogues, bring_ledger=bring_ledger)
    kept: list[tuple[_Row, _Stated]] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        stated = _stated([row.assessment for row in chunk])
        for row in chunk:
            stated_of = stated[row.assessment]
            is_known = any(stated_of.question["item"] in catalogue.items for catalogue in catalogues)
            if is_known and (not stated_of.is_refused or stated_of.question.get("unmet")):
                builder.add(StoredQuestion(stated_of.question, row.applicant, row.size))
                # The builder has laid the question out: a million of them would not fit.
                kept.append((row, replace(stated_of, question={})))
        progress(min(start + CHUNK, len(rows)), len(rows))
    return _stored(builder.build(), kept)


def _stated(assessment_ids: Sequence[int]) -> dict[int, _Stated]:
    rows = Assessment.objects.filter(pk__in=assessment_ids).values_list(
        "pk",
        "question",
        "amount",
        "claim__submitted_at",
        "claim__claimed_amount",
        "claim__approved_amount",
        "claim__status",
    )
    return {
        pk: _Stated(
            question,
            timezone.localdate(submitted_at).toordinal(),
            to_fen(claimed or 0),
            to_fen(amount or 0),
            to_fen(approved or 0),
            status,
        )
        for pk, question, amount, submitted_at, claimed, approved, status in rows
    }


def _stored(filed: Population, kept_as_filed: Sequence[tuple[_Row, _Stated]]) -> StoredClaims:
    laid_out = arranged(filed)
    population, kept = laid_out.population, [kept_as_filed[number] for number in laid_out.filed.tolist()]

    def whole(values: Iterable[int]) -> Ints:
        return np.fromiter(values, dtype=np.int64, count=len(kept))

    def grouped(names: list[str]) -> tuple[Ints, tuple[str, ...]]:
        ordered = sorted(set(names))
        codes = {name: code for code, name in enumerate(ordered)}
        return whole(codes[name] for name in names), tuple(ordered)

    region, regions = grouped([row.region for row, _ in kept])
    size, sizes = grouped([row.size for row, _ in kept])
    call, calls = grouped([str(row.call or "") for row, _ in kept])
    return StoredClaims(
        population=laid_out,
        claims=Claims(
            ids=whole(row.claim for row, _ in kept),
            item=population.item,
            region=region,
            size=size,
            kind=population.kind,
            call=call,
            day=whole(stated_of.day for _, stated_of in kept),
            year=population.years(),
            items=population.item_codes,
            regions=regions,
            sizes=sizes,
            kinds=KINDS,
            calls=calls,
        ),
        claimed=whole(stated_of.claimed for _, stated_of in kept),
        assessed=whole(stated_of.assessed for _, stated_of in kept),
        approved=whole(stated_of.approved for _, stated_of in kept),
        undecided=whole(not stated_of.approved and not stated_of.is_refused for _, stated_of in kept).astype(bool),
    )
