"""Stored claims as a population: what was last asked of the engine about each, in the order of filing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from applications.enums import ClaimStatus
from applications.models import Assessment, Claim
from policies.engine.batch import KINDS
from portal.money import to_fen
from review.whatif.columns import Asked, PopulationBuilder
from review.whatif.figures import Claims

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from policies.engine import Catalogue
    from policies.engine.batch import Population

CHUNK = 2_000
# Given up, turned away for their form, or never filed: no rule decides on these.
_OUT = (ClaimStatus.DRAFT, ClaimStatus.WITHDRAWN, ClaimStatus.NOT_ACCEPTED)


@dataclass(frozen=True, slots=True)
class Stored:
    """Claims of a city as a population, and what the portal knows of each besides: its groups and its sums in fen.

    `claimed`, `assessed` and `approved` are what was asked for, last computed and granted (0 where there is none).
    """

    population: Population
    claims: Claims
    claimed: np.ndarray[Any, Any]
    assessed: np.ndarray[Any, Any]
    approved: np.ndarray[Any, Any]
    undecided: np.ndarray[Any, Any]


def countable_claims(city_code: str) -> list[tuple[int, int, int, str, str]]:
    """A city's claims that rules decide on: filed, neither given up nor turned away, and computed at least once.

    In the order of filing, each as (id, last assessment's id, applicant's id, size class, region). One query.
    """
    last = Assessment.objects.filter(claim=OuterRef("pk")).order_by("-pk")
    return list(
        Claim.objects.filter(city_id=city_code, submitted_at__isnull=False)
        .exclude(status__in=_OUT)
        .annotate(last_assessment=Subquery(last.values("pk")[:1]))
        .exclude(last_assessment=None)
        .order_by("submitted_at", "pk")
        .values_list("pk", "last_assessment", "applicant_id", "applicant__size_class", "region_id")
    )


def read_stored(
    catalogues: Sequence[Catalogue],
    *,
    city_code: str,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    bring_ledger: bool = False,
) -> Stored:
    """All countable claims of a city. `progress` hears how many of how many claims are read.

    Left out are claims of items that no catalogue has, and those refused for a reason that no rule knows: where the
    officer named the conditions that are not met, the claim stays in, and they stay unmet.
    """
    rows = countable_claims(city_code)
    builder = PopulationBuilder(catalogues, bring_ledger=bring_ledger)
    kept: list[tuple[int, str, str, int, int, int, int, bool]] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        facts = _facts_of([row[1] for row in chunk])
        for claim_id, assessment_id, applicant_id, size, region in chunk:
            question, on, claimed, assessed, approved, status = facts[assessment_id]
            is_known = any(question["item"] in catalogue.items for catalogue in catalogues)
            is_refused = status == ClaimStatus.REJECTED
            if not is_known or (is_refused and not question.get("unmet")):
                continue
            builder.add(Asked(question, applicant_id, size))
            is_open = not approved and not is_refused
            kept.append((claim_id, region, size, on, claimed, assessed, approved, is_open))
        progress(min(start + CHUNK, len(rows)), len(rows))
    population = builder.build()
    return _stored(population, kept)


def _facts_of(assessment_ids: Sequence[int]) -> Mapping[int, tuple[Any, ...]]:
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
        pk: (
            question,
            timezone.localdate(submitted_at).toordinal(),
            to_fen(claimed or 0),
            to_fen(amount or 0),
            to_fen(approved or 0),
            status,
        )
        for pk, question, amount, submitted_at, claimed, approved, status in rows
    }


def _stored(population: Population, kept: Sequence[tuple[int, str, str, int, int, int, int, bool]]) -> Stored:
    regions = tuple(sorted({row[1] for row in kept}))
    sizes = tuple(sorted({row[2] for row in kept}))
    days = np.array([row[3] for row in kept], dtype=np.int64)
    return Stored(
        population=population,
        claims=Claims(
            ids=np.array([row[0] for row in kept], dtype=np.int64),
            item=population.item,
            region=np.array([regions.index(row[1]) for row in kept], dtype=np.int64),
            size=np.array([sizes.index(row[2]) for row in kept], dtype=np.int64),
            kind=population.kind,
            day=days,
            year=population.years(),
            items=population.item_codes,
            regions=regions,
            sizes=sizes,
            kinds=KINDS,
        ),
        claimed=np.array([row[4] for row in kept], dtype=np.int64),
        assessed=np.array([row[5] for row in kept], dtype=np.int64),
        approved=np.array([row[6] for row in kept], dtype=np.int64),
        undecided=np.array([row[7] for row in kept], dtype=bool),
    )
