from django.apps import AppConfig


class JobTestsConfig(AppConfig):
    """Jobs of kinds that only tests know, for a worker process under test."""

    name = "tests.portal.jobs"
    label = "job_tests"
