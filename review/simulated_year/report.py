"""What a simulated year came to, as one JSON document."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from applications.claims.models import Claim
from review.simulated_year.invariants import money, violations
from review.simulated_year.world import World
from review.simulated_year.year import FINAL


def report(world: World) -> dict[str, Any]:
    """Counts by final state, sums in yuan, what must hold and does not; the same for the same seed, year and claims."""
    statuses = dict(Claim.objects.filter(pk__in=world.by_claim).values_list("pk", "status"))
    for pk, status in statuses.items():
        if status not in FINAL:
            world.tally.violated("no end", f"claim {pk} stays in {status}")
    if unfiled := sum(case.pk is None for case in world.cases):
        world.tally.violated("no end", f"{unfiled} claims were never begun")
    for code, words in violations():
        world.tally.violated(code, words)
    sums: dict[str, Decimal] = money(set(statuses))
    tally = world.tally
    answer: dict[str, Any] = {
        "seed": world.seed,
        "year": world.year,
        "claims": len(statuses),
        "states": dict(sorted(Counter(statuses.values()).items())),
        "sums": {name: f"{yuan:.2f}" for name, yuan in sums.items()},
        "refusals": sum(tally.refusals.values()),
        "faults": world.faults.injected,
        "violations": sum(tally.violations.values()),
    }
    if tally.violations:
        answer |= {"violations_by_code": dict(sorted(tally.violations.items())), "first_violations": tally.first}
    return answer
