"""Handler of this app's jobs."""

from review.whatif.services.work import simulate_run


def simulate(run_id: int) -> None:
    """Compute a simulation and store what came out."""
    simulate_run(run_id)
