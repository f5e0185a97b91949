"""What the table of jobs shows to Prometheus: how many wait, how long the oldest has been due, when the sweep ran."""

from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from portal.jobs.enums import JobState
from portal.jobs.models import Heartbeat, Job


class JobCollector(Collector):
    """Gauges by kind of job and state, and by heartbeat. Two queries, over what is not done."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        count = GaugeMetricFamily("portal_jobs", "Jobs that are not done.", labels=["kind", "state"])
        age = GaugeMetricFamily("portal_job_due_seconds", "How long the oldest due job waits.", labels=["kind"])
        due = Min("run_after", filter=Q(state=JobState.WAITING, run_after__lte=now))
        rows = Job.objects.exclude(state=JobState.DONE).order_by().values_list("kind", "state")
        for kind, state, number, since in rows.annotate(number=Count("pk"), since=due):
            count.add_metric([kind, state], number)
            if state == JobState.WAITING:
                age.add_metric([kind], (now - since).total_seconds() if since else 0)
        beat = GaugeMetricFamily("portal_heartbeat_seconds", "How long ago a round ended.", labels=["name"])
        for name, at in Heartbeat.objects.values_list("name", "at"):
            beat.add_metric([name], (now - at).total_seconds())
        yield from (count, age, beat)
