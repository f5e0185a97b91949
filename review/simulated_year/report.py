"""What a simulated year came to, as one JSON document."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from applications.claims.enums import Action, Route
from applications.claims.models import Claim, ClaimEvent
from portal.recusal.models import Recusal
from review.assignments.models import Absence, Suspension
from review.recoveries.models import Recovery
from review.simulated_year.invariants import money, violations
from review.simulated_year.world import World
from review.simulated_year.year import FINAL

# What happened beside the way of a claim that is reviewed, decided, publicised and paid.
_INCIDENTS: dict[str, QuerySet[Any]] = {
    "other_ways": Claim.objects.exclude(departures="", route=Route.CITY),
    "suspensions": Suspension.objects.all(),
    "absences": Absence.objects.all(),
    "recusals": Recusal.objects.all(),
    "reopened": ClaimEvent.objects.filter(action=Action.REOPEN),
    "recoveries": Recovery.objects.all(),
}


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
        "incidents": {name: rows.count() for name, rows in _INCIDENTS.items()},
        "refusals": sum(tally.refusals.values()),
        "faults": world.faults.injected,
        "violations": sum(tally.violations.values()),
    }
    if tally.violations:
        answer |= {"violations_by_code": dict(sorted(tally.violations.items())), "first_violations": tally.first}
    return answer
