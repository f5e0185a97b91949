"""Measurements for Prometheus, added up over all processes of a machine; nothing in them names a person or a claim.

Each process counts in files of its own in METRICS_DIR, under the machine's name and its own number: containers that
share the folder have the same numbers. `all_measurements` adds the files up.
"""

import os
import socket
from pathlib import Path

from django.conf import settings

# The library looks for this variable when it is first imported.
Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402
from prometheus_client.registry import Collector  # noqa: E402

values.ValueClass = values.MultiProcessValue(lambda: f"{socket.gethostname()}-{os.getpid()}")  # type: ignore[no-untyped-call]

_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LONG_SECONDS = (*_SECONDS, 120, 600)
_REQUESTS = Counter("portal_requests", "Requests answered.", ["method", "route", "status"])
_REQUEST_SECONDS = Histogram("portal_request_seconds", "Time to answer a request.", ["route"], buckets=_SECONDS)
_JOBS = Counter("portal_job_runs", "Runs of jobs, by how they ended.", ["kind", "outcome"])
_JOB_SECONDS = Histogram(
    "portal_job_seconds", "Time that a run of a job took.", ["kind"], buckets=(*_SECONDS, 120, 600)
)
SLOW_STATEMENTS = Counter("portal_slow_statements", "Statements slower than SLOW_STATEMENT_SECONDS.")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def request_ended(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request under its route's name."""
    _REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    _REQUEST_SECONDS.labels(route).observe(seconds)


def job_ended(kind: str, outcome: str, seconds: float) -> None:
    """Count one run of a job; `outcome` is done, failed or lost."""
    _JOBS.labels(kind, outcome).inc()
    _JOB_SECONDS.labels(kind).observe(seconds)


def all_measurements(*collectors: Collector) -> bytes:
    """Every measurement of this machine, and what the collectors find, in Prometheus's text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    for collector in collectors:
        registry.register(collector)
    return bytes(generate_latest(registry))
