from django.apps import AppConfig


class RecoveriesConfig(AppConfig):
    name = "review.recoveries"
    label = "recoveries"
    verbose_name = "资金追缴"
