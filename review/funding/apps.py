from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "review.funding"
    label = "funding"
    verbose_name = "资金"
