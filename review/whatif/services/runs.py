"""Start a simulation, and give it up."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from policies.engine.model import content_hash
from portal.accounts.models import Region, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.services import enqueue_job
from review.whatif.enums import FORMAT, ChangeKind, RunState, Source
from review.whatif.models import SimulationRun
from review.whatif.permissions import may_run
from review.whatif.rules import Rules, catalogue_hash
from review.whatif.selectors import JOB, catalogue_in_force, earlier_run, stamp_of_claims
from review.whatif.workflow import WORKFLOW


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate: the change, in rules and words, and over which claims.

    `scope` of stored claims: `years`, `documents`, `regions` (empty: all); of a population: `size`, `seed`,
    `documents`. `budget` is yuan a year.
    """

    title: str
    change: ChangeKind
    source: Source
    scope: dict[str, Any]
    target: str = ""
    target_revision: int = 0
    words: list[str] = field(default_factory=list)
    rules: Rules = field(default_factory=Rules)
    budget: Decimal | None = None


def inputs_of(plan: Plan, *, city: Region) -> tuple[dict[str, Any], str]:
    """The rules as a run keeps them, and the hash of everything that its results depend on."""
    kept = plan.rules.as_json() | {"law": catalogue_hash(catalogue_in_force())}
    stamp = stamp_of_claims(city.pk) if plan.source == Source.STORED else ""
    inputs = {"format": FORMAT, "rules": kept, "source": plan.source, "scope": plan.scope, "stamp": stamp}
    return kept, content_hash(inputs | ({"city": city.pk} if plan.source == Source.STORED else {}))


def find_earlier(user: User, *, plan: Plan, city: Region) -> SimulationRun | None:
    """A run of the very same inputs that this person may see, done or under way."""
    return earlier_run(user, inputs_of(plan, city=city)[1])


def start_run(city: Region, *, key: uuid.UUID, plan: Plan, act: ActorContext) -> SimulationRun:
    """Write the run down and promise its computation. The same key again (a double click) is the same run.

    Raises PermissionDenied for somebody who does not simulate for the city.
    """
    if act.user is None or not may_run(act.user, city.pk):
        raise PermissionDenied("您没有发起本市政策模拟的权限。")
    kept, inputs_hash = inputs_of(plan, city=city)
    with transaction.atomic():
        run, is_new = SimulationRun.objects.get_or_create(
            key=key,
            defaults={
                "city": city,
                "title": plan.title[:120],
                "change": plan.change,
                "target": plan.target,
                "target_revision": plan.target_revision,
                "words": plan.words,
                "rules": kept,
                "source": plan.source,
                "scope": plan.scope,
                "budget": plan.budget,
                "inputs_hash": inputs_hash,
                "asked_by": act.user,
                "asked_at": act.at,
            },
        )
        if not is_new:
            if run.city_id != city.pk:
                raise PermissionDenied("该模拟不属于本市。")
            return run
        enqueue_job(JOB, key=str(run.key), payload={"run_id": run.pk}, region_code=city.pk)
        record_audit(
            act,
            action="whatif.start",
            target=run,
            region_code=city.pk,
            after={"change": run.change, "target": run.target, "source": run.source, "scope": run.scope},
        )
    return run


def cancel_run(run_id: int, *, act: ActorContext) -> SimulationRun:
    """Give up a run that is not finished. Raises RefusedError for one that is, PermissionDenied for other people."""
    with transaction.atomic():
        run = SimulationRun.objects.select_for_update().without_results().get(pk=run_id)
        if act.user is None or not may_run(act.user, run.city_id):
            raise PermissionDenied("您没有取消本市政策模拟的权限。")
        if not run.is_open:
            raise RefusedError(f"该模拟{run.get_state_display()}，不能再取消。")
        before, after = WORKFLOW.move(run, RunState.CANCELLED, changes={"finished_at": act.at})
        record_audit(
            act,
            action="whatif.cancel",
            target=run,
            region_code=run.city_id,
            before={"state": before["state"]},
            after={"state": after["state"]},
        )
    return run
