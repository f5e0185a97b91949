from importlib import import_module
from typing import Any

from celery.signals import worker_init
from django.apps import AppConfig
from django.core.checks import register

from review.notices.checks import check_printing


class NoticesConfig(AppConfig):
    name = "review.notices"
    label = "notices"
    verbose_name = "通知书"

    def ready(self) -> None:
        register(check_printing)
        worker_init.connect(load_printer)


def load_printer(**_: Any) -> None:
    """Load WeasyPrint into a worker before it forks: its processes then share it (see `render`)."""
    import_module("weasyprint")
