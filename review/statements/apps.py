from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "review.statements"
    label = "statements"
    verbose_name = "年度资金表"
