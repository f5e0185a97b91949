from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The made-up city that `make demo` shows: its commands, no tables."""

    name = "review.demo"
    label = "demo"
