from django.apps import AppConfig


class SimulatedYearConfig(AppConfig):
    """A made-up year: its command, no tables."""

    name = "review.simulated_year"
    label = "simulated_year"
