from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "review.checks"
    label = "checks"
    verbose_name = "自动核查"
