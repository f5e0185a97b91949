"""Compute a simulation in the background, and store what came out."""

import logging
import time
from typing import Any

from django.utils import timezone

from policies.engine.batch import UnsupportedRuleError, kept_memory
from policies.engine.model import content_hash
from portal.jobs.progress import report_progress
from review.whatif.enums import RunState
from review.whatif.models import SimulationRun
from review.whatif.population_builder import UncountableError
from review.whatif.simulation import LawChangedError, run_simulation
from review.whatif.workflow import WORKFLOW

logger = logging.getLogger(__name__)

# A cancelled run is noticed within this many seconds.
_LOOK_SECONDS = 1.0


class CancelledError(Exception):
    """The run was given up while it was computed."""


def simulate_run(run_id: int) -> None:
    """Compute a run and store what came out, once: a run that has ended is left as it is. For the worker.

    May be killed and called again: nothing is written before all is known. Must be called outside a transaction.
    """
    if not WORKFLOW.move_all(SimulationRun.objects.filter(pk=run_id), RunState.RUNNING, started_at=timezone.now()):
        return
    run = SimulationRun.objects.get(pk=run_id)
    try:
        with kept_memory():
            found = run_simulation(run, progress=_Watch(run_id))
    except CancelledError:
        return
    except (LawChangedError, UncountableError) as error:
        _end(run_id, RunState.FAILED, error=str(error))
        return
    except UnsupportedRuleError as error:
        # A rule stays what it is: trying again would not help, so the message goes to the person.
        logger.warning("Simulation %s cannot be computed: %s", run_id, error)
        _end(run_id, RunState.FAILED, error=f"{error.item} 的规则不能批量测算，请改用单件测算核对。"[:500])
        return
    result_hash = content_hash({"results": found.results, "movers": found.movers})
    _end(run_id, RunState.DONE, results=found.results, movers=found.movers, results_hash=result_hash)


def _end(run_id: int, state: RunState, **fields: Any) -> None:
    """Write the end of a run, unless it has ended otherwise in the meantime."""
    WORKFLOW.move_all(SimulationRun.objects.filter(pk=run_id), state, finished_at=timezone.now(), **fields)


class _Watch:
    """Hands progress on, and stops a run that was given up."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.looked_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        report_progress(done, total)
        now = time.monotonic()
        if now - self.looked_at < _LOOK_SECONDS:
            return
        self.looked_at = now
        if not SimulationRun.objects.filter(pk=self.run_id, state=RunState.RUNNING).exists():
            raise CancelledError
