from django.apps import AppConfig
from django.core.checks import register

from review.notices.checks import check_printing


class NoticesConfig(AppConfig):
    name = "review.notices"
    label = "notices"
    verbose_name = "通知书"

    def ready(self) -> None:
        register(check_printing)
