from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    name = "review.treasury"
    label = "treasury"
    verbose_name = "指标"
